"""What each code means: codes.csv of the ruleset, this library's own names, and the site mapping over both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fasciculation_rules.errors import MappingError, Problem, did_you_mean, problem
from fasciculation_rules.exchange.relations import NEVER, OF_RELATIVES, RELATIONS, Relation
from fasciculation_rules.exchange.systems import HPO, ICD10CM, ITEMS, LOINC, SNOMED, system_of
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.site_mapping import SiteMapping
from fasciculation_rules.model.units import UNITS, WORDS
from fasciculation_rules.model.vocabulary import Finding

Key = tuple[str, str]
"""A code system and a code."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one code says. `unit` is that of a LOINC code; `value` and `values` come from a site mapping."""

    item: str
    relation: Relation = Relation.EQUIVALENT
    unit: str = ""
    value: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)


Meanings = Mapping[Key, Meaning]


def of_ruleset(ruleset: Ruleset) -> dict[Key, Meaning]:
    """The codes of codes.csv, and every item under its own name."""
    found: dict[Key, Meaning] = {}
    for name, item in ruleset.vocabulary.items.items():
        row = ruleset.codes.get(item.codes or "")
        if row is not None:
            for system, code in ((HPO, row.hpo), (SNOMED, row.snomed), (ICD10CM, row.icd10), (LOINC, row.loinc)):
                relation = RELATIONS.get((system, code, name), Relation.EQUIVALENT)
                if code and (relation is not Relation.WIDER or (system, code) not in found):
                    found[system, code] = Meaning(name, relation, row.unit if system == LOINC else "")
        found[ITEMS, name] = Meaning(name)
    return found


def of_relatives(ruleset: Ruleset) -> dict[Key, Meaning]:
    """What a disease of a close relative says of the patient, and the items of family history themselves."""
    own = ruleset.kept(of_ruleset)
    found = {key: meaning for key, meaning in own.items() if is_of_relatives(meaning.item)}
    for concept, item in OF_RELATIVES.items():
        row = ruleset.codes.get(concept)
        if row is not None and item in ruleset.vocabulary.findings:
            keys = ((HPO, row.hpo), (SNOMED, row.snomed), (ICD10CM, row.icd10))
            found.update({(system, code): Meaning(item) for system, code in keys if code})
    return found


def is_of_relatives(item: str) -> bool:
    """Whether an item is one of family history."""
    return item.startswith("family_history")


def with_mapping(meanings: Meanings, mapping: SiteMapping, ruleset: Ruleset) -> Meanings:
    """The same with what a site adds; the site is right about its own codes.

    Raises MappingError with every problem at its place.
    """
    problems: list[Problem] = []
    found = dict(meanings)
    own: set[Key] = set()
    for number, local in enumerate(mapping.codes):
        at, key = f"codes[{number}]", (system_of(local.system), local.code)
        if key in own:
            hint = "keep one of them"
            problems.append(problem("mapped-twice", f"the code '{local.code}' is mapped twice", at=at, hint=hint))
        own.add(key)
        if reason := NEVER.get((*key, local.item)):
            message = f"'{local.code}' is never read as '{local.item}'"
            problems.append(problem("never-mapped", message, at=f"{at}.code", hint=reason))
        said = [("value", local.value), *((f"values.{code}", value) for code, value in local.values.items())]
        _check_item(
            local.item, f"{at}.item", [(f"{at}.{key}", value) for key, value in said if value], ruleset, problems
        )
        found[key] = Meaning(local.item, value=local.value, values=local.values)
    for number, form in enumerate(mapping.questionnaires):
        for link, item in form.items.items():
            _check_item(item, f"questionnaires[{number}].items.{link}", [], ruleset, problems)
    for alias, unit in mapping.units.items():
        if unit not in UNITS and unit not in WORDS:
            hint = did_you_mean(unit, UNITS) or "see the page of quantities and units"
            message = f"'{unit}' is not a unit that is read"
            problems.append(problem("mapped-unit", message, at=f"units.{alias}", hint=hint))
    if problems:
        raise MappingError(f"the site mapping does not fit ruleset {ruleset.version}", problems)
    return found


def _check_item(name: str, at: str, said: list[tuple[str, str]], ruleset: Ruleset, problems: list[Problem]) -> None:
    item = ruleset.vocabulary.items.get(name)
    if item is None:
        hint = did_you_mean(name, ruleset.vocabulary.items) or "see `fasciculation-rules show VERSION`"
        problems.append(problem("mapped-item", f"the ruleset has no item '{name}' to be given", at=at, hint=hint))
        return
    values = (item.values or ("present", "absent")) if isinstance(item, Finding) else ()
    for place, value in said:
        if value not in values:
            choice = f"one of {', '.join(values)}" if values else "none: a quantity has numbers of its own"
            message = f"'{value}' is no value of '{name}'"
            problems.append(problem("mapped-value", message, at=place, hint=f"expected {choice}"))
