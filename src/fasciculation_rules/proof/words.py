"""The words of claims: names, groups of them, and a few that are read from a ruleset's vocabulary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from fasciculation_rules.proof.subject import Subject


def spread(words: Iterable[str], groups: Mapping[str, list[str]]) -> tuple[str, ...]:
    """The words with each group replaced by its own, which may be groups again."""
    found = (name for word in words for name in (spread(groups[word], groups) if word in groups else (word,)))
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Words:
    """What words name in one ruleset: `red flags`, `screen`, `times`, `anything`, `family NAME`, or an item."""

    subject: Subject

    def exactly(self, words: Iterable[str]) -> tuple[str, ...]:
        """Findings as the rails see them; what a version has not is left out."""
        known = self.subject.ruleset.closure.specifics
        return tuple(dict.fromkeys(name for word in words for name in self._named(word) if name in known))

    def findings(self, words: Iterable[str]) -> tuple[str, ...]:
        """The same, each with everything that implies it."""
        return self.subject.group(self.exactly(words))

    def quantities(self, words: Iterable[str]) -> tuple[str, ...]:
        """Quantities among what the words name."""
        known = self.subject.ruleset.vocabulary.quantities
        return tuple(dict.fromkeys(name for word in words for name in self._named(word) if name in known))

    def items(self, words: Iterable[str]) -> tuple[str, ...]:
        """Both."""
        said = tuple(words)
        return (*self.findings(said), *self.quantities(said))

    def _named(self, word: str) -> Iterator[str]:
        ruleset = self.subject.ruleset
        vocabulary = ruleset.vocabulary
        match word.split():
            case ["red", "flags"]:
                yield from vocabulary.red_flags
            case ["screen"]:
                yield from vocabulary.screen
            case ["times"]:
                yield from self.subject.times
            case ["anything"]:
                yield from ruleset.program.openness
            case ["family", family]:
                yield from (name for name, item in vocabulary.items.items() if item.family == family)
            case _ if word in vocabulary.findings and vocabulary.findings[word].values:
                yield from (f"{word}={value}" for value in vocabulary.findings[word].values)
            case _:
                yield word
