"""What a FHIR record says of one person as a CQL library: by code, status, date and horizon, and nothing guessed.

It knows less than `from_fhir`, and never otherwise: what it does not read makes nothing present and denies nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import ceil

from fasciculation_rules.assessing.overtaken import BLOODS
from fasciculation_rules.exchange.cql.fact_functions import FUNCTIONS
from fasciculation_rules.exchange.cql.known import LIMITED
from fasciculation_rules.exchange.cql.names import FACTS, about
from fasciculation_rules.exchange.cql.writing import Library, joined, listed, quoted, text
from fasciculation_rules.exchange.fhir.patient import BIRTH_SEX
from fasciculation_rules.exchange.meanings import Meaning, of_ruleset
from fasciculation_rules.exchange.relations import Relation
from fasciculation_rules.exchange.systems import HPO, ICD10CM, ITEMS, LOINC, SNOMED
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.units import UNITS, accepted_units, conversion
from fasciculation_rules.model.vocabulary import Finding, Quantity

SYSTEMS = {ITEMS: "items", HPO: "HPO", SNOMED: "SNOMED CT", ICD10CM: "ICD-10-CM", LOINC: "LOINC"}
Codes = dict[str, list[tuple[str, str, Meaning]]]


def facts_library(ruleset: Ruleset) -> str:
    """The text of the library. The same ruleset gives the same text."""
    into = Library(FACTS, ruleset.version)
    into.head(
        "using FHIR version '4.0.1'",
        about=about(
            ruleset,
            "What the Observations and Conditions of a record, and the Patient, say of one person. Where they leave "
            "anything open it says nothing.",
        ),
    )
    _Facts(ruleset, into).write()
    return str(into)


class _Facts:
    def __init__(self, ruleset: Ruleset, into: Library) -> None:
        self.ruleset, self.vocabulary, self.into = ruleset, ruleset.vocabulary, into
        self.codes: Codes = {}
        for (system, code), meaning in ruleset.kept(of_ruleset).items():
            if meaning.relation is not Relation.WIDER:
                self.codes.setdefault(meaning.item, []).append((system, code, meaning))

    def write(self) -> None:
        self._terms()
        self.into.add('parameter "On" Date default null', "The day of assessment; without it, today.")
        self.into.add("context Patient")
        self.into.define("Day", 'Coalesce("On", Today())')
        for words, function in FUNCTIONS:
            self.into.add(function, words)
        self.into.section("Findings: true, false, or null for unknown.")
        for name, finding in self.vocabulary.findings.items():
            if finding.values:
                self._listed(name, finding)
            elif not self.vocabulary.is_summary(name):
                self._finding(name, finding)
        self.into.section("Quantities: intervals of counts.")
        for name, quantity in self.vocabulary.quantities.items():
            self._quantity(name, quantity)
        self.into.section("Summaries that say normal: none counts once something abnormal was recorded after it.")
        for name, finding in self.vocabulary.findings.items():
            if self.vocabulary.is_summary(name):
                self._finding(name, finding)

    # ---------------------------------------------------------------- codes

    def _terms(self) -> None:
        for system, called in SYSTEMS.items():
            self.into.add(f"codesystem {quoted(called)}: {text(system)}")
        lines = []
        for name in self.vocabulary.items:
            for system, code, _ in self.codes.get(name, ()):
                lines.append(f"code {quoted(self._code(system, code))}: {text(code)} from {quoted(SYSTEMS[system])}")
        self.into.blocks.append("\n".join(lines))

    def _code(self, system: str, code: str) -> str:
        return f"{SYSTEMS[system]} {code}"

    def _retrieved(self, kind: str, name: str) -> tuple[list[str], list[str], list[str]]:
        """Resources under the own code, under codes that mean the same, and under codes of one kind of it."""
        found: tuple[list[str], list[str], list[str]] = ([], [], [])
        for system, code, meaning in self.codes.get(name, ()):
            place = 0 if system == ITEMS else 2 if meaning.relation is Relation.NARROWER else 1
            found[place].append(f"[{kind}: {quoted(self._code(system, code))}]")
        return found

    # ---------------------------------------------------------------- findings

    def _finding(self, name: str, finding: Finding) -> None:
        """What was said of it, and of that what counts on the day."""
        clinician = str(finding.observer == "clinician").lower()
        calls = []
        for kind in ("Observation", "Condition"):
            own, same, narrower = self._retrieved(kind, name)
            calls += [f'"Own {kind}s"({each}, {clinician})' for each in own]
            calls += [f'"Foreign {kind}s"({each}, true, {clinician})' for each in same]
            calls += [f'"Foreign {kind}s"({each}, false, {clinician})' for each in narrower]
        statements = self.into.define(f"{name} statements", f"flatten {listed(calls)}", finding.label)
        ends = f"{_days(finding.horizon.present)}, {_days(finding.horizon.absent)}"
        settled = f'"Settled"({statements}, {ends})'
        later = [*self._later(name)] if self.vocabulary.is_summary(name) else []
        if later:
            self.into.define(f"{name} settled", settled)
            self.into.define(f"{name} overtaken", joined("or", later))
            settled = f'if "{name} settled" and "{name} overtaken" then null else "{name} settled"'
        self.into.define(name, settled)

    def _later(self, summary: str) -> Iterator[str]:
        """Whether something that excludes a summary was recorded after it."""
        excluded = self.ruleset.closure.excluded[summary]
        since = self.into.define(f"{summary} since", f'"Last presence"({quoted(f"{summary} statements")})')
        for name, finding in self.vocabulary.findings.items():
            if name in excluded and not self.vocabulary.is_summary(name):
                days = _days(finding.horizon.present)
                yield f'"Overtakes"({quoted(f"{name} statements")}, {since}, {days})'
        if summary == BLOODS:
            for name, quantity in self.vocabulary.quantities.items():
                if quantity.normal is not None:
                    bottom, top = (ceil(end / quantity.resolution) for end in quantity.normal)
                    latest, days = quoted(f"{name} latest"), _days(quantity.horizon.present)
                    yield f'"Abnormal after"({latest}, {since}, {days}, {bottom}, {top})'

    def _listed(self, name: str, finding: Finding) -> None:
        """A finding of several values: the one of the latest day."""
        found = self._retrieved("Observation", name)[0][0]
        latest = self.into.define(f"{name} latest", f'"Listed"({found}, {{ {", ".join(map(text, finding.values))} }})')
        counts = f'"Counts"({latest}.noted, {_days(finding.horizon.present)})'
        value = f"if {counts} then {latest}.value else null"
        if name == "sex":
            born_as = f"exists (Patient.extension E where E.url.value = {text(BIRTH_SEX)})"
            value = f'if {born_as} then null else "Sex"(Patient.gender.value, {value})'
        chosen = self.into.define(f"{name} value", value, finding.label)
        for each in finding.values:
            self.into.define(f"{name}={each}", f"{chosen} = {text(each)}")

    # ---------------------------------------------------------------- quantities

    def _quantity(self, name: str, quantity: Quantity) -> None:
        """The amounts of its observations as intervals of counts, and of those the latest that counts."""
        units = [unit for unit in accepted_units(name, quantity.unit) if unit in UNITS]
        steps = quoted(f"Steps of {name}")
        cases = [f"    when {text(unit)} then {_scaled(name, unit, quantity)}" for unit in units]
        body = "\n".join(['  case "Unit"(value)', *cases, "    else null", "  end"])
        self.into.add(f"define function {steps}(value FHIR.Quantity):\n{body}")
        own, foreign, _ = self._retrieved("Observation", name)
        row = self.ruleset.codes.get(quantity.codes or "")
        wanted = UNITS.get(row.unit) if row is not None else None
        same = [unit for unit in units if wanted is not None and UNITS[unit].dimension == wanted.dimension]
        queries = [self._amounts(each, "true", steps, name, quantity) for each in own]
        if same:
            fits = f'not "Own"(O.code) and "Unit"(O.value as FHIR.Quantity) in {{ {", ".join(map(text, same))} }}'
            queries += [self._amounts(each, fits, steps, name, quantity) for each in foreign]
        self.into.define(f"{name} amounts", f"flatten {listed(queries)}", quantity.label)
        latest = self.into.define(f"{name} latest", f'"Latest"({quoted(f"{name} amounts")})')
        value = f'"Counting"({latest}, {_days(quantity.horizon.present)})'
        if name == "age":
            value = f'Coalesce("Years"(Patient.birthDate.value), {value})'
        self.into.define(name, value)
        if name in LIMITED:
            self._limits(name, quantity, steps, own)

    def _amounts(self, found: str, fits: str, steps: str, name: str, quantity: Quantity) -> str:
        bottom, top = quantity.bounds()
        complete = str(name == "age").lower()
        return (
            f"({found} O where O.status.value != 'entered-in-error' and {fits} return all Tuple {{\n"
            f'  ends: if "Readable"(O) then "Ends"(\n'
            f"    (O.value as FHIR.Quantity).comparator.value, {steps}(O.value as FHIR.Quantity),\n"
            f"    {steps}((O.value as FHIR.Range).low), {steps}((O.value as FHIR.Range).high),\n"
            f"    {bottom}, {top}, {complete}) else null,\n"
            f'  noted: "Day of"(O)\n}})'
        )

    def _limits(self, name: str, quantity: Quantity, steps: str, own: list[str]) -> None:
        """The reference interval of the latest report, in the canonical unit."""
        step = _decimal(quantity.resolution)
        low, high = (f"{steps}(O.referenceRange[0].{end}) * {step}" for end in ("low", "high"))
        self.into.define(
            f"{name} reference",
            f"singleton from ({own[0]} O\n"
            f'  where "Readable"(O) and "Day of"(O) = {quoted(f"{name} latest")}.noted\n'
            f"    and Count(O.referenceRange) = 1 and {low} < {high}\n"
            f"  return Interval[{low}, {high}])",
        )


def _days(horizon: int | None) -> str:
    """For how many days a record counts."""
    return "null" if horizon is None else str(horizon)


def _scaled(name: str, unit: str, quantity: Quantity) -> str:
    """A number of a unit in steps of the quantity, as fractions so that nothing is rounded before its time."""
    factor, offset = (part / quantity.resolution for part in conversion(name, unit, quantity.unit))
    scaled = f"value.value.value * {factor.numerator}.0 / {factor.denominator}.0"
    return scaled + (f" + ({offset.numerator}.0) / {offset.denominator}.0" if offset else "")


def _decimal(number: Fraction) -> str:
    return f"({number.numerator}.0 / {number.denominator}.0)"
