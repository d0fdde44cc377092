"""No small cell is shown, and none can be worked out: another table that looks the same has another number there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from fasciculation_rules.population.shielding import HIDDEN, hidden_with, is_small, shown

LEAST = 4
ROWS, COLUMNS = 2, 3
INSIDE = [(row, column) for row in range(ROWS) for column in range(COLUMNS)]
SUMS = [
    *((("row", row), tuple((row, column) for column in range(COLUMNS))) for row in range(ROWS)),
    *((("column", column), tuple((row, column) for row in range(ROWS))) for column in range(COLUMNS)),
    (("all",), tuple(("row", row) for row in range(ROWS))),
]
INSIDES = st.lists(st.integers(0, 8), min_size=len(INSIDE), max_size=len(INSIDE))


def whole(inside):
    """A table with its totals, worked out from the cells inside."""
    cells = dict(zip(INSIDE, inside, strict=True))
    for total, parts in SUMS:
        cells[total] = sum(cells[part] for part in parts)
    return cells


def looks(cell: str, count: int) -> bool:
    """Whether a cell of so many may be shown so."""
    if cell.startswith("<"):
        return 1 <= count < LEAST
    return count >= LEAST if cell == HIDDEN else count == int(cell)


def alike(texts: dict[object, str], most: int) -> Iterator[dict[object, int]]:
    """Every table that may be shown so, by trying them all."""

    def choices(cell: object) -> range:
        text = texts[cell]
        if text.startswith("<"):
            return range(1, LEAST)
        return range(LEAST, most + LEAST) if text == HIDDEN else range(int(text), int(text) + 1)

    for inside in product(*(choices(cell) for cell in INSIDE)):
        cells = whole(inside)
        if all(looks(texts[cell], count) for cell, count in cells.items()):
            yield cells


@settings(max_examples=60, deadline=None)
@given(INSIDES)
def test_of_each_small_cell_another_number_is_possible(inside: list[int]) -> None:
    cells = whole(inside)
    texts = shown(cells, SUMS, LEAST)
    small = {cell for cell, count in cells.items() if is_small(count, LEAST)}
    open_yet = set(small)
    for other in alike(texts, max(inside)):
        open_yet -= {cell for cell in open_yet if other[cell] != cells[cell]}
        if not open_yet:
            break
    assert not open_yet


@given(INSIDES)
def test_what_is_shown_is_true_and_nothing_is_hidden_without_a_small_cell(inside: list[int]) -> None:
    cells = whole(inside)
    texts = shown(cells, SUMS, LEAST)
    assert all(looks(text, cells[cell]) for cell, text in texts.items())
    assert all(texts[cell] == "0" for cell, count in cells.items() if not count)
    if not any(is_small(count, LEAST) for count in cells.values()):
        assert HIDDEN not in texts.values()


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 60), min_size=1))
def test_a_cell_is_never_alone_in_being_hidden_under_a_shown_total(parts: dict[str, int]) -> None:
    cells = {**parts, "total": sum(parts.values())}
    texts = shown(cells, [("total", tuple(parts))], 11)
    unseen = [name for name in cells if not texts[name][:1].isdigit()]
    assert len(unseen) != 1
    if any(is_small(count, 11) for count in parts.values()):
        assert unseen


def test_cells_of_tables_that_share_no_cell_do_not_hide_each_other() -> None:
    cells = {"a": 3, "b": 50, "ab": 53, "c": 70, "d": 80, "cd": 150}
    assert hidden_with(cells, [("ab", ("a", "b")), ("cd", ("c", "d"))], 11) <= {"b", "ab"}


def test_two_small_cells_that_leave_no_choice_bring_a_third_with_them() -> None:
    """1 + 1 is 2: both would be known from their total alone."""
    cells = {"a": 10, "b": 10, "c": 40, "total": 60}
    assert hidden_with(cells, [("total", ("a", "b", "c"))], 11)
