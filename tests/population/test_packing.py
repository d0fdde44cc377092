"""Stages of a query are packed without a column before what it rests on, and in as few stages as there can be."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from fasciculation_rules.engines.columns.sql_text import Stage, packed


@st.composite
def texts(draw: st.DrawFn) -> dict[str, str]:
    """Columns by name, each a sum of what is given and of some columns before it."""
    found: dict[str, str] = {}
    for index in range(draw(st.integers(1, 12))):
        roots = draw(st.lists(st.sampled_from([*found]), max_size=3)) if found else []
        found[f"c{index}"] = " + ".join(["c", *roots])
    return found


def roots(text: str) -> list[str]:
    return re.findall(r"c\d+", text)


@given(texts(), st.data())
def test_the_same_columns_stand_in_the_fewest_stages_and_as_late_as_they_are_needed(
    columns: dict[str, str], data: st.DataObject
) -> None:
    kept = data.draw(st.sets(st.sampled_from([*columns]), min_size=1))
    stages = [Stage("given", {"c": "COALESCE(c, 0)"}), *(Stage(name, {name: text}) for name, text in columns.items())]
    stages[1].remarks = {"c0": "the first"}
    found = packed(stages, kept, "step")
    place = {column: number for number, stage in enumerate(found) for column in stage.columns}
    said = {column: text for stage in found for column, text in stage.columns.items()}

    chain: dict[str, int] = {}
    for column, text in columns.items():
        chain[column] = max((chain[root] + 1 for root in roots(text)), default=0)
    needed, queue = set[str](), [*kept]
    while queue:
        column = queue.pop()
        needed.add(column)
        queue += roots(columns[column])

    assert place.keys() - {"c"} == needed
    assert said == {"c": "COALESCE(c, 0)"} | {column: columns[column] for column in needed}
    assert len(found) == 1 + 1 + max(chain[column] for column in kept)
    for column in needed:
        assert all(place[root] < place[column] for root in roots(columns[column]))
        users = [place[other] for other in needed if column in roots(columns[other])]
        assert place[column] == min([len(found), *users]) - 1
    assert {remark for stage in found for remark in stage.remarks} == {"c0"} & needed
    assert [stage.name for stage in found] == ["given", *(f"step_{number}" for number in range(1, len(found)))]
