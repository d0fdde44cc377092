"""What somebody did to a ledger behind its back is found, and named entry by entry."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.audit.conftest import Making, numbered
from tests.audit.making import AT, Ticking, record

from fasciculation_rules.audit.ledger.appending import append
from fasciculation_rules.audit.ledger.entry import commit, genesis, link
from fasciculation_rules.audit.ledger.erasing import erase
from fasciculation_rules.audit.ledger.heads import head_of
from fasciculation_rules.audit.ledger.store import Ledger
from fasciculation_rules.audit.ledger.verifying import Verified, verify
from fasciculation_rules.model.ledger import Head

SIZE = 12


def tamper(ledger: Ledger, *statements: str) -> Verified:
    """What is found after somebody who knows SQL was there."""
    run = ledger.connection.execute
    for trigger in ("entries_stay", "entries_stay_as_they_are"):
        run(f"DROP TRIGGER IF EXISTS {trigger}")
    for statement in statements:
        run(statement)
    return verify(ledger)


def named(verified: Verified) -> list[tuple[int, str]]:
    return [(fault.sequence, fault.what) for fault in verified.faults]


def test_an_untouched_ledger_is_good(making: Making) -> None:
    verified = verify(making(SIZE))
    assert verified.good
    assert (verified.size, verified.faults, verified.back) == (SIZE, (), ())


@pytest.mark.parametrize(
    "change",
    [
        "time = '2026-11-22T17:40:05.500000Z'",
        "kind = 'deployed'",
        "source = 'another clock'",
        "target = 3",
        "back = 1",
        "commitment = x'00'",
        "commitment = randomblob(32)",
        "chain = randomblob(32)",
        "time = 7",
        "time = x'ff00'",
        "kind = CAST(x'ff' AS TEXT)",
        "target = 1.5",
        "back = 7",
    ],
)
def test_a_column_of_an_entry_that_was_edited_is_found_and_no_other_entry_is_blamed(
    change: str, making: Making
) -> None:
    found = named(tamper(making(SIZE), f"UPDATE entries SET {change} WHERE sequence = 5"))
    assert {sequence for sequence, _ in found} == {5}
    assert (5, "edited") in found


@pytest.mark.parametrize(
    "change",
    [
        "body = CAST(replace(CAST(body AS TEXT), 'urgent_2w', 'routine') AS BLOB)",
        "body = x''",
        "salt = randomblob(32)",
        "salt = 'text'",
        "id = randomblob(32)",
        "id = NULL",
        "subject = 'visit-9'",
        "subject = NULL",
    ],
)
def test_a_body_that_was_edited_is_found(change: str, making: Making) -> None:
    assert named(tamper(making(SIZE), f"UPDATE bodies SET {change} WHERE sequence = 5")) == [(5, "edited")]


def test_every_byte_of_a_body_counts(making: Making) -> None:
    ledger = making(1)
    ((_, opening),) = ledger.rows()
    assert opening is not None
    for place in range(0, len(opening.body), 37):
        body = bytearray(opening.body)
        body[place] ^= 1
        ledger.connection.execute("UPDATE bodies SET body = ?", (bytes(body),))
        assert named(verify(ledger))[0] == (1, "edited")


def test_an_entry_that_was_dropped_is_found(making: Making) -> None:
    verified = tamper(making(SIZE), *(f"DELETE FROM {table} WHERE sequence = 5" for table in ("entries", "bodies")))
    assert named(verified) == [(5, "dropped")]
    assert "entry 5 is missing" in str(verified.faults[0])


def test_several_that_were_dropped_are_counted(making: Making) -> None:
    verified = tamper(
        making(SIZE), *(f"DELETE FROM {table} WHERE sequence BETWEEN 1 AND 4" for table in ("entries", "bodies"))
    )
    assert [str(fault) for fault in verified.faults] == [
        "entry 1: dropped: entries 1 to 4 are missing, so entry 5 cannot be held against the one before it"
    ]


def test_a_dropped_entry_whose_number_was_given_to_the_next_is_found(making: Making) -> None:
    shift = [f"UPDATE {table} SET sequence = sequence - 1 WHERE sequence > 5" for table in ("entries", "bodies")]
    drop = [f"DELETE FROM {table} WHERE sequence = 5" for table in ("entries", "bodies")]
    found = tamper(making(SIZE), *drop, *shift)
    assert found.size == SIZE - 1
    assert [fault.sequence for fault in found.faults] == list(range(5, SIZE))
    assert str(found.faults[1]) == "entry 6: reordered: it holds what was entry 7"


def test_a_body_that_was_dropped_without_an_erasure_is_found(making: Making) -> None:
    assert named(tamper(making(SIZE), "DELETE FROM bodies WHERE sequence = 5")) == [(5, "dropped")]


def test_an_entry_without_its_row_but_with_its_body_is_found(making: Making) -> None:
    found = named(tamper(making(SIZE), "DELETE FROM entries WHERE sequence = 12"))
    assert found == [(12, "dropped")]


def swap(one: int, other: int) -> list[str]:
    steps = ((one, -1), (other, one), (-1, other))
    return [
        f"UPDATE {table} SET sequence = {to} WHERE sequence = {at}"
        for table in ("entries", "bodies")
        for at, to in steps
    ]


@pytest.mark.parametrize(("one", "other"), [(4, 5), (3, 9), (1, 12)])
def test_two_entries_that_changed_places_are_found_and_it_is_said_so(one: int, other: int, making: Making) -> None:
    verified = tamper(making(SIZE), *swap(one, other))
    told = {str(fault) for fault in verified.faults if fault.what == "reordered"}
    assert told == {
        f"entry {one}: reordered: it holds what was entry {other}",
        f"entry {other}: reordered: it holds what was entry {one}",
    }


def copied(source: int, to: int) -> list[str]:
    columns = "kind, time, source, back, target, commitment, chain"
    return [
        f"INSERT INTO entries SELECT {to}, {columns} FROM entries WHERE sequence = {source}",
        f"INSERT INTO bodies SELECT {to}, salt, body, NULL, subject FROM bodies WHERE sequence = {source}",
    ]


def test_an_entry_that_was_put_in_twice_is_found_at_the_end_and_in_between(making: Making) -> None:
    ledger = making(SIZE)
    found = tamper(ledger, *copied(4, 13))
    assert (13, "duplicated") in named(found)
    assert "entry 13: duplicated: it is entry 4 over again" in map(str, found.faults)


def test_an_entry_that_was_put_in_twice_in_between_is_found(making: Making) -> None:
    room = [
        f"UPDATE {table} SET sequence = {to} WHERE sequence = {at}"
        for table in ("entries", "bodies")
        for at, to in ((number, number + 1) for number in range(SIZE, 6, -1))
    ]
    found = tamper(making(SIZE), *room, *copied(4, 7))
    assert "entry 7: duplicated: it is entry 4 over again" in map(str, found.faults)
    assert "entry 8: reordered: it holds what was entry 7" in map(str, found.faults)


def test_a_body_that_came_back_after_an_erasure_is_found(making: Making) -> None:
    ledger = making(SIZE)
    ((_, opening),) = ledger.rows("WHERE sequence = 5")
    assert opening is not None
    erase(ledger, "5", basis="asked for", by="data protection")
    ledger.connection.execute(
        "INSERT INTO bodies VALUES (5, ?, ?, NULL, ?)", (opening.salt, opening.body, opening.subject)
    )
    assert (5, "put back") in named(verify(ledger))


def test_an_entry_without_a_number_is_found(making: Making) -> None:
    assert (0, "edited") in named(tamper(making(SIZE), "UPDATE entries SET sequence = 0 WHERE sequence = 5"))


def test_much_that_is_wrong_is_still_named_in_a_moment(making: Making) -> None:
    found = named(tamper(making(400), "UPDATE entries SET source = 'x' WHERE sequence > 20"))
    assert [sequence for sequence, _ in found] == list(range(21, 401))


# ---------------------------------------------------------------- a whole end written anew


def rewrite(ledger: Ledger, start: int) -> None:
    """Somebody who can compute makes all chains anew after an edit."""
    entries = [entry for entry, _ in ledger.rows()]
    chain = genesis(ledger.id) if start == 1 else entries[start - 2].chain
    for entry in entries[start - 1 :]:
        chain = link(chain, entry.hash())
        ledger.connection.execute("UPDATE entries SET chain = ? WHERE sequence = ?", (chain, entry.sequence))


def edit_and_rewrite(ledger: Ledger, sequence: int) -> Verified:
    body, salt = record({"age": "70 years"}, reference=f"visit-{sequence:04}").line, b"s" * 32
    ledger.connection.execute("DROP TRIGGER entries_stay_as_they_are")
    ledger.connection.execute(
        "UPDATE bodies SET body = ?, salt = ?, id = ? WHERE sequence = ?",
        (body, salt, bytes.fromhex(json.loads(body)["id"][7:]), sequence),
    )
    ledger.connection.execute("UPDATE entries SET commitment = ? WHERE sequence = ?", (commit(salt, body), sequence))
    rewrite(ledger, sequence)
    return verify(ledger)


def test_a_ledger_that_was_written_anew_is_found_out_by_a_head_and_by_nothing_else(making: Making) -> None:
    ledger = making(SIZE)
    head = head_of(ledger)
    assert edit_and_rewrite(ledger, 5).good
    (compared,) = verify(ledger, [head]).compared
    assert not compared.good
    assert (compared.kept, compared.lost) == (0, (1, 12))
    assert compared.message.startswith("ROLLED BACK OR REWRITTEN: of the 12 entries of the head the first 0 are here")


def test_what_lies_before_the_part_that_was_written_anew_is_said_to_be_kept(making: Making) -> None:
    ledger = making(SIZE)
    head = head_of(ledger)
    edit_and_rewrite(ledger, 10)
    (compared,) = verify(ledger, [head]).compared
    assert (compared.kept, compared.lost) == (8, (1, 4))


Cut = Callable[[Ledger, int], None]


def cut(ledger: Ledger, keep: int) -> None:
    for trigger in ("entries_stay", "entries_stay_as_they_are"):
        ledger.connection.execute(f"DROP TRIGGER {trigger}")
    for table in ("entries", "bodies"):
        ledger.connection.execute(f"DELETE FROM {table} WHERE sequence > {keep}")


@pytest.mark.parametrize("keep", range(SIZE))
def test_a_shortened_ledger_is_found_out_by_a_head_and_the_number_of_lost_entries_is_named(
    keep: int, making: Making
) -> None:
    ledger = making(SIZE)
    head = head_of(ledger)
    cut(ledger, keep)
    assert verify(ledger).good  # by itself it is whole
    (compared,) = verify(ledger, [head]).compared
    assert not compared.good
    assert compared.lost[0] == SIZE - keep
    are = "is" if keep == SIZE - 1 else "are"
    assert f"12 entries, {keep} are here, {SIZE - keep} {are} lost" in compared.message


def test_a_copy_put_back_in_its_place_is_found_out_although_it_has_grown_again(making: Making, tmp_path: Path) -> None:
    ledger = making(8)
    path, copy = ledger.path, tmp_path / "copy"
    ledger.close()
    shutil.copy(path, copy)
    with Ledger.open(path, clock=Ticking(AT)) as grown:
        append(grown, [numbered(number) for number in range(9, 13)])
        head = head_of(grown)
    for left in tmp_path.glob("decisions.ledger*"):
        left.unlink()
    shutil.copy(copy, path)
    with Ledger.open(path, clock=Ticking(AT)) as back:
        (compared,) = verify(back, [head]).compared
        assert (compared.kept, compared.lost) == (8, (4, 4))
        append(back, [numbered(number) for number in range(20, 30)])
        (compared,) = verify(back, [head]).compared
        assert (compared.kept, compared.lost) == (8, (1, 4))


def test_a_ledger_that_has_grown_is_held_against_every_head_of_its_past(making: Making) -> None:
    ledger, heads = making(), []
    for number in range(1, 21):
        heads.append(head_of(ledger))
        append(ledger, [numbered(number)])
    erase(ledger, "7", basis="asked for", by="data protection")
    verified = verify(ledger, heads)
    assert verified.good
    assert [compared.kept for compared in verified.compared] == list(range(20))


def test_a_head_of_another_ledger_or_one_that_was_edited_is_told_apart(making: Making, tmp_path: Path) -> None:
    ledger = making(5)
    other = making(5, path=tmp_path / "other.ledger")
    edited = head_of(ledger).model_copy(update={"root": "0" * 64})
    for head, told in ((head_of(other), "another ledger"), (edited, "not whole")):
        (compared,) = verify(ledger, [head]).compared
        assert told in compared.message
        assert not compared.good


def test_a_head_reads_as_it_was_written(making: Making) -> None:
    head = head_of(making(5))
    assert Head.read(json.loads(head.to_json())) == head
