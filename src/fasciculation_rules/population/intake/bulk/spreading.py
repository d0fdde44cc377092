"""Spreads the resources of exports by the person whom they are about, on the disk, in one pass over the files.

What lies in a part afterwards: `part-*`, the resources of its people; `joined-*`, those of records that were merged
into theirs; `medicine-*`, what they refer to; `outdated-*` and `clash-*`, where in `part-*` copies begin that do not
count, or of which nobody knows which counts; `gone-*`, who is nobody any more. `form` and `form-names` are for all.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from fasciculation_rules.errors import PopulationError, Problem
from fasciculation_rules.exchange.fhir.moments import Clock
from fasciculation_rules.exchange.fhir.shapes import Json, text_of
from fasciculation_rules.exchange.fhir.tally import shown_type
from fasciculation_rules.population.intake.bulk.export import Export, File, Role
from fasciculation_rules.population.intake.bulk.lines import DamagedError, lines_of
from fasciculation_rules.population.intake.bulk.spill import BUFFERED, Records, Spill, number, numbers_of
from fasciculation_rules.population.intake.bulk.told import (
    MEDICATION,
    NEVER,
    OF_PEOPLE,
    PATIENT,
    QUESTIONNAIRE,
    Told,
    deleted_of,
    digest,
    medicines_of,
    patient_of,
    replaced_by,
    resource_of,
    told,
)
from fasciculation_rules.population.intake.bulk.versions import NOBODY, Note, Verdict, Where, verdicts_of
from fasciculation_rules.population.intake.reader import Reached
from fasciculation_rules.population.intake.tally import Tally

_OFTEN = 10_000
"""Lines after which somebody is told how far this is."""

_SERVERS = 3
"""So many addresses of servers are named."""


def part_of(name: bytes, parts: int) -> int:
    """The part of a digest."""
    return int.from_bytes(name[:8]) % parts


@dataclass
class Spreading:
    """One run over all files. `doubts` are why people may not be whole, known at the end."""

    exports: tuple[Export, ...]
    place: Path
    parts: int
    tally: Tally
    clock: Clock
    most: int = BUFFERED
    doubts: list[str] = field(default_factory=list)
    servers: set[str] = field(default_factory=set)
    told_of: int = 0

    def run(self, days: Iterable[tuple[str, date]], done: Reached) -> str:
        """Spreads everything; the server that references name, or an empty text.

        Raises PopulationError where a file holds no resource at all, or the people are of several servers.
        """
        with Spill(self.place, self.most) as spill:
            for name, day in days:
                spill.add_record(f"day-{self._part(name):05d}", name, day.isoformat().encode())
            self._read_all(spill, done)
        if len(self.servers) > 1:
            named = ", ".join(f"'{each}'" for each in sorted(self.servers)[:_SERVERS])
            raise PopulationError(
                f"the resources are about patients of {len(self.servers)} servers ({named}), whose ids may be of "
                "different people; give the export of one server"
            )
        if self.told_of:
            self.doubts.append(f"the server told of {self.told_of} problems among the resources")
        with Spill(self.place, self.most) as spill:
            for part in range(self.parts):
                self._settle(part, spill)
        with Spill(self.place, self.most) as spill:
            for part in range(self.parts):
                self._join(part, spill)
        return next(iter(self.servers), "")

    # ---------------------------------------------------------------- files

    def _read_all(self, spill: Spill, done: Reached) -> None:
        total = sum(file.lines for export in self.exports for file in export.files)
        count = 0
        problems: list[Problem] = []
        for order, export in enumerate(self.exports):
            for file in export.files:
                self._read(file, order, spill, problems)
                count += file.lines
                done(count, total)
        if problems:
            raise PopulationError("the export cannot be read", problems)

    def _read(self, file: File, order: int, spill: Spill, problems: list[Problem]) -> None:
        """Every line of a file; those that are no resource are counted."""
        bad: Counter[str] = Counter()
        first = lines = 0
        try:
            for line in lines_of(file.path):
                lines += 1
                found = "too-large" if line is None else resource_of(line)
                if isinstance(found, str):
                    first = first or lines
                    bad[found] += 1
                elif line is not None:
                    self._take(found, line, file, order, spill)
        except (OSError, DamagedError):
            lines = -1
        if lines != file.lines:
            raise PopulationError(f"'{file.path}' was changed while it was being read; run it again")
        if bad:
            self.tally.set_aside("not-a-resource", bad.total())
            reasons = ", ".join(sorted(bad))
            if bad.total() == lines and file.role is Role.RESOURCES:
                message = f"none of its {lines} lines is a FHIR resource ({reasons})"
                problems.append(Problem(str(file.path), 0, 0, "", "not-ndjson", message, "fetch the file again"))
            self.doubts.append(
                f"lines of '{file.path.name}' are no resource, the first of them line {first} ({reasons})"
            )

    def _take(self, resource: Json, line: bytes, file: File, order: int, spill: Spill) -> None:
        found = told(resource, self.clock)
        self.tally.read[shown_type(found.kind)] += 1
        if file.role is Role.PROBLEMS:
            return
        if found.kind == "OperationOutcome":
            self.told_of += 1
        elif found.kind == "Bundle":
            self._delete(resource, order, spill)
        elif found.kind == PATIENT or found.kind in OF_PEOPLE:
            self._take_of_person(found, line, order, spill)
        elif found.kind == MEDICATION and found.name:
            local = f"{MEDICATION}/{found.name}"
            key = digest(local)
            begin = spill.add_record(f"shared-{part_of(key, self.parts):05d}", local, line)
            self._note(found, line, NOBODY, begin, order, Where.SHARED, spill)
        elif found.kind == QUESTIONNAIRE and found.name:
            local = f"{QUESTIONNAIRE}/{found.name}"
            begin = spill.add_record("form", local, line)
            self._note(found, line, NOBODY, begin, order, Where.FORM, spill)
            if url := text_of(resource.get("url")):
                spill.add_record("form-names", url, local.encode())
        else:
            self.tally.set_aside("type-not-read")

    def _take_of_person(self, found: Told, line: bytes, order: int, spill: Spill) -> None:
        if found.base:
            self.servers.add(found.base)
        if not found.patient:
            self.tally.set_aside("no-patient")
            self._note(found, line, NOBODY, 0, order, Where.NOWHERE, spill)
            return
        person = digest(found.patient)
        part = part_of(person, self.parts)
        begin = spill.add_record(f"part-{part:05d}", found.patient, line)
        self._note(found, line, person, begin, order, Where.PERSON, spill)
        if found.kind == PATIENT:
            for other in replaced_by(found.resource):
                if other != found.patient:
                    said = number(begin) + found.patient.encode("utf-8", "surrogatepass")
                    spill.add_record(f"moves-{self._part(other):05d}", other, said)
        for medicine in medicines_of(found.resource) if found.kind.startswith(MEDICATION) else ():
            key = digest(medicine)
            spill.add(f"wanted-{part_of(key, self.parts):05d}", key + number(part))

    def _delete(self, bundle: Json, order: int, spill: Spill) -> None:
        """What a Bundle deletes; it says nothing else."""
        for local in deleted_of(bundle):
            if not local:
                self.tally.set_aside("deletion-unclear")
                continue
            name, _ = patient_of(local)
            person = digest(name) if name else NOBODY
            key = digest(local)
            note = Note(key, person, bytes(8), NEVER, -1, 0, order, Where.DELETED)
            spill.add(f"note-{part_of(key, self.parts):05d}", note.packed())

    def _note(
        self, found: Told, line: bytes, person: bytes, begin: int, order: int, where: Where, spill: Spill
    ) -> None:
        """Without an id nothing can be another version of it."""
        if found.name:
            key = digest(f"{found.kind}/{found.name}")
            text = hashlib.blake2b(line, digest_size=8).digest()
            note = Note(key, person, text, found.updated, found.version, begin, order, where)
            spill.add(f"note-{part_of(key, self.parts):05d}", note.packed())

    def _part(self, name: str) -> int:
        return part_of(digest(name), self.parts)

    # ---------------------------------------------------------------- versions

    def _settle(self, part: int, spill: Spill) -> None:
        """Says of the copies of a resource which count, and copies medicines to where they are wanted."""
        without: set[int] = set()
        for verdict in verdicts_of(self.place / f"note-{part:05d}"):
            self._say(verdict, without, spill)
        wanted = self.place / f"wanted-{part:05d}"
        data = wanted.read_bytes() if wanted.exists() else b""
        wants = {data[at : at + 24] for at in range(0, len(data), 24)}
        with Records(self.place / f"shared-{part:05d}", frozenset(without)) as shared:
            names = {digest(name): name for name in shared.spans}
            for want in sorted(wants):
                if name := names.get(want[:16]):
                    for body in shared.bodies(name):
                        spill.add_record(f"medicine-{int.from_bytes(want[16:], 'little'):05d}", name, body)

    def _say(self, verdict: Verdict, without: set[int], spill: Spill) -> None:
        reasons = {"outdated": verdict.outdated, "repeated": verdict.repeated, "deleted": verdict.deleted}
        for reason, notes in reasons.items():
            self.tally.set_aside(reason, len(notes))
            for note in notes:
                self._leave(note, "outdated", without, spill)
        for note in verdict.clashing:
            self._leave(note, "clash", set(), spill)
        if verdict.gone != NOBODY:
            spill.add(f"gone-{part_of(verdict.gone, self.parts):05d}", verdict.gone)

    def _leave(self, note: Note, what: str, without: set[int], spill: Spill) -> None:
        match note.where:
            case Where.PERSON:
                spill.add(f"{what}-{part_of(note.person, self.parts):05d}", number(note.begin))
            case Where.SHARED:
                without.add(note.begin)
            case Where.FORM:
                spill.add("outdated-form", number(note.begin))
            case Where.NOWHERE | Where.DELETED:
                pass

    # ---------------------------------------------------------------- merged records

    def _join(self, part: int, spill: Spill) -> None:
        """Brings what is about merged records to those into which they were merged, who then stand for both."""
        if not (self.place / f"moves-{part:05d}").exists():
            return
        outdated = numbers_of(self.place / f"outdated-{part:05d}")
        with (
            Records(self.place / f"moves-{part:05d}") as moves,
            Records(self.place / f"part-{part:05d}", outdated) as own,
        ):
            for old in sorted(moves.spans):
                for said in moves.bodies(old):
                    new = said[8:].decode("utf-8", "surrogatepass")
                    target = self._part(new)
                    if int.from_bytes(said[:8], "little") in numbers_of(self.place / f"outdated-{target:05d}"):
                        continue
                    spill.add(f"gone-{part:05d}", digest(old))
                    for body in own.bodies(old):
                        spill.add_record(f"joined-{target:05d}", new, body)
