"""Runs the engines over the facts: one of five values for every rule, checked, and graded where undecided."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from typing import cast

from fasciculation_rules.engines import Engine, open_engine
from fasciculation_rules.engines.compiled import CompiledEngine
from fasciculation_rules.errors import (
    EngineDisagreementError,
    EngineError,
    EngineUnavailableError,
    UnsupportedConditionError,
)
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.logic.program import Answer, Vector
from fasciculation_rules.model.assessment import EngineIdentity, Notice
from fasciculation_rules.model.case import Case
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.shelf.uncollected import uncollected

_BUILDING = threading.RLock()
if hasattr(os, "register_at_fork"):  # else a child forked while a thread builds an engine would wait for it for ever
    os.register_at_fork(before=_BUILDING.acquire, after_in_parent=_BUILDING.release, after_in_child=_BUILDING.release)


@dataclass(frozen=True, slots=True)
class Fired:
    """The five values as bits of `program.names`; the five masks share no bit and leave none out.

    `vector` holds the facts as engines saw them, derived findings filled in.
    """

    true: int
    false: int
    open: int
    awaits_examination: int
    awaits_test: int
    vector: Vector
    engine: EngineIdentity
    notices: tuple[Notice, ...] = ()

    def at_least(self, firing: Firing) -> int:
        """The bits of everything worth this much or more."""
        match firing:
            case Firing.TRUE:
                return self.true
            case Firing.OPEN:
                return self.true | self.open
            case Firing.AWAITS_EXAMINATION:
                return self.true | self.open | self.awaits_examination
            case Firing.AWAITS_TEST:
                return self.true | self.open | self.awaits_examination | self.awaits_test
            case Firing.FALSE:
                return self.at_least(Firing.AWAITS_TEST) | self.false


def engine_of(ruleset: Ruleset, name: str) -> Engine:
    """The engine for this ruleset's program, built once and kept with the ruleset.

    Raises EngineUnavailableError where it cannot be had here, UnsupportedConditionError where it declines;
    it will not be tried again for this ruleset.
    """
    if name not in ruleset.memo:
        with _BUILDING:
            if name not in ruleset.memo:
                ruleset.memo[name] = _opened(name, ruleset)
    engine = ruleset.memo[name]
    if isinstance(engine, EngineError):
        # A new one each time: a kept error would keep the frames, and so the case, of everyone it was raised for.
        raise type(engine)(engine.summary, engine.problems)
    return cast(Engine, engine)


def _opened(name: str, ruleset: Ruleset) -> Engine | EngineError:
    try:
        with uncollected():
            return open_engine(name, ruleset.program)
    except (EngineUnavailableError, UnsupportedConditionError) as error:
        return error


def fire(facts: Facts, ruleset: Ruleset, *, engine: str, case: Case | None = None) -> Fired:
    """Every rule's value. The engine's answer is checked against `compiled`, which also grades.

    Where `durable` cannot be imported, or fails twice, `compiled` answers and a notice says so.
    Raises EngineDisagreementError where the two differ: then there is no guidance.
    """
    compiled = cast(CompiledEngine, engine_of(ruleset, "compiled"))
    vector = ruleset.program.encode(facts)
    answer = compiled.answer(vector)
    identity, notices = _checked(answer, facts, ruleset, engine, compiled, case)
    everything = (1 << len(ruleset.program.names)) - 1
    grades = compiled.grade(vector, everything & ~(answer.true | answer.false))
    return Fired(
        answer.true, answer.false, grades.open, grades.awaits_examination, grades.awaits_test, vector, identity, notices
    )


def _checked(
    expected: Answer, facts: Facts, ruleset: Ruleset, name: str, compiled: CompiledEngine, case: Case | None
) -> tuple[EngineIdentity, tuple[Notice, ...]]:
    alone = EngineIdentity(name=compiled.name, version=compiled.version, checked_by=None)
    if name == compiled.name:
        return alone, ()
    try:
        engine = engine_of(ruleset, name)
        vector: Vector = ruleset.program.encode(facts)
        answer = engine.answer(vector)
    except EngineError as error:
        if name != "durable":
            raise
        code, why = _excuse(error)
        return alone, (Notice(code=code, message=f"the engine 'durable' {why}, so 'compiled' answered alone"),)
    if answer != expected:
        raise _disagreement(expected, answer, ruleset, name, case)
    return EngineIdentity(name=engine.name, version=engine.version, checked_by=compiled.name), ()


def _excuse(error: EngineError) -> tuple[str, str]:
    """Why the default engine did not answer, as a code and in words."""
    match error:
        case EngineUnavailableError():
            return "engine-unavailable", "is not available here"
        case UnsupportedConditionError():
            return "engine-declined", "does not take a condition of this ruleset"
        case _:
            return "engine-failed", "failed twice"


def _disagreement(
    expected: Answer, found: Answer, ruleset: Ruleset, name: str, case: Case | None
) -> EngineDisagreementError:
    program = ruleset.program
    differing = program.decode((expected.true ^ found.true) | (expected.false ^ found.false))

    def said(answer: Answer, rule: str) -> str:
        bit = program.bits[rule]
        return "true" if answer.true & bit else "false" if answer.false & bit else "undecided"

    return EngineDisagreementError(
        f"the engines '{name}' and 'compiled' disagree on {len(differing)} of {len(program.names)} conditions "
        f"of ruleset {ruleset.version}; no guidance is given. The case and the rules are attributes of this error",
        differences={rule: (said(found, rule), said(expected, rule)) for rule in differing},
        case=case,
    )
