"""What reading the data of another system gives: the case, where each item comes from, and what was not taken."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from pydantic import ConfigDict

from fasciculation_rules.logic.frozen import FrozenMapping
from fasciculation_rules.model.base import Frozen, Value
from fasciculation_rules.model.case import Case


class Reported(Value):
    """A frozen piece of a report. Its many small parts are plain dataclasses, which are made ten times faster."""

    model_config = ConfigDict(hide_input_in_errors=True)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one item of the case comes from. `resource` is a digest of the resource's identity, never the identity."""

    item: str
    type: str
    resource: str
    version: str | None = None
    date: datetime.date | None = None
    status: str | None = None
    system: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """One code and how often it was met; with `item` where it is known. Displays are never copied."""

    system: str
    code: str
    count: int
    item: str | None = None


@dataclass(frozen=True, slots=True)
class UnitWritten:
    """A unit as it was written with values of a quantity, and how often; empty where none was written."""

    item: str
    unit: str
    count: int


@dataclass(frozen=True, slots=True)
class SetAside:
    """Something that was not taken as it stands, or that a reader should know. Names items, never values."""

    code: str
    message: str
    type: str | None = None
    item: str | None = None
    count: int = 1


class MappingIdentity(Reported):
    """Which site mapping was used."""

    name: str
    digest: str


class ImportReport(Reported):
    """How the data were read, in counts."""

    as_of: datetime.datetime
    on: datetime.date
    time_zone: str
    ruleset: str
    logic_digest: str
    mapping: MappingIdentity | None = None
    deceased: bool = False
    resources: Frozen[str, int] = FrozenMapping({})
    another_subject: int = 0
    known_codes: tuple[Counted, ...] = ()
    unknown_codes: tuple[Counted, ...] = ()
    text_only: Frozen[str, int] = FrozenMapping({})
    units: tuple[UnitWritten, ...] = ()
    notices: tuple[SetAside, ...] = ()


class Imported(Reported):
    """A case with its provenance and a report."""

    format: int = 1
    case: Case
    provenance: tuple[Origin, ...] = ()
    report: ImportReport

    def to_json(self, *, indent: int | None = None) -> str:
        """JSON text; what is not known is left out of the case."""
        return self.model_dump_json(by_alias=True, exclude_none=True, indent=indent)
