"""Writers are killed while they write. What was acknowledged is there, what was not is there whole or not at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.audit.making import AT, Ticking

from fasciculation_rules.audit.ledger.appending import append
from fasciculation_rules.audit.ledger.file import begin
from fasciculation_rules.audit.ledger.store import Ledger
from fasciculation_rules.audit.ledger.verifying import verify
from fasciculation_rules.audit.record import read_record

HERE = Path(__file__).resolve().parent


def acknowledged(folder: Path) -> dict[int, str]:
    """The number and id of every record of which a writer said that it is kept; the last line may be cut off."""
    found: dict[int, str] = {}
    for file in folder.iterdir():
        *lines, _ = file.read_text().split("\n")
        for line in lines:
            sequence, key = line.split(" ")
            assert int(sequence) not in found, "two records were given one number"
            found[int(sequence)] = key
    return found


def killed(folder: Path, kills: int) -> None:
    ledger, acks = folder / "decisions.ledger", folder / "acks"
    acks.mkdir()
    begin(ledger)
    command = [sys.executable, HERE / "killing.py", ledger, acks, str(kills)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"{kills}\n"), done.stderr
    told = acknowledged(acks)
    assert len(told) > kills
    with Ledger.open(ledger, clock=Ticking(AT)) as opened:
        verified = verify(opened)
        assert verified.faults == ()
        kept = {entry.sequence: opening.id for entry, opening in opened.rows() if opening is not None}
        assert {sequence: key for sequence, key in told.items() if kept.get(sequence) != key} == {}
        assert list(kept) == list(range(1, verified.size + 1))
        bodies = [read_record(opening.body).id for _, opening in opened.rows() if opening is not None]
        assert bodies == list(kept.values())
        made = read_record((HERE / "fixtures" / "0.1.0.jsonl").read_bytes().splitlines()[1])
        assert append(opened, [made])[0].sequence == verified.size + 1


def test_four_writers_of_which_one_is_killed_twenty_times(tmp_path: Path) -> None:
    killed(tmp_path, 20)


@pytest.mark.nightly
def test_four_writers_of_which_one_is_killed_two_hundred_and_fifty_times(tmp_path: Path) -> None:
    killed(tmp_path, 250)
