"""Writes a program as Python: plain comparisons of local integers, one `if` a rule, nothing from the ruleset in it.

Two functions over one vector (`f12`, `l3`, `h3`, `d4` are its slots, see `slots.py`):

    answer(v)  ->  (true, false)    bits of `program.names`; derived slots of `v` are filled in place
    grade(v)   ->  (open, exam)     bits at least OPEN, and bits AWAITS_EXAMINATION, of the *undecided* names;
                                    `v` as `answer` left it

No comparison asks whether a quantity is known: the ends of an unknown one lie beyond every limit.
"""

from __future__ import annotations

import re
from typing import assert_never

from fasciculation_rules.engines.slots import count_of, slot_names
from fasciculation_rules.logic.condition import All, Any, AtLeast, Compare, Condition, Is, Not
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.logic.program import Program

_NESTING = 20  # Python's tokeniser refuses 200 open brackets, so deep trees are cut into locals.
_DIGIT = 30  # Bits in one digit of a Python int: sums of one digit are about three times as fast as wide ones.
_WORDS = {Firing.OPEN: "open", Firing.AWAITS_EXAMINATION: "exam"}


def answer_source(program: Program) -> str:
    """The function that decides."""
    writer = _Writer(program)
    writer.unpack(derived=False)
    writer.zero("true", "false")
    names = slot_names(program)
    for index, name in enumerate(program.names):
        derived = names[program.slots[name]] if name in program.derivations else ""
        true, false = (writer.text(rail) for rail in (program.rails[name].true, program.rails[name].false))
        writer.comment(name)
        writer.choose(derived, 0)
        writer.when("if", true, "true", index, derived, 1)
        writer.when("elif", false, "false", index, derived, 2)
    count = len(program.derivation_order)
    if count:
        writer.lines.append(f"v[-{count}:] = ({''.join(f'd{index}, ' for index in range(count))})")
    return writer.function("answer", "true", "false")


def grade_source(program: Program) -> str:
    """The function that says what could still decide the undecided."""
    writer = _Writer(program)
    writer.unpack(derived=True)
    writer.zero("open", "exam")
    for name in program.derivation_order:
        writer.derived_locals(name)
    for index, name in enumerate(program.names):
        rail = Is(name, "present") if name in program.derivations else program.rails[name].true
        plain = writer.text(rail)
        at_open = writer.text(rail, Firing.OPEN)
        at_exam = writer.text(rail, Firing.AWAITS_EXAMINATION)
        writer.comment(name)
        # A rail that is the TRUE rail itself holds for no undecided name.
        keyword = "if"
        if at_open != plain:
            writer.when(keyword, at_open, "open", index)
            keyword = "elif"
        if at_exam not in {at_open, plain}:
            writer.when(keyword, at_exam, "exam", index)
    return writer.function("grade", "open", "exam")


class _Writer:
    """The lines of one function, and the text of conditions inside it."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.names = slot_names(program)
        self.lines: list[str] = []
        self.locals: dict[str, str] = {}
        self.graded: dict[tuple[str, str, Firing], str] = {}

    def unpack(self, *, derived: bool) -> None:
        used = len(self.names) if derived else len(self.names) - len(self.program.derivations)
        targets = [name if index < used else "_" for index, name in enumerate(self.names)]
        self.lines.append(f"{''.join(f'{target}, ' for target in targets)}= v" if targets else "() = v")

    def zero(self, *masks: str) -> None:
        digits = range(0, max(len(self.program.names), 1), _DIGIT)
        self.lines.append(" = ".join(f"{mask}{digit // _DIGIT}" for mask in masks for digit in digits) + " = 0")

    def comment(self, name: str) -> None:
        self.lines.append(f"# {re.sub(r'[^a-z0-9_=-]', '?', name)}")

    def choose(self, target: str, value: int) -> None:
        if target:
            self.lines.append(f"{target} = {value}")

    def when(self, keyword: str, text: str, mask: str, index: int, target: str = "", value: int = 0) -> None:
        self.lines.append(f"{keyword} {text}:")
        self.lines.append(f"    {mask}{index // _DIGIT} += {1 << index % _DIGIT}")
        if target:
            self.lines.append(f"    {target} = {value}")

    def function(self, name: str, *masks: str) -> str:
        digits = range(0, max(len(self.program.names), 1), _DIGIT)
        results = (
            " | ".join(f"{mask}{digit // _DIGIT} << {digit}" if digit else f"{mask}0" for digit in digits)
            for mask in masks
        )
        self.lines.append(f"return {', '.join(results)}")
        return "".join([f"def {name}(v):\n", *(f"    {line}\n" for line in self.lines)])

    def derived_locals(self, name: str) -> None:
        """What a derived finding is worth at each level: present is its `means`, absent the negation of it."""
        slot = self.names[self.program.slots[name]]
        rails = self.program.rails[name]
        for value, rail, state in (("present", rails.true, 1), ("absent", rails.false, 2)):
            plain = self.text(rail)
            for level, word in _WORDS.items():
                text = self.text(rail, level)
                if text == plain:
                    local = f"{slot} == {state}"
                elif text in self.locals:
                    local = self.locals[text]
                else:
                    local = self.locals[text] = f"{slot}_{value}_{word}"
                    self.lines.append(f"{local} = {text}")
                self.graded[name, value, level] = local

    def text(self, condition: Condition, level: Firing = Firing.TRUE, depth: int = 0) -> str:
        """A rail as one Python expression: whether it is worth at least `level`."""
        match condition:
            case Is(name=name, value=value):
                if (name, value, level) in self.graded:
                    return self.graded[name, value, level]
                slot = self.names[self.program.slots[name]]
                state, other = (1, 2) if value == "present" else (2, 1)
                return f"{slot} != {other}" if self._counts(name, level) else f"{slot} == {state}"
            case Compare(name=name, comparator=comparator):
                # Certain: the worse end passes. Possible: the better end does.
                end = (comparator in (">=", ">")) == self._counts(name, level)
                slot = self.names[self.program.slots[name] + end]
                return f"{slot} {comparator} {count_of(condition)}"
            case All(of=members):
                return self._join(" and ", members, level, depth)
            case Any(of=members):
                return self._join(" or ", members, level, depth)
            case AtLeast(n=n, of=members):
                if not 1 <= n <= len(members):
                    raise ValueError("a condition that asks for more members than it has has no meaning")
                count = self._join(" + ", members, level, depth)
                return self._cut(f"({count} >= {n})", depth)
            case Not():
                raise AssertionError("a rail has no `not`")
            case _:
                assert_never(condition)

    def _counts(self, name: str, level: Firing) -> bool:
        """Whether the item, unknown, is worth at least this level."""
        if level is Firing.TRUE or name in self.program.derivations:
            return False
        return self.program.openness[name] >= level

    def _join(self, word: str, members: tuple[Condition, ...], level: Firing, depth: int) -> str:
        if not members:
            raise ValueError("a condition without members has no meaning")
        brackets = "({})" if word == " + " else "{}"
        texts = [brackets.format(self.text(member, level, depth + 1)) for member in members]
        return self._cut(f"({word.join(texts)})" if len(texts) > 1 else texts[0], depth)

    def _cut(self, text: str, depth: int) -> str:
        """Deep down, an expression becomes a local of its own, so that brackets never nest too far."""
        if depth == 0 or depth % _NESTING:
            return text
        if text not in self.locals:
            self.locals[text] = f"x{len(self.locals)}"
            self.lines.append(f"{self.locals[text]} = {text}")
        return self.locals[text]
