"""Cases from Parquet: a row is a case, an empty cell says nothing, and what is no Parquet is refused."""

from __future__ import annotations

import datetime
import io
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import said

from fasciculation_rules import Case, open_ruleset
from fasciculation_rules.cli.app import run
from fasciculation_rules.cli.files import read_cases
from fasciculation_rules.errors import FormatUnavailableError
from fasciculation_rules.exchange.parquet import rows

RULESET = open_ruleset("1.1.0")


def written(table: list[dict[str, object]]) -> io.BytesIO:
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(table), file)
    return file


@given(st.lists(said(RULESET).filter(lambda case: all(isinstance(value, str) for value in case.values())), max_size=4))
def test_a_row_says_what_the_case_said(cases: list[dict[str, object]]) -> None:
    columns = {name: None for case in cases for name in case}
    table = [{**columns, **case} for case in cases]
    if columns:
        assert list(rows(written(table))) == cases


def test_a_cell_may_hold_a_date_and_a_reference() -> None:
    cell = {
        "value": "30 pmol/L",
        "at": datetime.date(2026, 11, 1),
        "reference": {"from": "12 pmol/L", "to": "22 pmol/L"},
        "label": None,
    }
    (found,) = rows(written([{"ft4": cell, "weakness": None}]))
    assert found == {
        "ft4": {"value": "30 pmol/L", "at": "2026-11-01", "reference": {"from": "12 pmol/L", "to": "22 pmol/L"}}
    }
    Case.read({"given": found})


def test_rows_are_named_and_a_bad_one_does_not_stop_the_others(tmp_path: Path) -> None:
    path = tmp_path / "people.parquet"
    path.write_bytes(written([{"weakness": "present"}, {"weakness": ""}, {"weakness": "absent"}]).getvalue())
    found = list(read_cases([str(path)]))
    assert [read.name for read in found] == [f"{path}:{row}" for row in (1, 2, 3)]
    assert [read.case is not None for read in found] == [True, False, True]


@pytest.mark.parametrize("spoil", [lambda raw: b"", lambda raw: raw[:40], lambda raw: b"given: {}\n" * 40])
def test_what_is_no_parquet_is_one_clear_error(
    spoil: Callable[[bytes], bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "people.parquet"
    path.write_bytes(spoil(written([{"weakness": "present"}]).getvalue()))
    assert run(["assess", str(path)]) != 0
    said_of_it = capsys.readouterr()
    assert "not-parquet: the file cannot be read as Parquet" in said_of_it.err + said_of_it.out
    assert "Traceback" not in said_of_it.err


def test_without_the_extra_the_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(FormatUnavailableError, match=r"pip install 'fasciculation-rules\[population\]'"):
        list(rows(io.BytesIO()))
