"""Whether two versions decide alike for everybody, or the smallest person who shows that they do not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fasciculation_rules.assessing.firings import Fired, fire
from fasciculation_rules.assessing.tables import Tables
from fasciculation_rules.assessing.urgency import urgency_of
from fasciculation_rules.errors import EngineDisagreementError
from fasciculation_rules.logic.condition import Compare, Condition, Threshold, leaves
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.circuit import Wire
from fasciculation_rules.proof.compare.said import Pair, told
from fasciculation_rules.proof.hygiene import name_in_program
from fasciculation_rules.proof.patient import to_facts
from fasciculation_rules.proof.replay import ENGINES
from fasciculation_rules.proof.solver import Sat, Verdict
from fasciculation_rules.proof.witness import smallest
from fasciculation_rules.shelf.digest import logic_of

WORTH = (Firing.TRUE, Firing.OPEN, Firing.AWAITS_EXAMINATION, Firing.AWAITS_TEST)


@dataclass(frozen=True, slots=True)
class Shown:
    """Somebody whom two versions treat differently: what is known of her, her two rungs, and the rules that differ."""

    said: Facts
    before: str
    after: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alike:
    """How far two versions decide alike.

    `frame` is what differs beside conditions (rungs, consequences, implications, horizons, ...), by its path;
    `conditions` says whether every condition is worth the same for everybody; `shown` is somebody, where there is one.
    """

    frame: tuple[str, ...]
    conditions: Verdict
    shown: Shown | None

    @property
    def proven(self) -> bool:
        """Whether nobody can be treated differently."""
        return not self.frame and self.conditions is Verdict.IMPOSSIBLE


def alike(pair: Pair) -> Alike:
    """Compares what decides: conditions by what they are worth, all else by what is written.

    Raises EngineUnavailableError without the extra `prove`, EngineDisagreementError where the engines contradict a
    person whom the solver found.
    """
    frame = tuple(_frame(pair.old, pair.new))
    solver = Sat(pair.circuit)
    solver.meet(pair.said)
    conditions = solver.ask([pair.circuit.some(_worth_differs(pair))])
    shown = None
    for wires in (_urgency_differs(pair), _worth_differs(pair), _consequence_differs(pair)):
        wire = pair.circuit.some(wires)
        if shown is None and solver.ask([wire]) is Verdict.POSSIBLE:
            shown = _shown(pair, wire, solver)
    return Alike(frame, conditions, shown)


# ---------------------------------------------------------------- what is written


def _frame(old: Ruleset, new: Ruleset) -> Iterator[str]:
    yield from _differences(_without_conditions(old), _without_conditions(new), "")
    for name in _changed_conditions(old, new):
        one, other = (_movable(version.rules[name].condition, version) for version in (old, new))
        if one != other:
            yield f"rules.{name}: thresholds that a site may move"


def _without_conditions(version: Ruleset) -> dict[str, Any]:
    """What decides, without conditions and without the values of thresholds, which conditions are compared with."""
    parts = logic_of(version.about, version.vocabulary, version.thresholds, version.outcomes, version.rules)
    del parts["entry"]
    for rule in parts["rules"].values():
        rule.pop("when", None)
        rule.pop("means", None)
    for threshold in parts["thresholds"].values():
        del threshold["value"]
    for floor in parts["outcomes"]["floors"].values():
        floor.update(when=floor["when"] is not None, unless=floor["unless"] is not None)
    return parts


def _differences(old: Any, new: Any, at: str) -> Iterator[str]:
    """The paths of what differs, no deeper than where a name came or went."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            path = f"{at}.{key}" if at else key
            if key in old and key in new:
                yield from _differences(old[key], new[key], path)
            else:
                yield f"{path} ({'removed' if key in old else 'added'})"
    elif old != new:
        yield at


def _changed_conditions(old: Ruleset, new: Ruleset) -> list[str]:
    both = (name for name in old.rules if name in new.rules)
    return [name for name in both if old.rules[name].condition != new.rules[name].condition]


