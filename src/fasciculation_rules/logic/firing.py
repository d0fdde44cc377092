"""The five values a condition can have, in their order."""

from __future__ import annotations

from enum import IntEnum


class Firing(IntEnum):
    """FALSE < AWAITS_TEST < AWAITS_EXAMINATION < OPEN < TRUE.

    The three in the middle say what could still decide it: a test, an examination, or a question.
    Strong Kleene logic is the same chain with the middle three merged.
    """

    FALSE = 0
    AWAITS_TEST = 1
    AWAITS_EXAMINATION = 2
    OPEN = 3
    TRUE = 4

    @property
    def decided(self) -> bool:
        """Whether nothing more needs to be known."""
        return self is Firing.FALSE or self is Firing.TRUE

    def __str__(self) -> str:
        return _WORDS[self]


_WORDS = {
    Firing.FALSE: "does not fire",
    Firing.AWAITS_TEST: "awaits a test",
    Firing.AWAITS_EXAMINATION: "awaits examination",
    Firing.OPEN: "open",
    Firing.TRUE: "fires",
}

WORDS: dict[str, Firing] = {word: firing for firing, word in _WORDS.items()}
"""The same values by the word that examples use."""
