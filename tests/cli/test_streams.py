"""Cases that arrive through standard input and through pipes: one, or one a line, answered as they come."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fasciculation_rules.cli import inputs

Command = Callable[..., Any]

DONE, BAD, PARTIAL = 0, 2, 4
WELL = '{"given": {"age": "60 years", "dysarthria": "present"}}'
ILL = '{"given": {"weekness": "present"}}'
LARGE = "x" * 1_000_001
PROGRAM = [sys.executable, "-m", "fasciculation_rules"]

ONE = {
    "a line of JSON": WELL,
    "a line of JSON between blank lines": f"\n  {WELL}\n\n",
    "a line of JSON after a byte order mark": f"\ufeff{WELL}",
    "JSON over several lines": json.dumps(json.loads(WELL), indent=2),
    "JSON with brackets at the ends of its lines": '{"given": {"age": "60 years",\n"dysarthria": "present"}\n}',
    "YAML": "given:\n  age: 60 years\n  dysarthria: present\n",
    "YAML in braces": "{given: {age: 60 years, dysarthria: present}}\n",
    "YAML with braces on its second line": 'given:\n  {"age": "60 years", "dysarthria": "present"}\n',
    "YAML that begins with a comment": f"# seen today\n\ngiven: {json.loads(WELL)['given']}\n",
}


@pytest.mark.parametrize("text", ONE.values(), ids=ONE)
def test_standard_input_may_hold_one_case(text: str, assess: Command) -> None:
    plain, report = (assess("-", "--as", form, stdin=text.encode()) for form in ("json", "text"))
    assert (plain.code, plain.err) == (DONE, "")
    assert json.loads(plain.out)["disposition"]["rung"] == "urgent_2w"
    assert plain.out.count("\n") > 1
    assert report.out.startswith("Ruleset mini ")


MANY = {
    "all well": [WELL, WELL, WELL],
    "the first is ill": [ILL, WELL],
    "the first is cut off": ['{"given": {"age": "60 ye', WELL, WELL],
    "the first is no case at all": ["[", WELL, WELL],
    "the first is blank": ["", WELL, WELL],
    "the second is ill": [WELL, ILL, WELL],
    "the second is cut off": [WELL, '{"given": {', WELL],
    "the second is no case at all": [WELL, "nonsense", WELL],
    "the second is blank": [WELL, "", WELL],
    "the first two are cut off": ['{"given": {', '{"given": {', WELL],
    "the first is far too long": [f'{{"given": {{"age": "{LARGE}"}}}}', WELL],
    "the second is far too long": [WELL, LARGE, WELL],
    "all are ill": [ILL, ILL],
}


@pytest.mark.parametrize("lines", MANY.values(), ids=MANY)
def test_standard_input_may_hold_a_case_a_line_and_is_answered_like_a_file(lines: list[str], assess: Command) -> None:
    text = "".join(f"{line}\n" for line in lines)
    Path("cases.jsonl").write_text(text, encoding="utf-8")
    for form in ("json", "text"):
        piped, read = assess("-", "--as", form, stdin=text.encode()), assess("cases.jsonl", "--as", form)
        assert (piped.code, piped.out) == (read.code, read.out.replace("cases.jsonl", "standard input"))
        assert piped.err == read.err.replace("cases.jsonl", "standard input")
    assert len(assess("-", "--as", "json", stdin=text.encode()).lines) == len(lines)


def test_a_bad_line_of_standard_input_is_told_with_its_number_and_loses_no_other(assess: Command) -> None:
    said = assess("-", stdin=f"{WELL}\n{ILL}\n{WELL}\n".encode())
    assert said.code == PARTIAL
    assert [line.partition(": ")[0] for line in said.lines] == ["standard input:1", "standard input:3"]
    assert "  standard input:2:12: given.weekness: unknown-finding: " in said.err
    assert said.err.endswith("1 of 3 cases were refused\n")


def test_what_is_too_large_for_one_case_is_refused_without_being_held(assess: Command) -> None:
    said = assess("-", stdin=b"given: " + LARGE.encode())
    assert (said.code, said.out) == (BAD, "")
    assert "standard input: file-too-large: " in said.err
    said = assess("-", stdin=b"\n" * 1_000_002)
    assert (said.code, said.out) == (BAD, "")


def test_standard_input_that_cannot_be_read_is_told_like_a_file(here: Path) -> None:
    line = f"{' '.join(PROGRAM)} assess - --ruleset ./mini 0> written.txt"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (BAD, "")
    assert "standard input: unreadable-file: the file cannot be read: bad file descriptor" in done.stderr


def test_lines_are_answered_as_they_come(here: Path) -> None:
    with subprocess.Popen(
        [*PROGRAM, "assess", "-", "--as", "json", "--ruleset", "./mini", "--engine", "compiled"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{WELL}\n{WELL}\n")
        process.stdin.flush()
        assert [json.loads(process.stdout.readline())["format"] for _ in range(2)] == [1, 1]
        process.stdin.write(f"{ILL}\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["name"] == "standard input:3"
        process.stdin.close()
        assert process.wait(timeout=30) == PARTIAL


# ---------------------------------------------------------------- pipes


def test_what_the_shell_hands_over_may_hold_a_case_a_line(here: Path) -> None:
    Path("cases.jsonl").write_text(f"{WELL}\n{WELL}\n", encoding="utf-8")
    line = f"{' '.join(PROGRAM)} assess <(cat cases.jsonl) --ruleset ./mini --engine compiled"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (DONE, "")
    assert len(done.stdout.splitlines()) == 2


def test_what_the_shell_hands_over_may_be_empty(here: Path) -> None:
    line = f"{' '.join(PROGRAM)} assess <(true) --ruleset ./mini --engine compiled"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (BAD, "")
    assert "empty-file: the file is empty" in done.stderr


def test_a_named_pipe_that_nobody_writes_to_is_not_waited_for_without_end(
    assess: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "PATIENCE", 0.1)
    os.mkfifo("pipe")
    os.mkfifo("pipe.jsonl")
    for name in ("pipe", "pipe.jsonl"):
        said = assess(name)
        assert (said.code, said.out) == (BAD, "")
        assert f"{name}" in said.err
        assert "unreadable-file: the file cannot be read: it is a named pipe, and nobody writes to it; " in said.err


def test_a_named_pipe_is_read_once_somebody_writes_to_it(assess: Command) -> None:
    os.mkfifo("pipe")
    writer = threading.Timer(0.3, Path("pipe").write_text, [WELL])
    writer.start()
    said = assess("pipe", "--as", "json")
    writer.join()
    assert (said.code, said.err) == (DONE, "")
    assert json.loads(said.out)["disposition"]["rung"] == "urgent_2w"


def test_a_named_pipe_whose_writer_is_slow_is_waited_for(assess: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "PATIENCE", 0.1)
    os.mkfifo("pipe")
    ours = os.open("pipe", os.O_RDWR)
    writer = threading.Timer(0.5, lambda: (os.write(ours, f"{WELL}\n{WELL}\n".encode()), os.close(ours)))
    writer.start()
    said = assess("pipe", "--as", "json")
    writer.join()
    assert (said.code, len(said.lines)) == (DONE, 2)