def _movable(condition: Condition, version: Ruleset) -> set[str]:
    """The thresholds of a condition that a site may move: a proof holds within their bounds, for each by its name."""
    named = {
        leaf.limit.name for leaf in leaves(condition) if isinstance(leaf, Compare) and isinstance(leaf.limit, Threshold)
    }
    return {name for name in named if version.thresholds[name].site_overridable}


# ---------------------------------------------------------------- what it means


def _worth_differs(pair: Pair) -> Iterator[Wire]:
    """A condition of both versions is worth something else, or one that only one of them has fires."""
    old, new = set(pair.old.program.names), set(pair.new.program.names)
    for name in sorted(old & new):
        for level in WORTH:
            yield -pair.circuit.same(pair.before.rail(name, level), pair.after.rail(name, level))
    yield from (pair.before.true(name) for name in sorted(old - new))
    yield from (pair.after.true(name) for name in sorted(new - old))


def _urgency_differs(pair: Pair) -> Iterator[Wire]:
    for rung in pair.old.outcomes.ladder:
        yield -pair.circuit.same(pair.before.reaches(rung), pair.after.reaches(rung))


def _consequence_differs(pair: Pair) -> Iterator[Wire]:
    """A rule fires whose consequence was rewritten."""
    old, new = _without_conditions(pair.old)["rules"], _without_conditions(pair.new)["rules"]
    for name in old:
        if name in new and old[name] != new[name]:
            yield pair.after.true(name_in_program(pair.new.rules[name]))


# ---------------------------------------------------------------- somebody


def _shown(pair: Pair, wire: Wire, solver: Sat) -> Shown:
    measured = (wire, *pair.measured)
    wires = measured if solver.ask(measured) is Verdict.POSSIBLE else (wire,)
    said = to_facts(smallest(wires, [pair.said], pair.circuit), pair.said, pair.cells)
    before, after = ([_fired(said, version, engine) for engine in ENGINES] for version in (pair.old, pair.new))
    rung, other = _rung(before, pair.old), _rung(after, pair.new)
    rules = _differing(pair, before[0], after[0])
    if not rules:
        raise EngineDisagreementError(
            f"the comparison found somebody whom {pair.old.version} and {pair.new.version} treat differently, "
            "the engines find no difference; nothing is compared"
        )
    return Shown(said, rung, other, tuple(sorted(_telling(rules, rung != other, pair))))


def _fired(said: Facts, version: Ruleset, engine: str) -> Fired:
    return fire(told(said, version), version, engine=engine)


def _rung(fired: Iterable[Fired], version: Ruleset) -> str:
    """What every engine says."""
    (rung,) = {urgency_of(each, Tables.of(version)).range.at_least for each in fired}
    return rung


def _telling(rules: Mapping[str, bool], moved: bool, pair: Pair) -> list[str]:
    """Of the rules that differ those that fire in one version only, or otherwise; of one who moves, escalations."""
    loud = [name for name, fires in rules.items() if fires]
    urgent = [name for name in loud if name in pair.old.escalations or name in pair.new.escalations]
    return (urgent if moved else []) or loud or list(rules)


def _differing(pair: Pair, before: Fired, after: Fired) -> dict[str, bool]:
    """The rules that are worth something else, and whether that is because they fire now, or did, or do otherwise."""
    frames = [_without_conditions(version)["rules"] for version in (pair.old, pair.new)]
    rules = [{name_in_program(rule): name for name, rule in each.rules.items()} for each in (pair.old, pair.new)]
    worth = [
        {name: _worth(fired, version, name) for name in version.program.names}
        for fired, version in ((before, pair.old), (after, pair.new))
    ]
    found = {}
    for name in {*worth[0], *worth[1]}:
        one, other = (each.get(name, Firing.FALSE) for each in worth)
        rule = rules[1].get(name) or rules[0].get(name) or name
        rewritten = rule in frames[0] and rule in frames[1] and frames[0][rule] != frames[1][rule]
        if one is not other or (rewritten and other is Firing.TRUE):
            found[rule] = Firing.TRUE in (one, other)
    return found


def _worth(fired: Fired, version: Ruleset, name: str) -> Firing:
    bit = version.program.bits[name]
    return next((level for level in WORTH if fired.at_least(level) & bit), Firing.FALSE)
