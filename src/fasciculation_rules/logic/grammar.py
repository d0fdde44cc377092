"""Reads and prints conditions: a leaf is one line of text, structure is all, any, not and at_least.

    leaf      : NAME "is" VALUE
              | QUANTITY (">=" | "<=" | ">" | "<") (NUMBER UNIT | THRESHOLD)
    structure : {all: [...]} | {any: [...]} | {not: ...} | {at_least: N, of: [...]}

Printing and reading again gives the same tree.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias, assert_never, cast

from fasciculation_rules.errors import GrammarError, Problem, problem
from fasciculation_rules.logic.condition import (
    All,
    Amount,
    Any,
    AtLeast,
    Comparator,
    Compare,
    Condition,
    Count,
    Is,
    Leaf,
    Not,
    Threshold,
)

Outline: TypeAlias = "str | Mapping[str, object]"

_NAME = r"[a-z][a-z0-9_]*"
_DIGITS = "[0-9]{1,400}"
_NUMBER = rf"-?(?:{_DIGITS}/[1-9][0-9]{{0,399}}|{_DIGITS}(?:\.{_DIGITS})?)"
_IS = re.compile(rf"({_NAME}) is ({_NAME})")
_COMPARE = re.compile(rf"({_NAME}) (>=|<=|>|<) (?:({_NUMBER}) (\S(?:.*\S)?)|({_NAME}))")
_GRAMMAR = "write 'NAME is present', 'NAME is absent' or 'QUANTITY >= NUMBER UNIT'"


def read_condition(outline: object, *, at: str = "") -> Condition:
    """The tree that an outline of text, mappings and lists says.

    Raises GrammarError with every problem in it, each at its place below `at`.
    """
    problems: list[Problem] = []
    condition = _read(outline, at, problems)
    if problems or condition is None:
        raise GrammarError("the condition does not follow the grammar", problems)
    return condition


def _read(outline: object, at: str, problems: list[Problem]) -> Condition | None:
    match outline:
        case str():
            leaf = parse_leaf(outline)
            if leaf is None:
                problems.append(problem("unreadable-clause", f"'{outline[:60]}' is not a clause", at=at, hint=_GRAMMAR))
            return leaf
        case {"all": members, **rest} if not rest:
            of = _read_members(members, _below(at, "all"), problems)
            return All(of) if of else None
        case {"any": members, **rest} if not rest:
            of = _read_members(members, _below(at, "any"), problems)
            return Any(of) if of else None
        case {"not": member, **rest} if not rest:
            read = _read(member, _below(at, "not"), problems)
            return Not(read) if read is not None else None
        case {"at_least": n, "of": members, **rest} if not rest:
            of = _read_members(members, _below(at, "of"), problems)
            most = max(len(members), 1) if isinstance(members, Sequence) else 1
            if not re.fullmatch(r"[1-9][0-9]{0,2}", str(n)) or int(str(n)) > most:
                message = f"'at_least: {n}' is not a whole number from 1 to the number of members"
                problems.append(problem("bad-count", message, at=_below(at, "at_least")))
                return None
            return AtLeast(int(str(n)), of) if of else None
        case _:
            found = f"the keys {sorted(map(str, outline))}" if isinstance(outline, Mapping) else repr(outline)[:60]
            hint = "a condition is one clause, or exactly one of all, any, not, at_least with of"
            problems.append(problem("unreadable-condition", f"found {found}", at=at, hint=hint))
            return None


def _below(at: str, key: str) -> str:
    return f"{at}.{key}" if at else key


def _read_members(members: object, at: str, problems: list[Problem]) -> tuple[Condition, ...]:
    if not isinstance(members, Sequence) or isinstance(members, str) or not members:
        problems.append(problem("no-members", "expected a list with at least one condition", at=at))
        return ()
    read = [_read(member, f"{at}[{index}]", problems) for index, member in enumerate(members)]
    return tuple(member for member in read if member is not None)


def parse_leaf(text: str) -> Leaf | None:
    """One clause, or None if the text is not one."""
    if found := _IS.fullmatch(text):
        return Is(found[1], found[2])
    if found := _COMPARE.fullmatch(text):
        name, comparator = found[1], cast(Comparator, found[2])
        if found[5] is not None:
            return Compare(name, comparator, Threshold(found[5]))
        return Compare(name, comparator, Amount(Fraction(found[3]), found[4]))
    return None


def print_leaf(leaf: Leaf) -> str:
    """The one line that says this leaf; a frozen limit prints as its bare count."""
    match leaf:
        case Is(name=name, value=value):
            return f"{name} is {value}"
        case Compare(name=name, comparator=comparator, limit=limit):
            match limit:
                case Amount(number=number, unit=unit):
                    return f"{name} {comparator} {print_number(number)} {unit}"
                case Threshold(name=threshold):
                    return f"{name} {comparator} {threshold}"
                case Count(value=count):
                    return f"{name} {comparator} #{count}"
                case _:
                    assert_never(limit)
        case _:
            assert_never(leaf)


def print_number(number: Fraction) -> str:
    """The shortest exact decimal, or `numerator/denominator` where there is none."""
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return f"{number.numerator}/{number.denominator}"
    places = 0
    while (number * 10**places).denominator != 1:
        places += 1
    digits = str(abs(number.numerator) * 10**places // number.denominator).zfill(places + 1)
    whole, part = digits[: len(digits) - places], digits[len(digits) - places :]
    return ("-" if number < 0 else "") + whole + (f".{part}" if part else "")


def print_condition(condition: Condition) -> Outline:
    """The outline that reads back as this condition."""
    match condition:
        case Is() | Compare():
            return print_leaf(condition)
        case All(of=members):
            return {"all": [print_condition(member) for member in members]}
        case Any(of=members):
            return {"any": [print_condition(member) for member in members]}
        case Not(of=member):
            return {"not": print_condition(member)}
        case AtLeast(n=n, of=members):
            return {"at_least": str(n), "of": [print_condition(member) for member in members]}
        case _:
            assert_never(condition)
