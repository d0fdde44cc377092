"""Cases that a solver made for a ruleset: kept beside it, because a release is never edited."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fasciculation_rules.logic.frozen import FrozenMapping
from fasciculation_rules.model.base import Date, FormatOne, Frozen, Text, Value
from fasciculation_rules.model.case import GivenValue
from fasciculation_rules.model.rule import Expectation

Bound = Literal["at_least", "at_most", "after_examination", "after_tests"]


class KeptCase(Value):
    """A small case of one rule, with what the rule must do with it and what it was made to show.

    `urgency` and `differential` are written where they are what it shows. With `reconcile` it is a record that
    contradicts itself, which no authored case may do.
    """

    shows: tuple[Text, ...]
    given: Frozen[str, GivenValue] = Field(default_factory=FrozenMapping)
    on: Date | None = None
    reconcile: bool = False
    expect: Expectation
    urgency: Frozen[Bound, Text] | None = None
    differential: tuple[Text, ...] | None = None


class Kept(Value):
    """Kept cases of one ruleset by rule, and the logic for which they were made."""

    format: FormatOne
    ruleset: Text
    logic: Text
    cases: Frozen[Text, tuple[KeptCase, ...]] = Field(default_factory=FrozenMapping)
