"""Holds a patient whom a solver found against the engines: what the gates say of her, the rules must say too."""

from __future__ import annotations

from collections.abc import Mapping

from fasciculation_rules.assessing.disposition import disposition_of, screen_of
from fasciculation_rules.assessing.findings import Findings
from fasciculation_rules.assessing.firings import Fired, fire
from fasciculation_rules.assessing.tables import Tables
from fasciculation_rules.assessing.urgency import urgency_of
from fasciculation_rules.errors import EngineDisagreementError
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.proof.circuit import Wire
from fasciculation_rules.proof.patient import to_inputs
from fasciculation_rules.proof.reading import Reading

ENGINES = ("reference", "durable")


def replay(facts: Facts, reading: Reading, engines: tuple[str, ...] = ENGINES) -> None:
    """Raises EngineDisagreementError where the encoding and an engine, or two engines, say different things."""
    values = reading_values(facts, reading)
    for engine in engines:
        said = decided(facts, reading, engine)
        differing = {name: (values[name], said[name]) for name in said if values[name] != said[name]}
        if differing:
            shown = {name: (str(one), str(other)) for name, (one, other) in differing.items()}
            raise EngineDisagreementError(
                f"the proof's encoding and the engine '{engine}' disagree on {len(differing)} conditions or bounds of "
                f"ruleset {reading.ruleset.version}; nothing is proved",
                differences=shown,
                case=None,
            )


def reading_values(facts: Facts, reading: Reading) -> dict[str, object]:
    """What the gates say: each condition's value, each bound of the range, and the rung shown."""
    wires = {name: _levels(reading, name) for name in reading.ruleset.program.names}
    ladder = reading.ruleset.outcomes.ladder
    bounds = {level: [reading.reaches(rung, level) for rung in ladder] for level in _BOUNDS.values()}
    shown = [reading.shows(rung) for rung in ladder]
    values = reading.circuit.values(to_inputs(facts, reading.patient))

    def holds(wire: Wire) -> bool:
        return values[wire] if wire > 0 else not values[-wire]

    found: dict[str, object] = {name: _value([holds(wire) for wire in levels]) for name, levels in wires.items()}
    for name, level in _BOUNDS.items():
        found[name] = ladder[sum(holds(wire) for wire in bounds[level]) - 1]
    return found | {"shown": ladder[sum(holds(wire) for wire in shown) - 1]}


_BOUNDS = {
    "at_least": Firing.TRUE,
    "at_most": Firing.OPEN,
    "after_examination": Firing.AWAITS_EXAMINATION,
    "after_tests": Firing.AWAITS_TEST,
}


def _levels(reading: Reading, name: str) -> tuple[Wire, ...]:
    condition = reading.condition(name)
    levels = (Firing.TRUE, Firing.OPEN, Firing.AWAITS_EXAMINATION)
    return (*(reading.worth(condition, level) for level in levels), -reading.fails(condition))


def _value(levels: list[bool]) -> Firing:
    values = (Firing.TRUE, Firing.OPEN, Firing.AWAITS_EXAMINATION, Firing.AWAITS_TEST)
    return next((value for value, holds in zip(values, levels, strict=True) if holds), Firing.FALSE)


def decided(facts: Facts, reading: Reading, engine: str) -> Mapping[str, object]:
    """The same from an engine and the steps of an assessment."""
    ruleset = reading.ruleset
    tables = Tables.of(ruleset)
    fired = fire(facts, ruleset, engine=engine)
    urgency = urgency_of(fired, tables)
    screen = screen_of(Findings(facts, ()), tables)
    disposition = disposition_of(urgency, screen, tables.known(facts), fired, tables)
    bounds = urgency.range
    found: dict[str, object] = {name: _graded(fired, bit) for name, bit in ruleset.program.bits.items()}
    return found | {
        "at_least": bounds.at_least,
        "at_most": bounds.at_most,
        "after_examination": bounds.after_examination,
        "after_tests": bounds.after_tests,
        "shown": disposition.rung,
    }


def _graded(fired: Fired, bit: int) -> Firing:
    masks = (
        (Firing.TRUE, fired.true),
        (Firing.OPEN, fired.open),
        (Firing.AWAITS_EXAMINATION, fired.awaits_examination),
        (Firing.AWAITS_TEST, fired.awaits_test),
    )
    return next((value for value, mask in masks if mask & bit), Firing.FALSE)
