"""Made patients held against the engines, all at once: what the gates say of each, the rules must say too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fasciculation_rules.errors import EngineDisagreementError
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.proof.circuit import Wire
from fasciculation_rules.proof.kept.gathering import Gathering
from fasciculation_rules.proof.reading import Reading
from fasciculation_rules.proof.replay import ENGINES, decided

_BOUNDS = {
    "at_least": Firing.TRUE,
    "at_most": Firing.OPEN,
    "after_examination": Firing.AWAITS_EXAMINATION,
    "after_tests": Firing.AWAITS_TEST,
}


class Replay:
    """Knows the wires of one reading, which are the same for every patient."""

    def __init__(self, reading: Reading, engines: tuple[str, ...] = ENGINES) -> None:
        self._reading, self._engines = reading, engines
        self._wires = _wires(reading)

    def __call__(self, made: Gathering) -> None:
        """Raises EngineDisagreementError where the encoding and an engine say different things of somebody."""
        told = {name: [made.bits(wire) for wire in wires] for name, wires in self._wires.items()}
        for index, member in enumerate(made.members):
            gates = {name: self._value(name, bits, 1 << index) for name, bits in told.items()}
            for engine in self._engines:
                said = decided(member.facts, self._reading, engine)
                differing = {name: (str(gates[name]), str(said[name])) for name in gates if gates[name] != said[name]}
                if differing:
                    raise EngineDisagreementError(
                        f"the proof's encoding and the engine '{engine}' disagree on {len(differing)} values of "
                        f"ruleset {self._reading.ruleset.version}; no case is kept",
                        differences=differing,
                        case=None,
                    )

    def _value(self, name: str, bits: Sequence[int], bit: int) -> object:
        """As high as the wires rise for one patient."""
        height = sum(bool(mask & bit) for mask in bits)
        return Firing(height) if name in self._reading.ruleset.program.bits else self._ladder[height]

    @property
    def _ladder(self) -> tuple[str, ...]:
        return self._reading.ruleset.outcomes.ladder


def _wires(reading: Reading) -> Mapping[str, tuple[Wire, ...]]:
    """For each condition, each bound and the rung shown, the wires that are true one after another as it rises."""
    levels = (Firing.AWAITS_TEST, Firing.AWAITS_EXAMINATION, Firing.OPEN, Firing.TRUE)
    found = {
        name: tuple(reading.worth(reading.condition(name), level) for level in levels)
        for name in reading.ruleset.program.names
    }
    rungs = reading.ruleset.outcomes.ladder[1:]
    for bound, level in _BOUNDS.items():
        found[bound] = tuple(reading.reaches(rung, level) for rung in rungs)
    return found | {"shown": tuple(reading.shows(rung) for rung in rungs)}
