"""A file of records has whole lines only, whoever was killed while writing it."""

from __future__ import annotations

import fcntl
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.audit.conftest import numbered

from fasciculation_rules.audit import record_file
from fasciculation_rules.audit.record import read_record
from fasciculation_rules.audit.record_file import RecordFile
from fasciculation_rules.errors import RecordError


def kept(path: Path, *numbers: int) -> RecordFile:
    file = RecordFile(path)
    for number in numbers:
        file.append(numbered(number))
    file.close()
    return file


def test_records_are_appended_to_what_is_there_and_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    kept(path, 1, 2)
    kept(path, 3)
    assert path.read_bytes() == b"".join(numbered(number).line + b"\n" for number in (1, 2, 3))
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("cut", [1, 2, 100, 2_000])
def test_a_line_that_was_cut_off_was_never_acknowledged_and_is_taken_out(cut: int, tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    kept(path, 1, 2)
    with path.open("ab") as file:
        file.write(numbered(3).line[:-cut])
    assert kept(path, 4).mended == 1
    assert path.read_bytes() == b"".join(numbered(number).line + b"\n" for number in (1, 2, 4))


def test_a_line_that_lacks_its_end_alone_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    path.write_bytes(numbered(1).line)
    assert kept(path, 2).mended == 0
    assert path.read_bytes() == b"".join(numbered(number).line + b"\n" for number in (1, 2))


def test_a_first_line_that_was_cut_off_is_taken_out(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    for cut in (1, 5, 400, 70_000):
        path.write_bytes((numbered(1).line[:-1] + b"x" * 70_000)[:cut])
        kept(path, 2)
        assert path.read_bytes() == numbered(2).line + b"\n"


@pytest.mark.parametrize("text", [b"given:\n  age: 42 years", b'{"given": {}}\n', b"\n", b"[]", b"{ "])
def test_a_file_that_is_somebody_elses_is_not_written_to(text: bytes, tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_bytes(text)
    with pytest.raises(RecordError, match="no file of records, so nothing was written"):
        RecordFile(path)
    assert path.read_bytes() == text


def test_what_is_no_plain_file_keeps_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, told in (
        (Path(os.devnull), "not a plain file"),
        (tmp_path, "is a directory"),
        (tmp_path / "pipe", "plain"),
    ):
        with pytest.raises(RecordError, match=told):
            RecordFile(path)
    with pytest.raises(RecordError, match="no such file or directory"):
        RecordFile(tmp_path / "none" / "records.jsonl")


WRITER = """
import sys
from pathlib import Path
from tests.audit.conftest import numbered
from fasciculation_rules.audit.record_file import RecordFile
file, number = RecordFile(Path(sys.argv[1])), int(sys.argv[2])
while True:
    number += 1
    file.append(numbered(number % 50 + 1))
    print(number % 50 + 1, flush=True)
"""


def test_several_writers_that_are_killed_leave_whole_lines_only(tmp_path: Path) -> None:
    path, chance = tmp_path / "records.jsonl", random.Random(3)
    command = [sys.executable, "-c", WRITER, str(path)]
    running = []
    for number in range(3):
        told = (tmp_path / f"told-{number}").open("wb")
        running.append(
            subprocess.Popen([*command, str(1_000 * number)], stdout=told, env={**os.environ, "PYTHONPATH": "."})
        )
        told.close()
    while sum((tmp_path / f"told-{number}").stat().st_size > 0 for number in range(3)) < 3:
        time.sleep(0.05)
        assert [writer.poll() for writer in running] == [None] * 3
    time.sleep(chance.uniform(0.1, 0.3))
    for writer in running:
        writer.send_signal(signal.SIGKILL)
        writer.wait()
    kept(path, 1)
    *lines, last = path.read_bytes().split(b"\n")
    assert last == b""
    references = [read_record(line).reference for line in lines]
    told = [
        int(line) for number in range(3) for line in (tmp_path / f"told-{number}").read_text().split("\n")[:-1] if line
    ]
    for number in set(told):
        assert references.count(f"visit-{number:04}") >= told.count(number)


def test_nobody_else_writes_while_a_line_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, original, kept_out = tmp_path / "records.jsonl", record_file._write, []

    def meanwhile(file: int, line: bytes) -> None:
        with path.open("rb") as other, pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        kept_out.append(line)
        original(file, line)

    monkeypatch.setattr(record_file, "_write", meanwhile)
    file = RecordFile(path)
    file.append(numbered(1))
    with path.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    file.close()
    assert len(kept_out) == 1
