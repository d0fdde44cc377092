"""A condition tree as a field of a pydantic value: read from its outline, printed as its outline."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import PlainSerializer, PlainValidator

from fasciculation_rules.errors import GrammarError
from fasciculation_rules.logic.grammar import print_condition, read_condition


def _condition(value: Any) -> Any:
    if isinstance(value, str | dict):
        try:
            return read_condition(value)
        except GrammarError as error:
            raise ValueError("; ".join(str(p) for p in error.problems)) from None
    return value


Condition: TypeAlias = Annotated[Any, PlainValidator(_condition), PlainSerializer(print_condition)]
"""A condition tree; on input also its outline."""
