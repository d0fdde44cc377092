"""The people of one part: what is about each of them, read as the FHIR record of one person is read."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from fasciculation_rules.errors import CaseError, FhirError
from fasciculation_rules.exchange.fhir.from_fhir import Words, read_with
from fasciculation_rules.exchange.fhir.moments import Clock
from fasciculation_rules.exchange.fhir.opening import written
from fasciculation_rules.exchange.fhir.shapes import Json, object_of, text_of
from fasciculation_rules.logic.frozen import FrozenMapping
from fasciculation_rules.model.imported import ImportReport
from fasciculation_rules.population.intake.bulk.spill import Records, numbers_of
from fasciculation_rules.population.intake.bulk.told import PATIENT, QUESTIONNAIRE, digest, local_of, medicines_of
from fasciculation_rules.population.intake.bulk.when import When
from fasciculation_rules.population.intake.person import Person, Refused
from fasciculation_rules.population.intake.tally import Tally

SITE = "site"
CLASHES = "two copies of one version of a resource differ"
TOO_MUCH = "the record has too many bytes"

TAKEN = frozenset({"another-range", "deceased", "icd-only", "preliminary", "sex-differs", "undated"})
"""Notices of what counts all the same, so that nothing was set aside."""


@dataclass
class Part:
    """What was spread to one part. With `dated` only those are people who have a day of their own."""

    place: Path
    number: int
    words: Words
    when: When
    server: str
    dated: bool
    tally: Tally
    stack: ExitStack = field(default_factory=ExitStack)

    def people(self) -> Iterator[Person | Refused]:
        """Everybody, in the order of their ids."""
        with self.stack:
            for name in sorted(self._own.spans):
                if digest(name) in self._gone:
                    self.tally.set_aside("not-a-person")
                elif self.dated and name not in self._days.spans:
                    self.tally.set_aside("not-dated")
                else:
                    found = self._person(name)
                    if found is not None:
                        yield found

    # ---------------------------------------------------------------- what lies there

    def _file(self, what: str) -> Path:
        return self.place / f"{what}-{self.number:05d}"

    def _records(self, what: str) -> Records:
        return self.stack.enter_context(Records(self._file(what)))

    @cached_property
    def _own(self) -> Records:
        return self.stack.enter_context(Records(self._file("part"), numbers_of(self._file("outdated"))))

    @cached_property
    def _joined(self) -> Records:
        return self._records("joined")

    @cached_property
    def _medicines(self) -> Records:
        return self._records("medicine")

    @cached_property
    def _days(self) -> Records:
        return self._records("day")

    @cached_property
    def _clashing(self) -> frozenset[int]:
        return numbers_of(self._file("clash"))

    @cached_property
    def _gone(self) -> frozenset[bytes]:
        path = self._file("gone")
        data = path.read_bytes() if path.exists() else b""
        return frozenset(data[at : at + 16] for at in range(0, len(data), 16))

    @cached_property
    def _forms(self) -> Records:
        return self.stack.enter_context(Records(self.place / "form", numbers_of(self.place / "outdated-form")))

    @cached_property
    def _form_names(self) -> Records:
        return self.stack.enter_context(Records(self.place / "form-names"))

    # ---------------------------------------------------------------- one of them

    def _person(self, name: str) -> Person | Refused | None:
        spans = self._own.spans[name]
        if spans is None or self._joined.spans.get(name, ()) is None:
            return Refused(name, TOO_MUCH)
        if not self._clashing.isdisjoint(span[0] for span in spans):
            return Refused(name, CLASHES)
        about = [_read(body) for body in (*self._own.bodies(name), *self._joined.bodies(name))]
        resources = _once([*about, *self._referred_to(about)])
        if resources is None:
            return Refused(name, CLASHES)
        day = datetime.date.fromisoformat(self._days.bodies(name)[0].decode()) if self.dated else None
        time, clock = self.when.of(day)
        data = _bundle(resources, self.server) if self.server else resources
        try:
            found = read_with(self.words, data, clock, as_of=time, patient=f"{PATIENT}/{name}")
        except FhirError as error:
            code = error.problems[0].code if error.problems else "not-fhir"
            if code == "patient-replaced":
                self.tally.set_aside("not-a-person")
                return None
            return Refused(name, f"the record cannot be read ({code})")
        except CaseError:
            return Refused(name, "the record cannot be read as a case")
        _count(found.report, self.tally)
        patient = next((each for each in about if _is(each, PATIENT, name)), {})
        site = local_of(text_of(object_of(patient.get("managingOrganization")).get("reference")))
        _, _, place = site.partition("/")
        return Person(
            name,
            found.case,
            clock.today,
            alive=alive(patient, clock),
            about=FrozenMapping({SITE: place} if place else {}),
        )

    def _referred_to(self, about: list[Json]) -> Iterator[Json]:
        """Medicines and forms that a person's resources refer to."""
        names: set[str] = set()
        for resource in about:
            kind = resource.get("resourceType")
            if kind in ("MedicationRequest", "MedicationStatement"):
                names.update(medicines_of(resource))
            elif kind == "QuestionnaireResponse":
                canonical = text_of(resource.get("questionnaire")).partition("|")[0]
                names.update(body.decode() for body in self._form_names.bodies(canonical))
                names.add(local_of(canonical))
        for name in sorted(names):
            records = self._forms if name.startswith(f"{QUESTIONNAIRE}/") else self._medicines
            yield from (_read(body) for body in records.bodies(name))


def _read(body: bytes) -> Json:
    """A resource, which was looked at strictly when it was spread; numbers stay as written."""
    found: Json = _DECODER.decode(body.decode())
    return found


_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)


def _is(resource: Mapping[str, object], kind: str, name: str) -> bool:
    return resource.get("resourceType") == kind and resource.get("id") == name


def _once(resources: list[Json]) -> list[Json] | None:
    """Each resource once; None where two of one name differ, of which neither is the newer."""
    found: list[Json] = []
    met: dict[tuple[str, str], Json] = {}
    for resource in resources:
        name = resource.get("id")
        if isinstance(name, str) and name:
            other = met.setdefault((str(resource["resourceType"]), name), resource)
            if other is not resource:
                if written(other) != written(resource):
                    return None
                continue
        found.append(resource)
    return found


def _bundle(resources: list[Json], server: str) -> Json:
    """The resources with the addresses that references to them have; one without an id has an address of its own."""
    entries: list[Json] = []
    for number, resource in enumerate(resources):
        name = resource.get("id")
        name = name if isinstance(name, str) and name else f"_{number}"  # no id has this letter
        entries.append({"fullUrl": f"{server}/{resource['resourceType']}/{name}", "resource": resource})
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def alive(patient: Json, clock: Clock) -> bool | None:
    """Whether somebody is alive at a time; None where the record does not say. Who died at no known time is dead."""
    date = patient.get("deceasedDateTime")
    if date is not None:
        moment = clock.read(date)
        return moment is not None and clock.is_ahead(moment)
    said = patient.get("deceasedBoolean")
    return None if said is None else said is False


def _count(report: ImportReport, tally: Tally) -> None:
    """Adds what was met while one person was read."""
    for code in report.known_codes:
        tally.known[code.system, code.code, code.item or ""] += code.count
    for code in report.unknown_codes:
        tally.unknown[code.system, code.code] += code.count
    for unit in report.units:
        tally.units[unit.item, unit.unit or "(none)"] += unit.count
    for notice in report.notices:
        if notice.code not in TAKEN:
            tally.set_aside(notice.code, notice.count)
    tally.set_aside("another-subject", report.another_subject)
    tally.set_aside("text-only", sum(report.text_only.values()))
