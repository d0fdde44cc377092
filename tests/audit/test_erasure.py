"""What is erased is gone from all three files, what stays can be guessed from nothing, and all of it still verifies."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import json
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.audit.conftest import Making, numbered
from tests.audit.making import AT, Ticking, record

from fasciculation_rules.audit.ledger.appending import append, append_event
from fasciculation_rules.audit.ledger.erasing import erase, erasure_of, hold, lift
from fasciculation_rules.audit.ledger.exporting import export_records
from fasciculation_rules.audit.ledger.file import begin, beside
from fasciculation_rules.audit.ledger.heads import fault_in, head_of, prove_consistency, prove_inclusion
from fasciculation_rules.audit.ledger.store import Ledger
from fasciculation_rules.audit.ledger.verifying import verify
from fasciculation_rules.audit.record import Record
from fasciculation_rules.errors import LedgerError, RecordHeldError

MARK = "Zyxwvut"


def marked(number: int = 0, *, size: int = 0) -> Record:
    """A record with a mark in its reference, in a source and in the whole of its body."""
    given = {"age": "58 years", "dysarthria": {"value": "present", "source": f"{MARK}{number} " + "x" * size}}
    return record(given, reference=f"visit-{MARK}-{number:05}")


def bytes_of(path: Path) -> bytes:
    """Every byte of the ledger and of the two files beside it."""
    return b"".join(each.read_bytes() for each in (path, *beside(path)) if each.exists())


def test_the_text_is_gone_from_the_file_and_from_both_beside_it(making: Making) -> None:
    ledger = making(20)
    append(ledger, [marked()])
    append(ledger, [numbered(number) for number in range(30, 50)])
    before = bytes_of(ledger.path)
    assert before.count(MARK.encode()) >= 2
    assert beside(ledger.path)[0].stat().st_size > 0
    erase(ledger, "21", basis="asked for", by="data protection")
    after = bytes_of(ledger.path)
    assert MARK.encode() not in after
    assert MARK.encode("utf-16-le") not in after
    assert beside(ledger.path)[0].stat().st_size == 0
    assert verify(ledger).good


def guesses(made: Record, salts: list[bytes]) -> set[bytes]:
    """Digests that somebody could work out who guesses what a record says, with any salt they can still find."""
    texts = [made.line, made.decision, made.reference.encode(), made.id.encode(), json.dumps(made.data).encode()]
    plain = {hashlib.new(name, text).digest() for name in ("sha256", "sha1", "md5", "sha512") for text in texts}
    return plain | {hmac.digest(salt, text, "sha256") for salt in [b"", *salts] for text in texts}


def test_no_digest_that_is_left_can_be_guessed_from_the_body(making: Making) -> None:
    ledger = making(5)
    append(ledger, [marked()])
    made, salt = marked(), ledger.connection.execute("SELECT salt FROM bodies WHERE sequence = 6").fetchone()[0]
    assert salt in bytes_of(ledger.path)
    erase(ledger, made.id, basis="asked for", by="data protection")
    left = bytes_of(ledger.path)
    assert salt not in left
    salts = [row[0] for row in ledger.connection.execute("SELECT salt FROM bodies")]
    assert [guess.hex() for guess in guesses(made, salts) if guess in left or guess.hex().encode() in left] == []
    assert made.id.encode() not in left
    assert bytes.fromhex(made.id[7:]) not in left


def test_two_records_of_one_person_have_nothing_in_common_that_stays(making: Making) -> None:
    ledger = making()
    append(ledger, [marked(1)])
    erase(ledger, "1", basis="asked for", by="data protection")
    append(ledger, [marked(1)])
    commitments = [entry.commitment for entry, _ in ledger.rows() if entry.kind == "record"]
    assert len(set(commitments)) == 2


def test_chain_and_proofs_still_verify(making: Making) -> None:
    ledger = making(9)
    head, proof = head_of(ledger), prove_inclusion(ledger, "4")
    erase(ledger, "4", basis="asked for", by="data protection")
    verified = verify(ledger, [head])
    assert verified.good
    assert (verified.size, verified.erased) == (10, 1)
    assert prove_inclusion(ledger, "4", size=9) == proof
    assert fault_in(prove_consistency(ledger, 9)) is None


def test_an_erasure_is_told_by_an_entry_of_its_own(making: Making) -> None:
    ledger = making(3)
    erased = erase(ledger, "2", basis="asked for", by="data protection")
    assert (erased.sequence, erased.basis, erased.by, erased.told_by) == (2, "asked for", "data protection", 4)
    assert erasure_of(ledger, 2) == erased
    assert erasure_of(ledger, 1) is None
    with pytest.raises(LedgerError, match="no such record of this id; of an erased one only"):
        ledger.find(numbered(2).id)


def test_what_was_erased_stays_erased_and_may_be_asked_for_again(making: Making) -> None:
    ledger = making(3)
    first = erase(ledger, "2", basis="asked for", by="data protection")
    assert erase(ledger, "2", basis="again", by="somebody") == first
    assert verify(ledger).size == 4


def test_only_a_record_is_erased(making: Making) -> None:
    ledger = making(1)
    append_event(ledger, "silenced", by="ops", why="a fault")
    for named in ("2", "3", "sha256:" + "1" * 64):
        with pytest.raises(LedgerError):
            erase(ledger, named, basis="asked for", by="data protection")
    assert verify(ledger).size == 2


def test_while_somebody_reads_it_is_not_said_to_be_gone(making: Making) -> None:
    ledger = making(3)
    append(ledger, [marked()])
    reader = Ledger.open_to_read(ledger.path)
    reader.connection.execute("BEGIN")
    reader.connection.execute("SELECT * FROM entries").fetchone()
    ledger.connection.execute("PRAGMA busy_timeout = 200")
    with pytest.raises(LedgerError, match="somebody is reading, so the file beside it"):
        erase(ledger, "4", basis="asked for", by="data protection")
    reader.close()
    erase(ledger, "4", basis="asked for", by="data protection")
    assert MARK.encode() not in bytes_of(ledger.path)


def test_a_long_replay_does_not_keep_anything_from_being_erased(making: Making) -> None:
    ledger = making(3)
    with Ledger.open_to_read(ledger.path) as reader:
        lines = export_records(reader)
        assert next(lines)["sequence"] == 1
        erase(ledger, "2", basis="asked for", by="data protection")
        erased, there = lines
        assert (erased["body"], erased["erased"]["basis"]) == (None, "asked for")
        assert there["body"]["reference"] == "visit-0003"


def test_a_held_record_is_not_erased_until_its_day_has_passed_or_it_is_lifted(making: Making) -> None:
    days = {"passed": 0}
    ledger = making(clock=lambda: AT + datetime.timedelta(days=days["passed"]))
    append(ledger, [numbered(number) for number in (1, 2)])
    hold(ledger, "1", why="a claim", by="legal", until=AT.date() + datetime.timedelta(days=10))
    hold(ledger, numbered(2).id, why="retention", by="records office")
    for named, told in (("1", r"held until 2026-12-02 by legal \(a claim; entry 3\)"), ("2", "by records office")):
        with pytest.raises(RecordHeldError, match=told):
            erase(ledger, named, basis="asked for", by="data protection")
    assert [opening is not None for _, opening in ledger.rows()] == [True] * 4
    days["passed"] = 11
    erase(ledger, "1", basis="asked for", by="data protection")
    lift(ledger, "2", why="the period is over", by="records office")
    erase(ledger, "2", basis="asked for", by="data protection")
    verified = verify(ledger)
    assert verified.good
    assert verified.erased == 2


def test_nothing_is_lifted_where_nothing_is_held_and_nothing_is_held_that_is_gone(making: Making) -> None:
    ledger = making(2)
    with pytest.raises(LedgerError, match="not held"):
        lift(ledger, "1", why="x", by="legal")
    erase(ledger, "1", basis="asked for", by="data protection")
    with pytest.raises(LedgerError, match="is erased"):
        hold(ledger, "1", why="x", by="legal")
    with pytest.raises(LedgerError, match="no record"):
        hold(ledger, "3", why="x", by="legal")


# ---------------------------------------------------------------- whatever happens in between

Step = tuple[str, int]
steps = st.lists(st.tuples(st.sampled_from(["append", "erase"]), st.integers(0, 40_000)), min_size=4, max_size=30)


def played(path: Path, wanted: list[Step], check: Callable[[Ledger, set[int]], None]) -> None:
    begin(path)
    writers = [Ledger.open(path, clock=Ticking(AT)) for _ in range(2)]
    there: list[int] = []
    gone: set[int] = set()
    try:
        for number, (what, size) in enumerate(wanted):
            ledger = writers[number % 2]
            if what == "append":
                there.append(number)
                append(
                    ledger, [marked(number, size=size % 100), *(numbered(1000 * number + i) for i in range(size % 9))]
                )
            elif there:
                chosen = there.pop(size % len(there))
                erase(ledger, marked_id(chosen, wanted), basis="asked for", by="data protection")
                gone.add(chosen)
        check(writers[0], gone)
    finally:
        for writer in writers:
            writer.close()


def marked_id(number: int, wanted: list[Step]) -> str:
    return marked(number, size=wanted[number][1] % 100).id


@settings(max_examples=15)
@given(steps)
def test_no_order_of_appending_and_erasing_leaves_a_trace(wanted: list[Step]) -> None:
    def check(ledger: Ledger, gone: set[int]) -> None:
        left = bytes_of(ledger.path)
        assert {number for number in gone if f"visit-{MARK}-{number:05}".encode() in left} == set()
        assert {number for number in gone if f"{MARK}{number} ".encode() in left} == set()
        assert verify(ledger).good

    with tempfile.TemporaryDirectory() as folder:
        played(Path(folder) / "decisions.ledger", wanted, check)


def test_long_bodies_that_fill_pages_of_their_own_leave_no_trace_either(making: Making) -> None:
    ledger = making()
    for number in range(12):
        body = b"".join(b"%s-%05d-%07d " % (MARK.encode(), number, place) for place in range(3_000 * (number % 4)))
        with ledger.writing():
            ledger.add("record", b"{" + body, key=f"sha256:{number:064x}", subject=f"subject-{number}")
    for number in (1, 3, 6, 7, 11):
        erase(ledger, str(number + 1), basis="asked for", by="data protection")
    left = bytes_of(ledger.path)
    assert {n for n in range(12) if n % 4 and b"%s-%05d-" % (MARK.encode(), n) in left} == {2, 5, 9, 10}


def test_what_is_deleted_is_overwritten_by_every_connection(making: Making) -> None:
    ledger = making(1)
    for opened in (ledger, Ledger.open(ledger.path, clock=lambda: AT)):
        assert opened.connection.execute("PRAGMA secure_delete").fetchone() == (1,)
        assert opened.connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert opened.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        if opened is not ledger:
            opened.close()
    assert sqlite3.threadsafety >= 1
