"""Both libraries of a ruleset by their names, each after those that it includes."""

from __future__ import annotations

from fasciculation_rules.exchange.cql.facts import facts_library
from fasciculation_rules.exchange.cql.logic import logic_library
from fasciculation_rules.exchange.cql.names import FACTS, LOGIC
from fasciculation_rules.model.ruleset import Ruleset


def cql_libraries(ruleset: Ruleset) -> dict[str, str]:
    """The text of each. The same ruleset gives the same texts."""
    return {FACTS: facts_library(ruleset), LOGIC: logic_library(ruleset)}
