"""The reading of one person's data: what every kind of resource needs to say something."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

from fasciculation_rules.exchange.fhir.amounts import Read, Scale
from fasciculation_rules.exchange.fhir.moments import Clock, Moment
from fasciculation_rules.exchange.fhir.opening import Entry, Opened, without_version, written
from fasciculation_rules.exchange.fhir.shapes import Json, object_of, objects_of, text_of
from fasciculation_rules.exchange.fhir.statement import ABSENT, PRESENT, Onset, Source, Statement
from fasciculation_rules.exchange.fhir.statuses import Standing
from fasciculation_rules.exchange.fhir.subject import Subject
from fasciculation_rules.exchange.fhir.tally import Tally
from fasciculation_rules.exchange.meanings import Meaning, Meanings
from fasciculation_rules.exchange.relations import PAST_COUNTS, Relation
from fasciculation_rules.exchange.systems import ITEMS, system_of
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.vocabulary import Finding

_TELLERS = ("source", "informationSource", "asserter", "performer", "author", "participant")
"""Who says it: the first of these that is there."""

_PROFESSIONALS = ("Practitioner", "PractitionerRole", "Organization", "CareTeam", "Device")


@dataclass(frozen=True, slots=True)
class Found:
    """A code that means something, and what."""

    meaning: Meaning
    system: str
    code: str


def _most_exact(found: list[Found]) -> list[Found]:
    """One code an item: our own where there is one, which then speaks alone, else one that means the same."""
    return one_an_item([each for each in found if each.system == ITEMS] or found)


def one_an_item(found: list[Found]) -> list[Found]:
    """One code an item: one that means the same where there is one."""
    best: dict[str, Found] = {}
    for each in found:
        other = best.get(each.meaning.item)
        if other is None or (each.meaning.relation is Relation.EQUIVALENT is not other.meaning.relation):
            best[each.meaning.item] = each
    return list(best.values())


@dataclass(frozen=True, slots=True)
class Told:
    """How a resource tells: on which date, with which status, and whether that status is final."""

    moment: Moment | None
    status: str
    final: bool = True


@dataclass(frozen=True, slots=True)
class Measured:
    """A value of a quantity that has not been looked at yet."""

    entry: Entry
    found: Found
    kind: str
    value: object
    ranges: object
    told: Told


@dataclass
class Reading:
    """What is known while reading, and what has been read."""

    ruleset: Ruleset
    meanings: Meanings
    relatives: Meanings
    links: Mapping[str, Mapping[str, str]]
    aliases: Mapping[str, str]
    clock: Clock
    tally: Tally
    opened: Opened
    subject: Subject
    statements: list[Statement] = field(default_factory=list)
    onsets: list[Onset] = field(default_factory=list)
    measured: dict[str, dict[datetime.date, list[Measured]]] = field(default_factory=dict)
    scales: dict[tuple[str, str], Scale] = field(default_factory=dict)

    # ---------------------------------------------------------------- codes

    def understood(self, concept: object, entry: Entry, meanings: Meanings | None = None) -> list[Found]:
        """What a CodeableConcept means; what it does not mean is counted, and its text is never read."""
        table = self.meanings if meanings is None else meanings
        holder = object_of(concept)
        found: list[Found] = []
        chosen: list[Found] = []
        unknown: list[tuple[str, str]] = []
        for coding in objects_of(holder.get("coding")):
            code, address = coding.get("code"), coding.get("system")
            if not isinstance(code, str) or not code:
                continue
            system = system_of(address.strip()) if isinstance(address, str) else ""
            code = code.strip()
            meaning = table.get((system, code))
            if meaning is None:
                unknown.append((system, code))
                continue
            found.append(Found(meaning, system, code))
            if coding.get("userSelected") is True:
                chosen.append(found[-1])
        if not found:
            for key in unknown:
                self.tally.unknown[key] += 1
            if not unknown and text_of(holder.get("text")):
                self.tally.text_only[entry.type] += 1
        for each in found:
            self.tally.known[each.system, each.code, each.meaning.item] += 1
        found = chosen or found
        return found if len(found) < 2 else _most_exact(found)

    # ---------------------------------------------------------------- dates

    def dated(self, entry: Entry, *keys: str) -> tuple[Moment | None, bool]:
        """The date of a resource and whether it may be used: by its own elements, else by its encounter."""
        moment, readable = self.clock.read_first(entry.resource, *keys)
        if not readable:
            self.tally.set_aside("unreadable-date", entry.type)
            return None, False
        if moment is None:
            reference = entry.resource.get("encounter") or entry.resource.get("context")
            if not object_of(reference).get("reference"):
                return None, True
            moment = self.encountered(entry)
            if moment is None:
                self.tally.set_aside("undated-not-taken", entry.type)
                return None, False
        return moment, not self.ahead(moment, entry)

    def encountered(self, entry: Entry) -> Moment | None:
        """When the encounter of a resource began, if it is here."""
        reference = entry.resource.get("encounter") or entry.resource.get("context")
        encounter = self.opened.resolve(reference, entry)
        if encounter.get("resourceType") != "Encounter":
            return None
        return self.clock.read_first(encounter, "period", "actualPeriod")[0]

    def ahead(self, moment: Moment, entry: Entry) -> bool:
        """Whether a date lies after the time of reading; if so it is counted."""
        if not self.clock.is_ahead(moment):
            return False
        self.tally.set_aside("ahead-of-time", entry.type)
        return True

    # ---------------------------------------------------------------- saying

    def say(self, entry: Entry, found: list[Found], said: str, told: Told) -> list[Statement]:
        """Takes that findings are present or absent (or have a listed value), as far as that may be taken."""
        items = dict.fromkeys(each.meaning.item for each in found)
        if len(items) > 1 and (said == ABSENT or not self._related(list(items))):
            self.tally.set_aside("several-items", entry.type)
            if said == ABSENT:
                return []
        taken = (self._say_one(entry, each, said, told) for each in found)
        return [statement for statement in taken if statement is not None]

    def _related(self, items: list[str]) -> bool:
        """Whether one of the items is a kind of all the others."""
        generals = self.ruleset.closure.generals
        return any(all(other == item or other in generals.get(item, ()) for other in items) for item in items)

    def _say_one(self, entry: Entry, found: Found, said: str, told: Told) -> Statement | None:
        meaning = found.meaning
        said, asked = (meaning.value or said if said == PRESENT else said), said
        reason = self._obstacle(entry, meaning, asked, said, told)
        if reason:
            self.refuse(reason, entry, meaning.item)
            return None
        if told.moment is None:
            self.refuse("undated", entry, meaning.item)
        return self._take(Statement(meaning.item, said, told.moment, source_of(entry, found, told)))

    def _obstacle(self, entry: Entry, meaning: Meaning, asked: str, said: str, told: Told) -> str:
        """Why a finding is not taken as said, or an empty text. `asked` is what was said of the code itself."""
        item = self.ruleset.vocabulary.items[meaning.item]
        if not isinstance(item, Finding):
            return "no-value"
        if meaning.relation is Relation.WIDER:
            return "read-as-wider"
        if asked == ABSENT and (meaning.relation is Relation.NARROWER or meaning.value is not None):
            return "narrower-denied"
        if said not in (item.values or (PRESENT, ABSENT)):
            return "value-unreadable"
        if item.observer == "clinician" and self._patient_tells(entry):
            return "patient-reported"
        if said == ABSENT and not told.final:
            return "unfinished-denial"
        if said == ABSENT and told.moment is None:
            return "undated-not-taken"
        return ""

    def refuse(self, reason: str, entry: Entry, item: str = "") -> None:
        """Counts what is not taken."""
        self.tally.set_aside(reason, entry.type, item)

    def _take(self, statement: Statement) -> Statement:
        self.statements.append(statement)
        return statement

    def _patient_tells(self, entry: Entry) -> bool:
        """Whether nobody but the patient, a relative or someone unknown vouches for it."""
        for key in _TELLERS:
            named = [object_of(each.get("actor")) or each for each in objects_of(entry.resource.get(key))]
            tellers = [each for each in named if each.get("reference") or each.get("type")]
            if tellers:
                return not any(self._is_professional(each, entry) for each in tellers)
        return False

    def _is_professional(self, reference: Json, entry: Entry) -> bool:
        """By its type, by the reference itself, or by what it leads to; one that leads nowhere is not."""
        kind = text_of(reference.get("type")) or without_version(text_of(reference.get("reference"))).split("/")[-2:][0]
        if kind not in _PROFESSIONALS:
            kind = self.opened.resolve(reference, entry).get("resourceType") or ""
        return kind in _PROFESSIONALS

    # ---------------------------------------------------------------- measuring

    def measure(self, entry: Entry, found: Found, kind: str, value: object, ranges: object, told: Told) -> None:
        """Keeps the value of a quantity, with the reference interval of its report, for `read_amounts`."""
        name, day = found.meaning.item, told.moment.first if told.moment else datetime.date.min
        self.tally.units[name, unit_written(value)] += 1
        if told.moment is None and self.ruleset.vocabulary.items[name].horizon.present is not None:
            return self.refuse("undated-not-taken", entry, name)
        measured = Measured(entry, found, kind, value, ranges, told)
        self.measured.setdefault(name, {}).setdefault(day, []).append(measured)
        return None

    def read_amounts(self) -> None:
        """Takes the values of the latest day that has one that can be read; older ones are not looked at."""
        for days in self.measured.values():
            for day in sorted(days, reverse=True):
                read = [self._read_amount(each, each.told.moment) for each in days[day]]
                if any(read):
                    break

    def _read_amount(self, one: Measured, moment: Moment | None) -> bool:
        """Whether a value could be read, and was taken."""
        name, found = one.found.meaning.item, one.found
        scale = self.scales.get((found.system, found.code))
        if scale is None:
            quantity = self.ruleset.vocabulary.quantities[name]
            scale = self.scales[found.system, found.code] = Scale(name, quantity, found.meaning, self.aliases)
        read: Read = scale.read(one.kind, one.value)
        if read.reason:
            self.refuse(read.reason, one.entry, name)
            return False
        reference, unused = scale.reference(one.ranges, read.unit) if one.ranges else (None, False)
        if unused:
            self.refuse("another-range", one.entry, name)
        source = source_of(one.entry, found, one.told)
        self._take(Statement(name, read.value, moment, source, read.counts, reference))
        return True

    def standing_of(self, standing: Standing, found: list[Found], entry: Entry) -> tuple[list[Found], str]:
        """What a status leaves of what was found, and what it says of that; what it does not leave is counted."""
        match standing:
            case Standing.FINAL | Standing.UNSTATED:
                return found, PRESENT
            case Standing.ABSENT:
                return found, ABSENT
            case Standing.HISTORY:
                past = [each for each in found if each.meaning.item in PAST_COUNTS]
                if len(past) < len(found):
                    self.refuse(standing, entry, found[0].meaning.item)
                return past, PRESENT
            case (
                Standing.ERROR
                | Standing.SUSPICION
                | Standing.PRELIMINARY
                | Standing.NOT_DONE
                | Standing.NOT_FINAL
                | Standing.UNREADABLE
            ):
                self.refuse(standing, entry, found[0].meaning.item)
                return [], ""
            case _:
                assert_never(standing)


def unit_written(value: object) -> str:
    """The code of a unit, else its words, of a Quantity or of an end of a Range."""
    found = object_of(value)
    found = object_of(found.get("low")) or object_of(found.get("high")) or found
    return text_of(found.get("code")) or text_of(found.get("unit"))


def source_of(entry: Entry, found: Found, told: Told) -> Source:
    """Where a statement comes from."""
    version = text_of(object_of(entry.resource.get("meta")).get("versionId"))
    return Source(entry.type, key_of(entry), version, told.status, found.system, found.code)


def key_of(entry: Entry) -> str:
    """What tells a resource from all others: its key, its place in what contains it, or else all that it says."""
    if entry.container is not None:
        return f"{key_of(entry.container)}#{entry.resource.get('id')}"
    return entry.key or written(entry.resource)
