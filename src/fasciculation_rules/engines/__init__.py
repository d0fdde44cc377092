"""How rules run: three engines that must give the same answer, each imported only when it is opened."""

from __future__ import annotations

from typing import Protocol

from fasciculation_rules.errors import UnknownEngineError, did_you_mean
from fasciculation_rules.logic.program import Answer, Program, Vector

ENGINES = ("reference", "compiled", "durable")
"""The engines by name: the one that is the meaning, the fast one, and the default of `assess`."""


class Engine(Protocol):
    """What every engine does.

    An engine belongs to one program. It may be used by many threads at once, but only until `close`.
    """

    @property
    def name(self) -> str:
        """One of `ENGINES`."""

    @property
    def version(self) -> str:
        """What a record needs beside the name to run the same engine again."""

    def answer(self, vector: Vector) -> Answer:
        """Which of `program.names` are TRUE and which FALSE, as bits; silence is undecided, never no.

        `vector` is one of `program.encode`, and belongs to this call alone: its derived slots are overwritten
        in place with 0, 1 or 2. What they held before never matters.
        """

    def close(self) -> None:
        """Gives back what is held outside Python. Closing twice is harmless."""


def open_engine(name: str, program: Program) -> Engine:
    """The engine of that name for one program; the caller keeps it, because building costs milliseconds.

    Raises UnknownEngineError, EngineUnavailableError (it cannot be imported here) or UnsupportedConditionError
    (it declines a rule).
    """
    match name:
        case "reference":
            from fasciculation_rules.engines.reference import ReferenceEngine

            return ReferenceEngine(program)
        case "compiled":
            from fasciculation_rules.engines.compiled import CompiledEngine

            return CompiledEngine(program)
        case "durable":
            from fasciculation_rules.engines.durable.engine import DurableEngine

            return DurableEngine(program)
        case _:
            hint = did_you_mean(name, ENGINES)
            message = f"no engine {name!r}; there are {', '.join(ENGINES)}" + (f"; {hint}" if hint else "")
            raise UnknownEngineError(message)
