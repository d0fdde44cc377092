"""A condition in English, from the tree and the words of the vocabulary; nobody types these sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from fasciculation_rules.logic.condition import All, Any, AtLeast, Compare, Condition, Is, Leaf, Not
from fasciculation_rules.logic.rails import negation_normal_form

_NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine"}


def in_english(condition: Condition, say: Callable[[Leaf], str]) -> str:
    """One clause or several, joined by commas and semicolons so that the nesting can be heard."""
    return _phrase(negation_normal_form(condition), say, nested=False)


def _phrase(condition: Condition, say: Callable[[Leaf], str], *, nested: bool) -> str:
    match condition:
        case Is() | Compare():
            return say(condition)
        case All(of=members):
            text = _join([_phrase(member, say, nested=True) for member in members], "and")
            return f"both ({text})" if nested and len(members) == 2 else f"all of ({text})" if nested else text
        case Any(of=members):
            text = _join([_phrase(member, say, nested=True) for member in members], "or")
            return f"any of ({text})" if nested and len(members) > 1 else text
        case AtLeast(n=n, of=members):
            text = _join([_phrase(member, say, nested=True) for member in members], "and")
            return f"at least {_NUMBERS.get(n, str(n))} of ({text})"
        case Not(of=member):  # left by negation normal form around a listed value only
            return f"anything but {_phrase(member, say, nested=True)}"
        case _:
            assert_never(condition)


def _join(phrases: list[str], word: str) -> str:
    if len(phrases) == 1:
        return phrases[0]
    return f"{', '.join(phrases[:-1])} {word} {phrases[-1]}"
