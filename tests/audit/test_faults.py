"""Disks that are full, may only be read or are damaged: a clear error, nothing half done, nothing acknowledged lost."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.audit.conftest import Making, numbered
from tests.audit.making import AT, Ticking

from fasciculation_rules.audit.ledger.appending import append
from fasciculation_rules.audit.ledger.erasing import erase
from fasciculation_rules.audit.ledger.file import PAGE_BYTES, begin, beside
from fasciculation_rules.audit.ledger.heads import head_of
from fasciculation_rules.audit.ledger.store import Ledger
from fasciculation_rules.audit.ledger.verifying import verify
from fasciculation_rules.audit.record_file import RecordFile
from fasciculation_rules.errors import ArgumentError, LedgerDamagedError, LedgerError, RecordError

MEGABYTE = 1 << 20
LIBC = ctypes.CDLL(None, use_errno=True)


@contextmanager
def small_disk(folder: Path, *, size: int = 4 * MEGABYTE) -> Iterator[Path]:
    """A disk of its own that is soon full; skips where this process may not mount one."""
    folder.mkdir()
    if sys.platform != "linux" or LIBC.mount(b"none", bytes(folder), b"tmpfs", 0, b"size=%d" % size):
        pytest.skip("a disk of its own cannot be mounted here")
    try:
        yield folder
    finally:
        LIBC.umount2(bytes(folder), 2)


def read_only(folder: Path) -> None:
    """From now on the disk may only be read."""
    assert LIBC.mount(b"none", bytes(folder), b"tmpfs", 1 | 32, None) == 0  # MS_RDONLY | MS_REMOUNT


def fill(ledger: Ledger, *, start: int = 10_000) -> tuple[int, str]:
    """Appends until it cannot; how many were acknowledged, and what was said."""
    for good, number in enumerate(range(start, start + 10_000)):
        try:
            append(ledger, [numbered(number)])
        except LedgerError as error:
            return good, str(error)
    raise AssertionError("it never was full")


# ---------------------------------------------------------------- full


def test_a_file_that_may_grow_no_further_is_told_and_keeps_what_it_acknowledged(making: Making) -> None:
    ledger = making(5)
    ledger.connection.execute("PRAGMA max_page_count = 30")
    good, told = fill(ledger)
    assert "the disk is full, or the file may grow no further; nothing of this was kept" in told
    verified = verify(ledger)
    assert verified.good
    assert verified.size == 5 + good
    ledger.connection.execute("PRAGMA max_page_count = 1000000")
    assert append(ledger, [numbered(6)])[0].sequence == verified.size + 1


def test_a_full_disk_is_told_and_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        path = disk / "decisions.ledger"
        begin(path)
        with Ledger.open(path, clock=Ticking(AT)) as ledger:
            good, told = fill(ledger)
            assert good > 10
            assert "decisions.ledger: the disk" in told
            assert "nothing of this was kept" in told
            more, told = fill(ledger, start=50_000)
            assert "nothing of this was kept" in told
        with Ledger.open_to_read(path) as ledger:
            verified = verify(ledger)
            assert verified.good
            assert verified.size == good + more


def test_no_ledger_is_begun_on_a_full_disk_and_nothing_is_left_of_it(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", size=65_536) as disk:
        with pytest.raises(LedgerError, match=r"decisions\.ledger.*(full|disk)"):
            begin(disk / "decisions.ledger")
        assert list(disk.iterdir()) == []


LIMITED = """
import resource, sys
from pathlib import Path
from tests.audit.making import AT, Ticking
from tests.audit.test_faults import fill
from fasciculation_rules.audit.ledger.store import Ledger
ledger = Ledger.open(Path(sys.argv[1]), clock=Ticking(AT))
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
print(*fill(ledger), sep="\\n")
"""


def test_a_process_that_may_write_no_more_is_told_and_keeps_what_it_acknowledged(making: Making) -> None:
    path = making(5).path
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, path],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": "."},
    )
    good, told = done.stdout.splitlines()
    assert int(good) > 10
    assert "nothing of this was kept" in told
    with Ledger.open_to_read(path) as ledger:
        verified = verify(ledger)
        assert verified.good
        assert verified.size == 5 + int(good)


def test_a_record_file_on_a_full_disk_has_whole_lines_only(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", size=65_536) as disk:
        file, kept = RecordFile(disk / "records.jsonl"), []
        with pytest.raises(RecordError, match=r"the record cannot be written \(.*\), and nothing of it is there"):
            keep(file, kept)
        assert (disk / "records.jsonl").read_bytes() == b"".join(line + b"\n" for line in kept)
        file.close()


def keep(file: RecordFile, kept: list[bytes]) -> None:
    """Appends until it cannot, and notes what was kept."""
    for number in range(1_000):
        file.append(numbered(number))
        kept.append(numbered(number).line)


# ---------------------------------------------------------------- read-only


def test_a_disk_that_may_only_be_read_is_told_and_can_be_verified(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        path = disk / "decisions.ledger"
        begin(path)
        with Ledger.open(path, clock=Ticking(AT)) as ledger:
            append(ledger, [numbered(number) for number in range(9)])
            head = head_of(ledger)
        read_only(disk)
        with Ledger.open_to_read(path) as ledger:
            assert verify(ledger, [head]).good
        with pytest.raises(LedgerError, match=r"it (may only be read here|cannot be opened)"):
            appended(path)
        with pytest.raises(LedgerError, match=r"no ledger can be made here \(read-only file system\)"):
            begin(disk / "another.ledger")
        with pytest.raises(RecordError, match="read-only file system"):
            RecordFile(disk / "records.jsonl")


def appended(path: Path) -> None:
    with Ledger.open(path, clock=Ticking(AT)) as ledger:
        append(ledger, [numbered(77)])


SOMEBODY_ELSE = """
import os, sys
from pathlib import Path
from tests.audit.test_faults import appended
from fasciculation_rules.audit.ledger.store import Ledger
from fasciculation_rules.audit.ledger.verifying import verify
from fasciculation_rules.errors import LedgerError
path = Path(sys.argv[1])
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
with Ledger.open_to_read(path) as ledger:
    print(verify(ledger).good)
