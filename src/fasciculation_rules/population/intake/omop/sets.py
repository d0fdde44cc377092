"""Which concepts say something of which item: the verified codes of the ruleset, and the concept sets of the site."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from fasciculation_rules.errors import MappingError, PopulationError, Problem, did_you_mean, problem
from fasciculation_rules.exchange.fhir.answers import ANSWERS
from fasciculation_rules.exchange.meanings import is_of_relatives, of_ruleset
from fasciculation_rules.exchange.relations import Relation
from fasciculation_rules.exchange.systems import ICD10CM, LOINC, SNOMED
from fasciculation_rules.model.concept_sets import Answer, Concept, ConceptSet, Domain, Member, Switch
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.vocabulary import Finding
from fasciculation_rules.population.intake.omop.concepts import Vocabulary, digest_of
from fasciculation_rules.population.intake.omop.files import documents_of, placed

VOCABULARIES = {SNOMED: "SNOMED", LOINC: "LOINC", ICD10CM: "ICD10CM"}
"""What the vocabulary of OMOP calls the code systems that a ruleset has codes of."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What one concept says: the item, and of a finding the value of its presence.

    `exact` is whether it means the same as the item, so that it can be denied; `about` is the unit of a LOINC code.
    """

    concept: str
    item: str
    value: str
    exact: bool
    bare: bool
    about: str
    domains: tuple[Domain, ...]


@dataclass(frozen=True)
class Meanings:
    """All that concepts say. `answers` are (item or nothing, concept of a value, what it says)."""

    meant: tuple[Meant, ...]
    answers: tuple[tuple[str, str, str], ...]
    lacking: int

    def frame(self, domain: Domain) -> pl.DataFrame:
        """What concepts say in one table."""
        rows = [
            (each.concept, each.item, each.value, each.exact, each.bare, each.about)
            for each in self.meant
            if not each.domains or domain in each.domains
        ]
        schema = {"concept": pl.String, "item": pl.String, "says": pl.String, "exact": pl.Boolean, "bare": pl.Boolean}
        return pl.DataFrame(rows, schema={**schema, "about": pl.String}, orient="row")

    @property
    def digest(self) -> str:
        """Of all of it, so that another vocabulary is another run."""
        return digest_of([sorted(map(repr, self.meant)), sorted(self.answers)])


def of_codes(ruleset: Ruleset) -> list[ConceptSet]:
    """The verified codes of a ruleset as concept sets; findings with all that stands below them.

    A code that may mean something else too is not among them.
    """
    members: dict[str, list[Member]] = {}
    for (system, code), meaning in of_ruleset(ruleset).items():
        if system in VOCABULARIES and meaning.relation is not Relation.WIDER:
            finding = isinstance(ruleset.vocabulary.items[meaning.item], Finding)
            below = Switch.YES if finding and system == SNOMED else Switch.NO
            members.setdefault(meaning.item, []).append(
                Member(vocabulary=VOCABULARIES[system], code=code, descendants=below)
            )
    return [ConceptSet(concept_set=item, item=item, concepts=tuple(each)) for item, each in members.items()]


def of_folder(place: Path, ruleset: Ruleset) -> list[ConceptSet]:
    """The concept sets of a folder, a file each.

    Raises MappingError with every problem of every file.
    """
    found: list[ConceptSet] = []
    problems: list[Problem] = []
    for document in documents_of(place, problems):
        try:
            one = ConceptSet.read(document.data)
        except MappingError as error:
            problems += placed(document, error.problems)
            continue
        problems += placed(document, _faults(one, ruleset))
        found.append(one)
    if problems:
        raise MappingError(f"the concept sets do not fit ruleset {ruleset.version}", problems)
    if not found:
        raise MappingError(f"'{place}' holds no concept set (a file that ends in .yaml)")
    return found


def _faults(one: ConceptSet, ruleset: Ruleset) -> Iterator[Problem]:
    """An item that the ruleset does not have, values that are not its own, and nothing but exclusions."""
    item = ruleset.vocabulary.items.get(one.item)
    if item is None:
        hint = did_you_mean(one.item, ruleset.vocabulary.items) or "see `fasciculation-rules show VERSION`"
        yield problem("mapped-item", f"the ruleset has no item '{one.item}' to be given", at="item", hint=hint)
        return
    values = (item.values or ("present", "absent")) if isinstance(item, Finding) else ()
    said = [("value", one.value or ""), *((f"answers[{n}].says", each.says) for n, each in enumerate(one.answers))]
    for at, value in said:
        if value and value not in values:
            choice = f"one of {', '.join(values)}" if values else "none: a quantity has numbers of its own"
            yield problem("mapped-value", f"'{value}' is no value of '{one.item}'", at=at, hint=f"expected {choice}")
    if one.value == "absent":
        hint = "let `answers` say which value denies it"
        yield problem(
            "mapped-value", "that a record is there never says that something is absent", at="value", hint=hint
        )
    if all(each.exclude is Switch.YES for each in one.concepts):
        yield problem("bad-value", "no concept is in the set", at="concepts", hint="name one that is not taken out")


def meanings_of(ruleset: Ruleset, own: Sequence[ConceptSet], vocabulary: Vocabulary) -> Meanings:
    """The sets of the site, and those of the ruleset for the items that the site has none of, by the vocabulary.

    Raises PopulationError where the vocabulary has none of the concepts.
    """
    items = {each.item for each in own}
    sets = [*own, *(each for each in of_codes(ruleset) if each.item not in items)]
    answers = [
        Answer(vocabulary=VOCABULARIES[system], code=code, says=said)
        for (system, code), said in ANSWERS.items()
        if system in VOCABULARIES
    ]
    wanted = {
        **{_plain(member): None for each in sets for member in each.concepts},
        **{_plain(answer): None for each in sets for answer in each.answers},
        **{_plain(answer): None for answer in answers},
    }
    ids = vocabulary.found(wanted)
    meant = tuple(_meant(ruleset, sets, ids, vocabulary))
    if not meant:
        raise PopulationError(
            "the vocabulary has none of the concepts of the concept sets; is it that of this database?"
        )
    told = [("", ids[_plain(each)], each.says) for each in answers if _plain(each) in ids]
    told += [(one.item, ids[_plain(each)], each.says) for one in sets for each in one.answers if _plain(each) in ids]
    lacking = sum(_plain(member) not in ids for each in sets for member in each.concepts)
    return Meanings(meant, tuple(sorted(set(told))), lacking)


def _plain(one: Concept) -> Concept:
    return Concept(concept_id=one.concept_id, vocabulary=one.vocabulary, code=one.code)


def _meant(
    ruleset: Ruleset, sets: Sequence[ConceptSet], ids: dict[Concept, str], vocabulary: Vocabulary
) -> Iterator[Meant]:
    """What each concept of each set says, with all below it; once for each item."""
    broad = [ids[_plain(m)] for s in sets for m in s.concepts if m.descendants is Switch.YES and _plain(m) in ids]
    below = vocabulary.below(broad)
    relatives = vocabulary.of_relatives({*ids.values(), *(each for some in below.values() for each in some)})
    codes = of_ruleset(ruleset)
    systems = {name: system for system, name in VOCABULARIES.items()}
    for one in sets:
        usual = Meant("", one.item, one.value or "present", False, one.without_value is Switch.YES, "", one.domains)
        found: dict[str, Meant] = {}
        out: set[str] = set() if is_of_relatives(one.item) else set(relatives)
        for member in one.concepts:
            if _plain(member) not in ids:
                continue
            concept = ids[_plain(member)]
            lower = below.get(concept, set()) if member.descendants is Switch.YES else set()
            if member.exclude is Switch.YES:
                out |= {concept, *lower}
                continue
            meaning = codes.get((systems.get(member.vocabulary or "", ""), member.code or ""))
            exact = meaning is None or meaning.relation is Relation.EQUIVALENT
            about = meaning.unit if meaning is not None and meaning.item == one.item else ""
            found[concept] = replace(usual, concept=concept, exact=exact, about=about)
            for each in lower:
                found.setdefault(each, replace(usual, concept=each))
        yield from (found[concept] for concept in sorted(found) if concept not in out)
