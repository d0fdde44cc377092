"""Records, ledgers that are made in a moment, and a clock that goes by itself."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.audit.making import AT, Ticking, record

from fasciculation_rules.audit.ledger.appending import append
from fasciculation_rules.audit.ledger.file import begin
from fasciculation_rules.audit.ledger.store import Ledger
from fasciculation_rules.audit.record import Record

Making = Callable[..., Ledger]


@pytest.fixture
def making(tmp_path: Path) -> Iterator[Making]:
    """Makes a ledger of some records."""
    opened = []

    def made(
        count: int = 0, *, path: Path | None = None, clock: Callable[[], datetime.datetime] | None = None
    ) -> Ledger:
        path = path or tmp_path / "decisions.ledger"
        begin(path)
        ledger = Ledger.open(path, clock=clock or Ticking(AT), source="test clock", patience=5.0)
        opened.append(ledger)
        if count:
            append(ledger, [numbered(number) for number in range(1, count + 1)])
        return ledger

    yield made
    for ledger in opened:
        ledger.close()


def numbered(number: int) -> Record:
    """One of many records of one case."""
    return record(reference=f"visit-{number:04}")