try:
    appended(path)
except LedgerError as error:
    print(error)
"""


def test_a_file_of_somebody_else_may_be_read_and_not_written_to() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "decisions.ledger"
        begin(path)
        with Ledger.open(path, clock=Ticking(AT)) as ledger:
            append(ledger, [numbered(1)])
        path.chmod(0o444)
        folder.chmod(0o555)
        env = {**os.environ, "PYTHONPATH": "."}
        done = subprocess.run(
            [sys.executable, "-c", SOMEBODY_ELSE, path], capture_output=True, text=True, check=False, env=env
        )
        folder.chmod(0o755)
        if done.returncode and "Permission" in done.stderr:
            pytest.skip("somebody else may not read this checkout or its Python")
        good, told = done.stdout.splitlines()
        assert good == "True", done.stderr
        assert "it may only be read here" in told or "it cannot be opened" in told


# ---------------------------------------------------------------- locked, damaged


def test_a_ledger_that_somebody_keeps_locked_is_told_and_nothing_is_written(making: Making) -> None:
    ledger = making(2)
    other = Ledger.open(ledger.path, clock=Ticking(AT), patience=0.1)
    ledger.connection.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerError, match="somebody else kept it locked for too long"):
        append(other, [numbered(9)])
    ledger.connection.execute("ROLLBACK")
    assert append(other, [numbered(9)])[0].sequence == 3
    other.close()


def test_readers_see_one_state_while_others_append(making: Making) -> None:
    ledger = making(3)
    with Ledger.open_to_read(ledger.path) as reader, reader.reading():
        seen = [entry.sequence for entry, _ in reader.rows()]
        append(ledger, [numbered(9)])
        assert [entry.sequence for entry, _ in reader.rows()] == seen


@pytest.mark.parametrize("page", [1, 2, 4, 5, 6, 7])
def test_a_file_that_is_damaged_is_told(page: int, making: Making) -> None:
    """A few bytes at the beginning of each page that is in use, where SQLite keeps what leads to the rest."""
    ledger = making(60)
    path, size = ledger.path, PAGE_BYTES
    ledger.close()
    raw = bytearray(path.read_bytes())
    raw[size * (page - 1) : size * (page - 1) + 8] = b"\xff" * 8
    path.write_bytes(raw)
    assert "damaged" in looked_at(path)


def looked_at(path: Path) -> str:
    """What is said of a ledger that is opened and verified."""
    try:
        with Ledger.open_to_read(path) as opened:
            return "\n".join(map(str, verify(opened).faults))
    except LedgerDamagedError as error:
        return str(error)


def test_a_file_that_was_cut_off_is_told(making: Making) -> None:
    ledger = making(60)
    path = ledger.path
    ledger.close()
    path.write_bytes(path.read_bytes()[:-40_000])
    with pytest.raises(LedgerDamagedError, match="its pages are damaged"), Ledger.open_to_read(path) as opened:
        verify(opened)


def test_a_ledger_whose_log_was_left_behind_is_read_whole(making: Making, tmp_path: Path) -> None:
    """As after a power cut: the file, and beside it a log that nobody has brought into it."""
    ledger = making(3)
    append(ledger, [numbered(4)])
    copy = tmp_path / "copy" / "decisions.ledger"
    copy.parent.mkdir()
    for source, target in zip((ledger.path, beside(ledger.path)[0]), (copy, beside(copy)[0]), strict=True):
        target.write_bytes(source.read_bytes())
    for opened in (Ledger.open_to_read(copy), Ledger.open(copy, clock=Ticking(AT))):
        assert verify(opened).size == 4
        opened.close()


def test_a_ledger_that_was_opened_to_read_takes_nothing(making: Making) -> None:
    path = making(2).path
    with Ledger.open_to_read(path) as ledger:
        for call in (lambda: append(ledger, [numbered(3)]), lambda: erase(ledger, "1", basis="x", by="y")):
            with pytest.raises(ArgumentError, match="was opened to be read"):
                call()


def test_every_error_of_sqlite_becomes_one_of_ours(making: Making) -> None:
    ledger = making(1)
    with pytest.raises(LedgerError, match="SQLite cannot do what was asked"), ledger.reading():
        ledger.connection.execute("SELECT * FROM nothing")
