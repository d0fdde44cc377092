"""What is appended is there, once, in order, with the writer's time; and can be found, exported and shown in force."""

from __future__ import annotations

import datetime
import json
import os
import sqlite3
import stat
from pathlib import Path

import pytest
from tests.audit.conftest import Making, numbered
from tests.audit.making import AT, record

from fasciculation_rules import open_ruleset
from fasciculation_rules.audit.ledger import file
from fasciculation_rules.audit.ledger.appending import append, append_event
from fasciculation_rules.audit.ledger.erasing import erase
from fasciculation_rules.audit.ledger.exporting import export
from fasciculation_rules.audit.ledger.in_force import in_force
from fasciculation_rules.audit.ledger.places import NETWORK, check_place, file_system_of
from fasciculation_rules.audit.ledger.store import Ledger
from fasciculation_rules.audit.ledger.verifying import verify
from fasciculation_rules.audit.record import read_record, ruleset_of_record
from fasciculation_rules.errors import ArgumentError, LedgerError


def test_records_are_there_in_order_with_the_time_of_the_writer(making: Making) -> None:
    ledger = making(3)
    entries = [entry for entry, _ in ledger.rows()]
    assert [entry.sequence for entry in entries] == [1, 2, 3]
    assert [entry.time for entry in entries] == [f"2026-11-22T17:40:0{second}.000000Z" for second in (1, 2, 3)]
    assert {entry.source for entry in entries} == {"test clock"}


def test_a_receipt_says_where_it_lies_and_a_record_is_there_only_once(making: Making) -> None:
    ledger = making(2)
    receipts = append(ledger, [numbered(3), numbered(1), numbered(3)])
    assert [(each.sequence, each.new) for each in receipts] == [(3, True), (1, False), (3, False)]
    assert verify(ledger).size == 3


def test_a_record_is_found_by_its_id_and_by_its_number(making: Making) -> None:
    ledger = making(3)
    for named in ("2", numbered(2).id):
        entry, opening = ledger.find(named)
        assert entry.sequence == 2
        assert opening is not None
        assert opening.body == numbered(2).line
    for named, told in (("9", "no such entry"), ("sha256:" + "0" * 64, "no such record"), ("x", "no such record")):
        with pytest.raises(LedgerError, match=told):
            ledger.find(named)


