"""Faults in the encoding: what no ruleset can bring about, because the meaning of conditions alone forbids it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fasciculation_rules.logic.condition import Condition, Is
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.model.ruleset import UNDER_16
from fasciculation_rules.proof import reading
from fasciculation_rules.proof.circuit import Wire
from fasciculation_rules.proof.reading import Reading

Plant = Callable[[pytest.MonkeyPatch], None]
_MAKE = Reading._make


def _denied_unless_present(self: Reading, condition: Condition, level: Firing) -> Wire:
    match condition:
        case Is(name=name, value="absent") if name in self.patient.present:
            return -self.patient.present[name]
    return _MAKE(self, condition, level)


def _settled(self: Reading) -> Wire:
    rungs = self.ruleset.outcomes.ladder
    return self.circuit.every(
        [self.circuit.same(self.reaches(rung), self.reaches(rung, Firing.OPEN)) for rung in rungs]
    )


FAULTS: dict[str, Plant] = {
    "ruled out once it is open": lambda patch: patch.setattr(
        Reading, "false", lambda self, name: self.rail(name, Firing.OPEN)
    ),
    "unknown is read as no": lambda patch: patch.setattr(Reading, "_counts", lambda *_: False),
    "an examination counts less than a question": lambda patch: patch.setattr(
        Reading, "_counts", lambda self, name, level: level is Firing.OPEN
    ),
    "denied unless it is known to be present": lambda patch: patch.setattr(Reading, "_make", _denied_unless_present),
    "settled before the screen is finished": lambda patch: patch.setattr(Reading, "settled", property(_settled)),
    "reassured before the screen is finished": lambda patch: patch.setattr(
        Reading, "may_reassure", property(lambda self: self.false(UNDER_16))
    ),
    "a discharge to self-care": lambda patch: patch.setattr(reading, "DISCHARGED_TO", "self_care"),
}
