"""One ruleset as a sheet of formulas: the same steps as `assess`, over columns."""

from __future__ import annotations

from fasciculation_rules.engines.columns.sheet import FIRINGS, Sheet, firing_words, words_of
from fasciculation_rules.errors import PopulationError
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.population.closing import states_of
from fasciculation_rules.population.computing import intervals_of
from fasciculation_rules.population.outcomes import (
    BOUNDS,
    STANDINGS,
    around,
    shown,
    standings,
    urgency,
)
from fasciculation_rules.population.schema import WideForm


def sheet_of(ruleset: Ruleset) -> Sheet:
    """The sheet of a ruleset, made once.

    Raises PopulationError where an item of the vocabulary is called like a column of the result.
    """
    return ruleset.kept(_sheet)


def _sheet(ruleset: Ruleset) -> Sheet:
    settled, rung = shown(ruleset)
    balance, standing = standings(ruleset)
    first = {**urgency(ruleset), **around(ruleset), **balance}
    numbers = (first, {**settled, **standing, **firing_words(ruleset.program)}, rung)
    if taken := [name for name in WideForm.of(ruleset).columns if any(name in stage for stage in numbers)]:
        listed = ", ".join(f"'{name}'" for name in taken)
        raise PopulationError(f"the result has columns that are called {listed}; rename the item of the vocabulary")
    return Sheet(
        program=ruleset.program,
        intervals=intervals_of(ruleset),
        states=states_of(ruleset),
        numbers=numbers,
        kept=answer_columns(ruleset),
    )


def answer_columns(ruleset: Ruleset) -> tuple[str, ...]:
    """The columns of an answer beside the person, in order."""
    names, conditions = len(ruleset.program.names), len(ruleset.outcomes.conditions)
    rules = [column for prefix in FIRINGS for column in words_of(prefix, names)]
    what = [column for standing in STANDINGS for column in words_of(standing, conditions)]
    return ("entry", *BOUNDS, "rung", "settled", "unanswered", *rules, *what)
