"""Writes the conformance suite: cases worked out by hand, every small combination, and seeded random programs."""

from __future__ import annotations

import json
import sys
from itertools import product
from pathlib import Path
from random import Random
from typing import TypeAlias, assert_never

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent.parent / "src"), str(HERE.parent / "engines")]

from engine_programs import random_facts, random_program  # noqa: E402
from reading import read_facts, read_program  # noqa: E402

from fasciculation_rules.engines.reference import ReferenceEngine  # noqa: E402
from fasciculation_rules.engines.slots import count_of  # noqa: E402
from fasciculation_rules.logic.condition import All, Any, AtLeast, Compare, Condition, Is, Not  # noqa: E402
from fasciculation_rules.logic.facts import Facts  # noqa: E402
from fasciculation_rules.logic.firing import WORDS  # noqa: E402
from fasciculation_rules.logic.program import Program  # noqa: E402

Outline: TypeAlias = "str | dict[str, object]"
ASK, EXAMINE, TEST = "open", "awaits examination", "awaits a test"
YES, NO = "fires", "does not fire"


def outline(condition: Condition) -> Outline:
    """A condition as the suite writes it."""
    match condition:
        case Is(name=name, value=value):
            return f"{name} is {value}"
        case Compare(name=name, comparator=comparator):
            return f"{name} {comparator} {count_of(condition)}"
        case All(of=members):
            return {"all": [outline(member) for member in members]}
        case Any(of=members):
            return {"any": [outline(member) for member in members]}
        case Not(of=member):
            return {"not": outline(member)}
        case AtLeast(n=n, of=members):
            return {"at_least": n, "of": [outline(member) for member in members]}
        case _:
            assert_never(condition)


def program_outline(program: Program) -> dict[str, object]:
    return {
        "findings": {name: str(program.openness[name]) for name in program.findings},
        "quantities": {name: str(program.openness[name]) for name in program.quantities},
        "derivations": {name: outline(program.derivations[name]) for name in program.derivation_order},
        "rules": {name: outline(rule) for name, rule in program.rules.items()},
    }


def case(program: Program, facts: Facts) -> dict[str, object]:
    firings = ReferenceEngine(program).firings(facts)
    return {
        "findings": {name: "present" if present else "absent" for name, present in facts.findings.items()},
        "quantities": {name: list(ends) for name, ends in facts.quantities.items()},
        "expect": {name: str(firing) for name, firing in firings.items()},
    }


def text(about: str, program: dict[str, object], cases: list[dict[str, object]]) -> str:
    """A rule a line and a case a line, so that a difference can be read."""
    parts = [f'  "{key}": {_lines(value)}' for key, value in program.items()]
    rows = ",\n".join(f" {json.dumps(row)}" for row in cases)
    inner = ",\n".join(parts)
    return f'{{"format": 1,\n"about": {json.dumps(about)},\n"program": {{\n{inner}}},\n"cases": [\n{rows}\n]}}\n'


def _lines(value: object) -> str:
    assert isinstance(value, dict)
    if not all(isinstance(member, dict) for member in value.values()):
        return json.dumps(value)
    return "{" + ",".join(f"\n   {json.dumps(name)}: {json.dumps(member)}" for name, member in value.items()) + "}"


def by_hand() -> str:
    """Expectations written down by a person; the reference engine is only asked whether it agrees."""
    program = {
        "findings": {"a": ASK, "b": ASK, "e": EXAMINE, "t": TEST},
        "quantities": {"q": TEST, "age": ASK},
        "derivations": {"d": {"all": ["a is present", "t is present"]}, "d2": {"any": ["d is present", "q >= 10"]}},
        "rules": {
            "both": {"all": ["a is present", "e is present"]},
            "either": {"any": ["e is present", "t is present"]},
            "two-of-three": {"at_least": 2, "of": ["a is present", "e is present", "t is present"]},
            "not-both": {"not": {"all": ["a is present", "t is present"]}},
            "d-absent": "d is absent",
            "not-d": {"not": "d is present"},
            "d2-present": "d2 is present",
            "between": {"all": ["q >= 10", "q < 20"]},
            "old": {"not": "age < 50"},
        },
    }
    letters = {"y": YES, "n": NO, "o": ASK, "e": EXAMINE, "t": TEST}
    known = {"a": "present", "t": "absent"}
    rows = [
        # facts, then d, d2, both, either, two-of-three, not-both, d-absent, not-d, d2-present, between, old
        ({}, {}, "t t e e e o o o t t o"),
        ({"a": "present"}, {}, "t t e e e t t t t t o"),
        (known, {}, "n t e e e y y y t t o"),
        ({"a": "absent"}, {}, "n t n e t y y y t t o"),
        ({"a": "present", "t": "present"}, {}, "y y e y y n n n y t o"),
        (known | {"e": "present"}, {"q": [10, 10]}, "n y y y y y y y y y o"),
        (known | {"e": "absent"}, {"q": [9, 9]}, "n n n n n y y y n n o"),
        (known, {"q": [9, 10], "age": [50, 50]}, "n t e e e y y y t t y"),
        (known, {"q": [19, 20], "age": [49, 50]}, "n y e e e y y y y t o"),
        (known, {"q": [20, 90], "age": [0, 49]}, "n y e e e y y y y n n"),
    ]
    names = ("d", "d2", *program["rules"])
    cases = [
        {
            "findings": findings,
            "quantities": quantities,
            "expect": dict(zip(names, map(letters.get, expected.split()), strict=True)),
        }
        for findings, quantities, expected in rows
    ]
    for row in cases:
        firings = ReferenceEngine(read_program(program)).firings(read_facts(row))
        differing = {name: str(firing) for name, firing in firings.items() if str(firing) != row["expect"][name]}
        assert not differing, (row, differing)
    return text("worked out by hand, clause by clause", program, cases)


