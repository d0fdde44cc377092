"""One letter for each name: hundreds of findings and rules take a line of a record, not a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

from fasciculation_rules.assessing.firings import Fired
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.model.ruleset import Ruleset

PRESENT, ABSENT, UNKNOWN = "+-."
STATES = {PRESENT: "present", ABSENT: "absent", UNKNOWN: "unknown"}

LETTERS = {
    Firing.TRUE: "f",
    Firing.OPEN: "o",
    Firing.AWAITS_EXAMINATION: "e",
    Firing.AWAITS_TEST: "t",
    Firing.FALSE: ".",
}
_NUMBERED = (Firing.FALSE, Firing.TRUE, Firing.OPEN, Firing.AWAITS_EXAMINATION, Firing.AWAITS_TEST)
_BY_NUMBER = bytes.maketrans(bytes(range(5)), "".join(LETTERS[firing] for firing in _NUMBERED).encode())

FIRINGS = {letter: str(firing) for firing, letter in LETTERS.items()}


@dataclass(frozen=True)
class Signs:
    """The names of one ruleset in the order in which records have them: by code point, whatever the files' order."""

    ruleset: Ruleset

    @classmethod
    def of(cls, ruleset: Ruleset) -> Signs:
        """The order of a ruleset, worked out once."""
        return ruleset.kept(cls)

    @cached_property
    def findings(self) -> tuple[str, ...]:
        """The findings that a case may give; of one with several values each is one (`sex=male`)."""
        return tuple(sorted(self.ruleset.program.findings))

    @cached_property
    def rules(self) -> tuple[str, ...]:
        """Rules, derived findings, and the conditions of entry and floors."""
        return tuple(sorted(self.ruleset.program.names))

    @cached_property
    def _place_of_finding(self) -> Mapping[str, int]:
        return {name: place for place, name in enumerate(self.findings)}

    @cached_property
    def _in_order(self) -> Callable[[bytes], tuple[int, ...]]:
        """Puts letters that stand as bits do, the last rule of the program first, into the order of the names."""
        place = {name: place for place, name in enumerate(reversed(self.ruleset.program.names))}
        return itemgetter(*(place[name] for name in self.rules))

    @cached_property
    def _zeros(self) -> int:
        return int.from_bytes(b"0" * len(self.rules), "big")

    def say_findings(self, findings: Mapping[str, bool]) -> str:
        """A sign for each finding."""
        said, place = bytearray(UNKNOWN.encode() * len(self.findings)), self._place_of_finding
        present, absent = ord(PRESENT), ord(ABSENT)
        for name, there in findings.items():
            said[place[name]] = present if there else absent
        return said.decode()

    def say_firings(self, fired: Fired) -> str:
        """A letter for each rule; all at once, since there are hundreds: a byte a rule, added up mask by mask."""
        width, numbers = len(self.rules), 0
        masks = (fired.true, fired.open, fired.awaits_examination, fired.awaits_test)  # they share no bit
        for number, mask in enumerate(masks, start=1):
            bytewise = int.from_bytes(format(mask, f"0{width}b").encode(), "big") - self._zeros
            numbers += number * bytewise
        letters = numbers.to_bytes(width, "big").translate(_BY_NUMBER)
        return bytes(self._in_order(letters)).decode()


def spelt_out(signs: str, names: Sequence[str], words: Mapping[str, str]) -> dict[str, str] | str:
    """What each name's letter stands for; a text that has not a letter for each name stays as it is."""
    if len(signs) != len(names):
        return signs
    return {name: words.get(sign, sign) for name, sign in zip(names, signs, strict=True)}