def test_nothing_of_a_transaction_is_there_if_its_last_record_cannot_be_kept(making: Making) -> None:
    ledger = making(1)
    with pytest.raises(ZeroDivisionError):
        append(ledger, (numbered(number // (4 - number) or number) for number in (2, 3, 4)))
    assert verify(ledger).size == 1
    assert append(ledger, [numbered(2)])[0].sequence == 2


def test_a_ledger_is_its_owners_alone_and_is_made_only_where_nothing_is(making: Making, tmp_path: Path) -> None:
    ledger = making(1)
    assert stat.S_IMODE(os.stat(ledger.path).st_mode) == 0o600  # noqa: PTH116  the mode as the system tells it
    with pytest.raises(LedgerError, match="is there already"):
        file.begin(ledger.path)
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_there_must_be_a_ledger_and_it_must_be_one(tmp_path: Path) -> None:
    other, text = tmp_path / "other.sqlite", tmp_path / "notes.txt"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE notes (text)")
    connection.close()
    text.write_text("nothing that SQLite knows, but long enough to be looked at " * 40)
    before = other.read_bytes(), text.read_bytes()
    for path, told in (
        (tmp_path / "none", "there is no ledger"),
        (tmp_path, "there is no ledger"),
        (other, "no ledger; nothing was done"),
        (text, "no SQLite file"),
    ):
        for opening in (lambda path: Ledger.open(path, clock=lambda: AT), Ledger.open_to_read):
            with pytest.raises(LedgerError, match=told):
                opening(path)
    assert (other.read_bytes(), text.read_bytes()) == before


def test_entries_are_kept_from_accidents(making: Making) -> None:
    ledger = making(2)
    for sql in ("DELETE FROM entries", "UPDATE entries SET time = ''"):
        with pytest.raises(sqlite3.IntegrityError, match="entries stay"):
            ledger.connection.execute(sql)


def test_a_clock_that_goes_back_is_stored_and_flagged_and_never_corrected(making: Making) -> None:
    times = iter([0, 60, 30, 45, 90])
    ledger = making(clock=lambda: AT + datetime.timedelta(seconds=next(times)))
    append(ledger, [numbered(number) for number in range(1, 6)])
    entries = [entry for entry, _ in ledger.rows()]
    assert [entry.time[17:19] for entry in entries] == ["00", "00", "30", "45", "30"]
    assert [entry.back for entry in entries] == [False, False, True, False, False]
    verified = verify(ledger)
    assert verified.good
    assert verified.back == (3,)


def test_the_clock_is_read_when_the_ledger_is_locked_so_that_waiting_is_no_step_back(making: Making) -> None:
    """Two writers: the second is asked for the time only after it has waited for the first."""
    first = making(1)
    second = Ledger.open(first.path, clock=lambda: AT + datetime.timedelta(hours=1), patience=5.0)
    append(second, [numbered(2)])
    append(first, [numbered(3)])
    assert [entry.back for entry, _ in first.rows()] == [False, False, True]  # its clock is an hour behind
    second.close()


# ---------------------------------------------------------------- export


def test_an_export_has_every_entry_with_its_body_and_can_be_read_as_records(making: Making) -> None:
    ledger = making(3)
    append_event(ledger, "silenced", by="operations", why="a fault")
    lines = list(export(ledger))
    assert [line["kind"] for line in lines] == ["record"] * 3 + ["silenced"]
    assert read_record(json.dumps(lines[1]["body"]).encode()).line == numbered(2).line
    assert {line["ledger"] for line in lines} == {ledger.id}


def test_an_export_of_one_subject_has_the_records_made_under_that_reference_alone(making: Making) -> None:
    ledger = making(3)
    append(ledger, [record({"age": "61 years"}, reference="visit-0002")])
    assert [line["sequence"] for line in export(ledger, subject="visit-0002")] == [2, 4]
    assert list(export(ledger, subject="visit-9")) == []


def test_an_export_says_how_a_record_was_erased(making: Making) -> None:
    ledger = making(2)
    erase(ledger, "1", basis="asked for", by="data protection")
    line = next(export(ledger))
    assert (line["body"], line["salt"]) == (None, None)
    assert line["erased"] == {"at": line["erased"]["at"], "basis": "asked for", "by": "data protection", "told_by": 3}


# ---------------------------------------------------------------- in force

HOUR = datetime.timedelta(hours=1)
RULESET = ruleset_of_record(open_ruleset("0.1.0"))
OTHER = {**RULESET, "version": "9.9.9"}


def test_what_was_in_force_is_told_by_events(making: Making) -> None:
    ledger = making()
    append_event(ledger, "deployed", by="ops", why="go live", since=AT, ruleset=RULESET)
    append_event(ledger, "deployed", by="ops", why="new", since=AT + 2 * HOUR, ruleset=OTHER)
    append_event(ledger, "silenced", by="ops", why="too many cards", since=AT + 3 * HOUR)
    append_event(ledger, "rolled-back", by="ops", why="too many cards", since=AT + 4 * HOUR, ruleset=RULESET)
    append_event(ledger, "resumed", by="ops", why="mended", since=AT + 5 * HOUR)
    found = [in_force(ledger, AT + HOUR * hours) for hours in (-1, 0, 1, 2, 3, 4, 5)]
    assert [None if each is None else (each.deployed.ruleset or {})["version"] for each in found] == [
        None, "0.1.0", "0.1.0", "9.9.9", "9.9.9", "0.1.0", "0.1.0",
    ]  # fmt: skip
    assert [each is not None and each.silenced is not None for each in found] == [False] * 4 + [True, True, False]


def test_an_event_that_is_told_late_counts_from_when_it_happened(making: Making) -> None:
    ledger = making()
    append_event(ledger, "deployed", by="ops", why="new", since=AT, ruleset=OTHER)
    append_event(ledger, "deployed", by="ops", why="forgotten", since=AT - HOUR, ruleset=RULESET)
    assert [
        (found.deployed.ruleset or {})["version"]
        for found in (in_force(ledger, AT - HOUR), in_force(ledger, AT))
        if found is not None
    ] == ["0.1.0", "9.9.9"]


def test_each_site_has_its_own(making: Making) -> None:
    ledger = making()
    append_event(ledger, "deployed", by="ops", why="go live", since=AT, ruleset=RULESET, tenant="north")
    assert in_force(ledger, AT, tenant="north") is not None
    assert in_force(ledger, AT) is None


def test_an_event_has_a_ruleset_where_it_puts_one_in_force_and_only_there(making: Making) -> None:
    ledger = making()
    for kind, ruleset in (("deployed", None), ("silenced", RULESET), ("exploded", None)):
        with pytest.raises(ArgumentError):
            append_event(ledger, kind, by="ops", why="x", ruleset=ruleset)
    assert verify(ledger).size == 0


# ---------------------------------------------------------------- places

MOUNTS = r"""
21 1 254:0 / / rw,relatime - ext4 /dev/vda rw
31 21 0:28 / /srv rw shared:1 - nfs4 server:/x rw
32 31 0:29 / /srv/local rw - xfs /dev/vdb rw
33 21 0:30 / /mnt/with\040space rw - fuse.sshfs somebody@somewhere rw
34 21 0:31 / /data rw - ext4 /dev/vdc rw
35 34 0:32 / /data rw - cifs //server/share rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/ledger", "ext4"),
        ("/srv/ledger", "nfs4"),
        ("/srv/local/ledger", "xfs"),
        ("/srvlocal/ledger", "ext4"),
        ("/mnt/with space/ledger", "fuse.sshfs"),
        ("/data/ledger", "cifs"),
    ],
)
def test_a_file_system_is_told_by_the_deepest_mount_above(path: str, kind: str) -> None:
    assert file_system_of(Path(path), MOUNTS) == kind


def test_a_network_file_system_is_refused_and_what_is_unknown_is_not(tmp_path: Path) -> None:
    mounts, path = tmp_path / "mounts", tmp_path / "decisions.ledger"
    for kind in sorted(NETWORK):
        mounts.write_text(f"21 1 0:1 / / rw - {kind} server:/x rw\n")
        with pytest.raises(LedgerError, match=rf"network file system \({kind}\)"):
            check_place(path, mounts)
    mounts.write_text("21 1 0:1 / / rw - ext4 /dev/vda rw\n")
    check_place(path, mounts)
    check_place(path, tmp_path / "no-such-list")
