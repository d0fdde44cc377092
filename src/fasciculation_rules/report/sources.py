"""The sources of an answer, numbered in the order in which its sentences name them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fasciculation_rules.model.assessment import Sentence

UNVERIFIED = "*"


class Sources:
    """Numbers each row of evidence when it is first named."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str, str, str | None, bool], int] = {}

    def __bool__(self) -> bool:
        return bool(self._numbers)

    def marks(self, sentences: Iterable[Sentence]) -> str:
        """`[1][4*]`: a number for each evidence row, with a star where the row is unverified."""
        marks = []
        for sentence in sentences:
            for c in sentence.citations:
                number = self._numbers.setdefault((c.cite, c.title, c.row, c.at, c.unverified), len(self._numbers) + 1)
                marks.append(f"[{number}{UNVERIFIED if c.unverified else ''}]")
        return "".join(dict.fromkeys(marks))

    def lines(self) -> Iterator[str]:
        """A line for each source with the rows of it that were named: `Title: [1] ROW, place; [4*] ROW.`"""
        titles: dict[str, list[str]] = {}
        for (_, title, row, at, unverified), number in self._numbers.items():
            place = f", {at}" if at else ""
            titles.setdefault(title, []).append(f"[{number}{UNVERIFIED if unverified else ''}] {row}{place}")
        for title, rows in titles.items():
            yield f"{title}: {'; '.join(rows)}."
