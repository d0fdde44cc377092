"""One thing that one resource says of one item."""

from __future__ import annotations

from dataclasses import dataclass

from fasciculation_rules.exchange.fhir.moments import Moment

PRESENT, ABSENT = "present", "absent"

Amounts = tuple[str, str]
"""The two ends of a span or of a reference interval, as a case writes them."""


@dataclass(frozen=True, slots=True)
class Source:
    """Which resource said it, by its key, and through which code."""

    type: str
    key: str
    version: str
    status: str
    system: str
    code: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A value as a case writes it. `counts` are the ends of a quantity; `moment` is None where no date is known."""

    item: str
    value: str | Amounts
    moment: Moment | None
    source: Source
    counts: tuple[int, int] | None = None
    reference: Amounts | None = None

    @property
    def tie(self) -> tuple[str, ...]:
        """An order among statements of one time that depends on nothing but what they say."""
        source = self.source
        reference = "" if self.reference is None else " to ".join(self.reference)
        said = self.value if isinstance(self.value, str) else " to ".join(self.value)
        return (said, reference, source.type, source.key, source.version, source.status, source.system, source.code)


@dataclass(frozen=True, slots=True)
class Onset:
    """When a finding that is present began, for the duration of its family."""

    family: str
    began: Moment
    statement: Statement
