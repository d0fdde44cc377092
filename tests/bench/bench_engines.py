"""What the engines cost beside the least that could be paid: `python tests/bench/bench_engines.py [VERSION ...]`.

Peers run in one process in rounds that alternate, each on the same people; a ratio is the median over rounds, so that
a noisy machine moves the times and hardly the ratios. Every peer's answers are compared first.

    ifs      Python as a person would write it: locals, one nested `if` a rule, for the same TRUE and FALSE rails
    direct   the messages of `durable`, made beforehand, in a bare loop over the same handles, its firings read
    deaf     the same loop that reads nothing: what the extension alone takes
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, assert_never

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent.parent / "src"), str(HERE.parent / "engines")]

from engine_programs import random_facts  # noqa: E402

from fasciculation_rules import open_ruleset  # noqa: E402
from fasciculation_rules.engines.compiled import CompiledEngine  # noqa: E402
from fasciculation_rules.engines.durable import binding  # noqa: E402
from fasciculation_rules.engines.durable.engine import DurableEngine  # noqa: E402
from fasciculation_rules.engines.reference import ReferenceEngine  # noqa: E402
from fasciculation_rules.engines.slots import count_of  # noqa: E402
from fasciculation_rules.errors import EngineUnavailableError  # noqa: E402
from fasciculation_rules.logic import condition as c  # noqa: E402
from fasciculation_rules.logic.program import Program, Vector  # noqa: E402

VERSIONS = ("0.1.0", "1.1.0")
PEOPLE = 150
ROUNDS = 25
FACT = '{"id":"1","sid":"1"}'


def ifs(program: Program) -> Callable[[Vector], tuple[list[str], list[str]]]:
    """The peer of `compiled`, by a generator of its own."""

    def plain(node: c.Condition) -> str:
        match node:
            case c.Is(name=name, value=value):
                return f"{local(name)} == {1 if value == 'present' else 2}"
            case c.Compare(name=name, comparator=sign):
                return f"{local(name)}_{'low' if sign in ('>=', '>') else 'high'} {sign} {count_of(node)}"
            case c.All(of=members):
                return " and ".join(f"({plain(member)})" for member in members)
            case c.Any(of=members):
                return " or ".join(f"({plain(member)})" for member in members)
            case c.AtLeast(n=n, of=members):
                return f"({' + '.join(f'({plain(member)})' for member in members)}) >= {n}"
            case c.Not():
                raise AssertionError("a rail has no `not`")
            case _:
                assert_never(node)

    def local(name: str) -> str:
        return name.replace("-", "_").replace("=", "_is_") + "_"

    names = [local(name) for name in program.findings]
    names += [f"{local(name)}_{end}" for name in program.quantities for end in ("low", "high")]
    lines = [f"    {', '.join([*names, *map(local, program.derivation_order)])} = v", "    true, false = [], []"]
    for name in program.names:
        rails = program.rails[name]
        lines += [f"    if {plain(rails.true)}:", f"        true.append({name!r})"]
        if name in program.derivations:
            lines.append(f"        {local(name)} = 1")
        lines += [f"    elif {plain(rails.false)}:", f"        false.append({name!r})"]
        if name in program.derivations:
            lines.append(f"        {local(name)} = 2")
    space: dict[str, Any] = {}
    exec("\n".join(["def peer(v):", *lines, "    return true, false"]), space)
    return space["peer"]


def direct(engine: DurableEngine, vector: Vector) -> list[tuple[int, str]]:
    """Every message that `durable` sends for one person, with its handle."""
    engine.answer(vector)
    fragments = engine._messages.fragments(vector)
    for slot, states in engine._messages.derived.items():
        fragments[slot] = states[vector[slot]]
    stages = engine._local.handles._stages
    return [(run.__self__._handle, "".join(pick(fragments))) for sheets, _ in stages for pick, run in sheets]


def main() -> None:
    """Prints the times and the ratios of each version."""
    for version in sys.argv[1:] or VERSIONS:
        of(f"ruleset {version}", open_ruleset(version).program)


def of(title: str, program: Program) -> None:
    """The times and the ratios of one program."""
    random = Random(1)
    people = [random_facts(random, program) for _ in range(PEOPLE)]
    blank = [program.encode(facts) for facts in people]
    everything = (1 << len(program.names)) - 1

    started = time.perf_counter()
    compiled = CompiledEngine(program)
    built = time.perf_counter()
    compiled.grade(blank[0].copy(), everything)
    graded = time.perf_counter()
    peer, reference = ifs(program), ReferenceEngine(program)
    answers = [compiled.answer(vector) for vector in blank]
    for facts, vector, answer in zip(people, blank, answers, strict=True):
        assert answer == reference.answer(program.encode(facts))
        true, false = peer(program.encode(facts))
        assert (tuple(true), tuple(false)) == (program.decode(answer.true), program.decode(answer.false))
        assert compiled.grade(vector, everything) is not None

    peers: dict[str, Callable[[int], object]] = {
        "ifs": lambda which: peer(blank[which]),
        "compiled": lambda which: compiled.answer(blank[which]),
        "grade": lambda which: compiled.grade(blank[which], everything),
    }
    counts = f"{len(program.findings)} findings, {len(program.quantities)} quantities, "
    print(f"{title}: {counts}{len(program.derivations)} derivations, {len(program.rules)} rules")
    print(f"building compiled {1e3 * (built - started):.0f} ms, its grading {1e3 * (graded - built):.0f} ms")
    try:
        extension: Any = binding.load()
        began = time.perf_counter()
        durable = DurableEngine(program)
        planned = time.perf_counter()
        assert [durable.answer(vector) for vector in blank] == answers
        warm = DurableEngine(program)
        opened = time.perf_counter()
        warm.answer(blank[0])
        print(
            f"building durable {1e3 * (planned - began):.0f} ms, "
            f"its handles (once a thread) {1e3 * (time.perf_counter() - opened):.0f} ms"
        )
        sheets = [len(stage.sheets) for stage in durable.stages]
        conjuncts = sum(len(sheet.masks) for stage in durable.stages for sheet in stage.sheets)
        sent = [direct(durable, vector) for vector in blank]
        start, complete = extension.start_action_for_state, extension.complete_and_start_action

        def feed(which: int) -> list[str]:
            fired = []
            for handle, message in sent[which]:
                _, state = extension.assert_fact(handle, message)
                firing = start(handle, state)[1]
                while firing is not None:
                    fired.append(firing[2 : firing.index('"', 2)])
                    firing = complete(handle, state)
                extension.retract_fact(handle, FACT)
            return fired

        def deaf(which: int) -> None:
            for handle, message in sent[which]:
                _, state = extension.assert_fact(handle, message)
                firing = start(handle, state)[1]
                while firing is not None:
                    firing = complete(handle, state)
                extension.retract_fact(handle, FACT)

        fired = statistics.mean(len(feed(which)) for which in range(PEOPLE)) - sum(sheets)
        print(f"durable: {conjuncts} conjuncts in {sheets} handles a stage, {fired:.0f} firings a person")
        peers |= {"durable": lambda which: durable.answer(blank[which]), "direct": feed, "deaf": deaf}
        peers["messages"] = lambda which: durable._messages.fragments(blank[which])
    except EngineUnavailableError as error:
        print(error)

    times: dict[str, list[float]] = {name: [] for name in peers}
    for _ in range(ROUNDS):
        for name, run in peers.items():
            began = time.perf_counter()
            for which in range(PEOPLE):
                run(which)
            times[name].append(1e6 * (time.perf_counter() - began) / PEOPLE)

    for name, taken in times.items():
        print(f"{name:>10}  {statistics.median(taken):8.1f} us")
    for one, other, target in (
        ("compiled", "ifs", "3"),
        ("durable", "direct", "1.3"),
        ("durable", "deaf", "-"),
        ("durable", "compiled", "-"),
    ):
        if one in times and other in times:
            ratio = statistics.median(a / b for a, b in zip(times[one], times[other], strict=True))
            print(f"{one} / {other}: {ratio:.2f}   (target {target})")


if __name__ == "__main__":
    main()