def limits() -> str:
    """Every comparator one count below, at and above its limit, by point and by interval."""
    comparators = (">=", ">", "<=", "<")
    names = {">=": "ge", ">": "gt", "<=": "le", "<": "lt"}
    pairs = list(product(comparators, (-5, 0, 84)))
    rules: dict[str, Outline] = {f"{names[sign]}-{limit}": f"q {sign} {limit}" for sign, limit in pairs}
    rules |= {f"not-{name}": {"not": rule} for name, rule in rules.items()}
    outlines: dict[str, object] = {"findings": {}, "quantities": {"q": EXAMINE}, "derivations": {}, "rules": rules}
    program = read_program(outlines)
    points = [limit + step for limit in (-5, 0, 84) for step in (-1, 0, 1)]
    intervals = [(low, high) for low in points for high in points if low <= high]
    people = [Facts(), *(Facts({}, {"q": ends}) for ends in intervals), Facts({}, {"q": (2**31, 2**31)})]
    return text(limits.__doc__ or "", outlines, [case(program, facts) for facts in people])


def structures() -> str:
    """Every structure over three findings of three kinds, in all twenty-seven states."""
    clauses = ["o is present", "e is present", "t is absent"]
    rules: dict[str, Outline] = {"all": {"all": clauses}, "any": {"any": clauses}}
    rules |= {f"at-least-{n}": {"at_least": n, "of": clauses} for n in (1, 2, 3)}
    rules |= {f"not-{name}": {"not": rule} for name, rule in rules.items()}
    rules["not-not"] = {"not": {"not": "e is present"}}
    rules["mixed"] = {"any": [{"all": clauses[:2]}, {"not": {"any": clauses[1:]}}]}
    rules["repeated"] = {"at_least": 2, "of": ["o is present", "o is present", "e is present"]}
    rules["contradiction"] = {"all": ["o is present", "o is absent"]}
    rules["derived"] = {"all": ["d is present", "o is present"]}
    rules["derived-absent"] = {"any": ["d is absent", "dd is absent"]}
    derivations = {"d": {"at_least": 2, "of": clauses}, "dd": {"all": ["d is present", {"not": "t is present"}]}}
    outlines: dict[str, object] = {
        "findings": {"o": ASK, "e": EXAMINE, "t": TEST},
        "quantities": {},
        "derivations": derivations,
        "rules": rules,
    }
    program = read_program(outlines)
    states = product((None, False, True), repeat=3)
    people = [{name: state for name, state in zip("oet", row, strict=True) if state is not None} for row in states]
    return text(structures.__doc__ or "", outlines, [case(program, Facts(known)) for known in people])


def at_random(seed: int) -> str:
    """A random program and sparse people."""
    random = Random(seed)
    program = random_program(random, findings=14, quantities=4, derivations=4, rules=10)
    cases = [case(program, random_facts(random, program)) for _ in range(15)]
    return text(f"random, seed {seed}", program_outline(program), cases)


def files() -> dict[str, str]:
    """Each file's name and text."""
    assert set(WORDS) == {ASK, EXAMINE, TEST, YES, NO}
    found = {"by_hand.json": by_hand(), "limits.json": limits(), "structures.json": structures()}
    return found | {f"random_{seed:02d}.json": at_random(seed) for seed in range(1, 13)}


if __name__ == "__main__":
    for name, content in files().items():
        (HERE / name).write_text(content, encoding="utf-8", newline="\n")
        print(f"{name}  {len(content):,} bytes")
