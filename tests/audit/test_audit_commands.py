"""What people type: `assess --record`, `replay` and `ledger`."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.audit.conftest import numbered

from fasciculation_rules.audit.record import read_record
from fasciculation_rules.cli.app import run

TIME = "2026-11-22T17:40:00+01:00"


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Command = Callable[..., Said]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command line in a folder with two case files."""
    monkeypatch.chdir(tmp_path)
    Path("speech.yaml").write_text(
        "label: Zyxwvut\ngiven: {age: 58 years, dysarthria: present, potassium: {value: 3.2 mmol/L, at: 2026-11-20}}\n"
    )
    Path("many.jsonl").write_text(
        '{"given": {"age": "58 years", "dysarthria": "present"}}\n'
        '{"given": {"age": "31 years", "dysfagia": "present"}}\n'
        '{"given": {"age": "67 years", "weakness_progressive": "present"}}\n'
    )

    def said(*arguments: str, stdin: bytes | None = None) -> Said:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.ExitStack() as stack:
            stack.enter_context(contextlib.redirect_stdout(out))
            stack.enter_context(contextlib.redirect_stderr(err))
            if stdin is not None:
                patch = stack.enter_context(pytest.MonkeyPatch.context())
                patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
            code = run(arguments)
        return Said(code, out.getvalue(), err.getvalue())

    return said


@pytest.fixture
def recorded(command: Command) -> Command:
    """The same, with a file of three records."""
    Path("records.jsonl").write_bytes(b"".join(numbered(number).line + b"\n" for number in (1, 2, 3)))
    return command


def recording(*more: str) -> list[str]:
    return ["assess", "speech.yaml", "--engine", "compiled", "--record", "r.jsonl", "--reference", "visit-1", *more]


# ---------------------------------------------------------------- assess --record


def test_a_record_is_one_line_and_the_day_is_that_of_the_time(command: Command) -> None:
    assert command(*recording("--at", TIME)).code == 0
    (line,) = Path("r.jsonl").read_bytes().splitlines()
    said = read_record(line).said
    assert (said.at, said.reference, str(said.decision.input.on)) == (TIME, "visit-1", "2026-11-22")
    assert command(*recording("--at", TIME, "--on", "2026-11-21")).code == 0
    assert str(read_record(Path("r.jsonl").read_bytes().splitlines()[1]).said.decision.input.on) == "2026-11-21"


def test_without_a_time_it_is_now_and_it_says_so(command: Command) -> None:
    said = command(*recording())
    assert said.code == 0
    assert said.err.startswith("recorded as of now, 20")


def test_the_same_command_gives_the_same_bytes(command: Command) -> None:
    for _ in range(2):
        command(*recording("--at", TIME))
    one, other = Path("r.jsonl").read_bytes().splitlines()
    assert one == other


def test_of_many_cases_each_has_a_number_after_the_reference_and_a_refused_one_has_no_record(command: Command) -> None:
    said = command("assess", "many.jsonl", "--record", "r.jsonl", "--reference", "batch-9", "--at", TIME)
    assert said.code == 4
    assert len(said.lines) == 2
    assert [read_record(line).reference for line in Path("r.jsonl").read_bytes().splitlines()] == [
        "batch-9/1",
        "batch-9/3",
    ]


@pytest.mark.parametrize("reference", ["Mary Smith", "1961-03-12", "9434765919"])
def test_a_reference_that_looks_like_a_patient_is_refused_before_anything_is_decided(
    reference: str, command: Command
) -> None:
    said = command("assess", "speech.yaml", "--record", "r.jsonl", "--reference", reference, "--at", TIME)
    assert (said.code, said.out) == (2, "")
    assert reference not in said.err
    assert not Path("r.jsonl").exists()
    said = command(
        "assess", "speech.yaml", "--record", "r.jsonl", "--reference", reference, "--at", TIME, "--reference-ok"
    )
    assert said.code == 0


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--record", "r.jsonl"], "'--reference': a record needs one"),
        (["--reference", "visit-1"], "'--reference': belongs to --record"),
        (["--at", TIME], "'--at': belongs to --record"),
        (["--record", "r.jsonl", "--reference", "visit-1", "--at", "2026-11-22"], "expected an offset"),
        (["--record", "r.jsonl", "--reference", "visit-1", "--at", "now"], "expected a time"),
    ],
)
def test_what_does_not_go_together_is_refused(options: list[str], told: str, command: Command) -> None:
    said = command("assess", "speech.yaml", *options)
    assert (said.code, said.out) == (2, "")
    assert told in said.err


def test_no_guidance_is_given_that_cannot_be_recorded(command: Command) -> None:
    Path("r.jsonl").write_text("somebody else's notes\n")
    said = command(*recording("--at", TIME))
    assert (said.code, said.out) == (2, "")
    assert Path("r.jsonl").read_text() == "somebody else's notes\n"


def test_neither_the_label_nor_what_was_measured_is_said_where_a_source_is_refused(command: Command) -> None:
    Path("speech.yaml").write_text("given: {dysarthria: {value: present, source: Observation/12345678}}\n")
    said = command(*recording("--at", TIME))
    assert (said.code, said.out) == (2, "")
    assert "12345678" not in said.err


# ---------------------------------------------------------------- replay


def test_what_was_recorded_is_replayed(command: Command) -> None:
    command(*recording("--at", TIME))
    said = command("replay", "r.jsonl", "--engine", "compiled", "--engine", "reference")
    assert (said.code, said.out, said.err) == (0, "1 record: 1 same (engines: compiled, reference)\n", "")


def test_a_difference_is_named_by_its_path_and_the_exit_code_is_1(recorded: Command) -> None:
    text = Path("records.jsonl").read_text().replace('"at_least":"urgent_2w"', '"at_least":"routine"', 1)
    Path("records.jsonl").write_text(text)
    said = recorded("replay", "records.jsonl", "--engine", "compiled")
    assert said.code == 1
    assert said.lines == [
        'records.jsonl:1: differs (compiled): $.decision.urgency.at_least: "routine" in the record, "urgent_2w" now',
        "3 records: 2 same, 1 different (engines: compiled)",
    ]


def test_for_programs_each_record_is_a_line(recorded: Command) -> None:
    said = recorded("replay", "records.jsonl", "--engine", "compiled", "--as", "json")
    lines = [json.loads(line) for line in said.lines]
    assert [line["outcome"] for line in lines] == ["same"] * 3
    assert lines[0]["id"] == numbered(1).id


def test_what_cannot_be_read_is_2_and_the_rest_is_replayed(recorded: Command) -> None:
    with Path("records.jsonl").open("a") as file:
        file.write("{}\nnothing\n")
    said = recorded("replay", "records.jsonl", "--engine", "compiled")
    assert said.code == 2
    assert said.lines == ["5 records: 3 same, 2 refused (engines: compiled)"]
    assert "error: records.jsonl:4: not a record of format 1" in said.err
    assert "error: records.jsonl:5: the record cannot be read" in said.err


def test_rules_that_are_not_those_recorded_are_refused_by_name(recorded: Command) -> None:
    data = json.loads(Path("records.jsonl").read_text().splitlines()[0])
    data["ruleset"]["text_digest"] = "sha256:" + "0" * 64
    said = recorded("replay", "-", "--engine", "compiled", stdin=json.dumps(data).encode())
    assert said.code == 2
    assert "standard input:1: ruleset 0.1.0 is not the one that decided" in said.err


def test_an_engine_that_is_not_here_is_3(recorded: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    from fasciculation_rules.errors import EngineUnavailableError

    def gone(*_: object, **__: object) -> None:
        raise EngineUnavailableError("the engine 'durable' does not answer here")

    monkeypatch.setattr("fasciculation_rules.cli.replaying.replay", gone)
    said = recorded("replay", "records.jsonl")
    assert (said.code, said.lines) == (3, ["3 records: 3 undecided (engines: durable)"])


def test_no_file_is_an_error_and_nothing_else(command: Command) -> None:
    said = command("replay", "none.jsonl")
    assert (said.code, said.lines) == (2, ["1 record: 1 refused (engines: durable)"])
    assert said.err.startswith("error: none.jsonl: the file cannot be read: no such file or directory; check that")


def test_a_file_that_cannot_be_read_does_not_keep_the_others_from_being_replayed(recorded: Command) -> None:
    Path("damaged.ledger").write_bytes(b"SQLite format 3\x00" + b"\xff" * 200)
    said = recorded("replay", ".", "damaged.ledger", "records.jsonl", "--engine", "compiled")
    assert (said.code, said.lines) == (2, ["5 records: 3 same, 2 refused (engines: compiled)"])
    assert "error: .: the file cannot be read: is a directory" in said.err


# ---------------------------------------------------------------- ledger


def test_a_ledger_is_begun_when_that_is_asked_for_and_only_then(recorded: Command) -> None:
    said = recorded("ledger", "append", "d.ledger", "records.jsonl")
    assert (said.code, Path("d.ledger").exists()) == (2, False)
    assert "`fasciculation-rules ledger append --new` begins one" in said.err
    said = recorded("ledger", "append", "d.ledger", "records.jsonl", "--new")
    assert (said.code, said.lines) == (0, [f"{number} {numbered(number).id}" for number in (1, 2, 3)])
    assert recorded("ledger", "append", "d.ledger", "--new").code == 2


def test_records_are_acknowledged_once_and_refused_ones_are_told(recorded: Command) -> None:
    recorded("ledger", "append", "d.ledger", "--new")
    lines = Path("records.jsonl").read_bytes().splitlines()
    said = recorded("ledger", "append", "d.ledger", "-", "--batch", "1", stdin=b"\n".join([*lines, b"{}", lines[0]]))
    assert said.code == 4
    assert said.lines[3] == f"1 {numbered(1).id} (there already)"
    assert "standard input:4: not a record" in said.err
    assert recorded("ledger", "append", "d.ledger", "-", stdin=b"{}").code == 2


@pytest.fixture
def kept(recorded: Command) -> Command:
    """The same, with a ledger of three records."""
    recorded("ledger", "append", "d.ledger", "records.jsonl", "--new")
    return recorded


def test_verify_says_what_it_cannot_exclude_without_a_head(kept: Command) -> None:
    said = kept("ledger", "verify", "d.ledger")
    assert said.code == 0
    assert "3 entries, 0 erased; each follows from the one before it and has the body it commits to" in said.lines[0]
    assert said.lines[1].startswith(
        "no head was given: it cannot be excluded that entries were cut off the end, or that"
    )


def test_verify_holds_it_against_heads(kept: Command) -> None:
    Path("heads").write_text(kept("ledger", "head", "d.ledger").out)
    Path("d.ledger").rename("old")
    kept("ledger", "append", "d.ledger", "records.jsonl", "--new")
    said = kept("ledger", "verify", "old", "--head", "heads")
    assert (said.code, said.lines[1].endswith("the first 3 entries are those of the head")) == (0, True)
    said = kept("ledger", "verify", "d.ledger", "--head", "heads")
    assert (said.code, "the head is of another ledger" in said.out) == (1, True)


def test_a_file_of_heads_without_a_head_is_not_taken_for_none_given(kept: Command) -> None:
    Path("heads").write_text("\n")
    said = kept("ledger", "verify", "d.ledger", "--head", "heads")
    assert (said.code, said.out, said.err) == (2, "", "error: heads holds no head; expected a line of `ledger head`\n")


def test_verify_names_what_is_wrong(kept: Command) -> None:
    import sqlite3

    with contextlib.closing(sqlite3.connect("d.ledger")) as connection, connection:
        connection.execute("UPDATE bodies SET body = x'7b7d' WHERE sequence = 2")
    said = kept("ledger", "verify", "d.ledger")
    assert said.code == 1
    assert "1 fault" in said.lines[0]
    assert said.lines[1] == "entry 2: edited: its body or its salt is not what it commits to"


def test_a_proof_is_checked_against_a_head_without_the_ledger(kept: Command) -> None:
    Path("heads").write_text(kept("ledger", "head", "d.ledger").out)
    Path("proof").write_text(kept("ledger", "prove", "d.ledger", numbered(2).id, "--reveal").out)
    with Path("proof").open("a") as file:
        file.write(kept("ledger", "prove", "d.ledger", "--since", "2").out)
    Path("d.ledger").unlink()
    said = kept("ledger", "verify", "--proof", "proof", "--head", "heads")
    assert (said.code, said.lines) == (
        0,
        [f"{kind}: holds, and rests on a head that you gave" for kind in ("inclusion", "consistency")],
    )
    said = kept("ledger", "verify", "--proof", "proof")
    assert (said.code, "which shows nothing: no head was given" in said.out) == (1, True)
    Path("proof").write_text(Path("proof").read_text().replace("visit-0002", "visit-0009"))
    said = kept("ledger", "verify", "--proof", "proof", "--head", "heads")
    assert (said.code, said.lines[0]) == (
        1,
        "inclusion: DOES NOT HOLD: the body is not the one that the entry commits to",
    )


def test_an_export_is_replayed_and_so_is_a_ledger(kept: Command) -> None:
    Path("export").write_text(kept("ledger", "export", "d.ledger").out)
    for path in ("export", "d.ledger"):
        said = kept("replay", path, "--engine", "compiled")
        assert (said.code, said.lines) == (0, ["3 records: 3 same (engines: compiled)"])
    assert len(kept("ledger", "export", "d.ledger", "--subject", "visit-0002").lines) == 1


def test_what_was_erased_is_said_by_replay_and_the_exit_code_is_1(kept: Command) -> None:
    said = kept("ledger", "erase", "d.ledger", numbered(2).id, "--basis", "asked for", "--by", "data protection")
    assert said.code == 0
    assert "whoever holds them must erase it there" in said.err
    Path("export").write_text(kept("ledger", "export", "d.ledger").out)
    for path, place in (("d.ledger", "d.ledger: entry 2"), ("export", "export:2")):
        said = kept("replay", path, "--engine", "compiled")
        assert (said.code, said.lines[1]) == (1, "3 records: 2 same, 1 erased (engines: compiled)")
        assert said.lines[0].startswith(f"{place}: erased on 20")
        assert said.lines[0].endswith("basis: asked for")
    assert b"visit-0002" not in b"".join(file.read_bytes() for file in Path().glob("d.ledger*"))


def test_a_hold_keeps_a_record_and_says_why(kept: Command) -> None:
    held = ["ledger", "hold", "d.ledger", "2", "--why", "a claim", "--by", "legal"]
    erased = ["ledger", "erase", "d.ledger", "1", "2", "--basis", "asked for", "--by", "data protection"]
    assert kept(*held, "--until", "2999-01-01").lines == ["entry 2: held; entry 4 says so"]
    said = kept(*erased)
    assert said.code == 1
    assert said.lines[0].startswith("entry 1: erased on")
    assert "entry 2 is held until 2999-01-01 by legal (a claim; entry 4), so it was not erased" in said.err
    assert kept(*held, "--lift").code == 0
    assert kept(*held, "--lift", "--until", "2999-01-01").code == 2
    assert kept(*erased).code == 0


def test_what_was_in_force_is_told_with_its_profile(kept: Command) -> None:
    Path("site.yaml").write_text("name: Northern laboratory\nthresholds: {total_b12_deficient: 200 ng/L}\n")
    event = ["ledger", "append", "d.ledger", "--by", "operations", "--why", "go live"]
    assert (
        kept(*event, "--event", "deployed", "--ruleset", "0.1.0", "--profile", "site.yaml", "--since", TIME).code == 0
    )
    assert kept(*event, "--event", "silenced").code == 0
    said = kept("ledger", "in-force", "d.ledger", "--at", "2999-01-01T00:00:00Z")
    assert said.code == 0
    assert said.lines[0].startswith("ruleset 0.1.0 under profile 'Northern laboratory' (sha256:")
    assert said.lines[2].startswith("deployed at 2026-11-22T16:40:00.000000Z by operations: go live (entry 4")
    assert said.lines[3].startswith("silenced at")
    found = json.loads(kept("ledger", "in-force", "d.ledger", "--at", TIME, "--as", "json").out)
    assert (found["ruleset"]["version"], found["silenced"]) == ("0.1.0", None)
    said = kept("ledger", "in-force", "d.ledger", "--at", "2026-11-22T17:39:59+01:00")
    assert (said.code, said.lines) == (1, ["nothing was deployed by then"])


@pytest.mark.parametrize(
    "options",
    [
        ["--event", "deployed", "--by", "x", "--why", "y"],
        ["--event", "silenced", "--ruleset", "0.1.0", "--by", "x", "--why", "y"],
        ["--event", "silenced", "--by", "x"],
        ["--event", "exploded", "--by", "x", "--why", "y"],
        ["--event", "silenced", "--by", "x", "--why", "y", "--since", "yesterday"],
        ["--event", "silenced", "--by", "x", "--why", "y", "records.jsonl"],
        ["--event", "silenced", "--by", "x", "--why", "y", "--profile", "site.yaml"],
        ["--event", "silenced", "--by", "x", "--why", " "],
        ["--event", "silenced", "--by", "x\udcff", "--why", "y"],
        ["--event", "silenced", "--by", "x", "--why", "y", "--tenant", "\udcff"],
        ["--by", "x"],
        ["records.jsonl", "--why", "x"],
        [],
    ],
)
def test_an_event_that_says_too_little_or_too_much_is_refused(options: list[str], kept: Command) -> None:
    assert kept("ledger", "append", "d.ledger", *options).code == 2
    assert kept("ledger", "export", "d.ledger").out.count("\n") == 3


@pytest.mark.parametrize(
    "what",
    [
        ["none.jsonl"],
        ["refused.jsonl"],
        ["none.jsonl", "refused.jsonl"],
        ["--event", "deployed"],
        ["--event", "silenced", "--by", "x", "--why", ""],
        ["--event", "deployed", "--by", "x", "--why", "y", "--ruleset", "9.9.9"],
    ],
)
def test_nothing_is_begun_for_what_is_not_kept(what: list[str], recorded: Command) -> None:
    Path("refused.jsonl").write_text("{}\n")
    said = recorded("ledger", "append", "new.ledger", "--new", *what)
    assert (said.code, said.out) == (2, "")
    assert list(Path().glob("new.ledger*")) == []


def test_a_file_that_cannot_be_read_is_told_and_the_others_are_kept(recorded: Command) -> None:
    said = recorded("ledger", "append", "d.ledger", "none.jsonl", "records.jsonl", "--new")
    assert (said.code, len(said.lines)) == (4, 3)
    assert "error: none.jsonl: unreadable-file: the file cannot be read: no such file or directory" in said.err


@pytest.mark.parametrize("text", ["", " ", "\udcff"])
def test_who_erases_or_holds_says_why_in_words(text: str, kept: Command) -> None:
    before = kept("ledger", "export", "d.ledger").out
    for arguments in (
        ["erase", "d.ledger", "1", "--basis", text, "--by", "x"],
        ["erase", "d.ledger", "1", "--basis", "x", "--by", text],
        ["hold", "d.ledger", "1", "--why", text, "--by", "x"],
        ["hold", "d.ledger", "1", "--why", "x", "--by", text],
    ):
        said = kept("ledger", *arguments)
        assert (said.code, said.out) == (2, "")
    assert kept("ledger", "export", "d.ledger").out == before


def test_a_subject_of_whom_nothing_is_kept_is_said_to_be_one(kept: Command) -> None:
    said = kept("ledger", "export", "d.ledger", "--subject", "nobody")
    assert (said.code, said.out) == (0, "")
    assert said.err == "no record is kept under this reference; one that was erased is under none\n"
    assert kept("ledger", "export", "d.ledger", "--subject", "\udcff").code == 2


def test_a_wrong_use_leads_to_the_help_of_its_own_verb(kept: Command) -> None:
    said = kept("ledger", "hold", "d.ledger", "1", "--why", "x", "--by", "y", "--until", "yesterday")
    assert said.code == 2
    assert "'--until': 'yesterday' is not a date" in said.err
    assert "see `fasciculation-rules ledger hold --help`" in said.err
    assert "see `fasciculation-rules ledger --help`" in kept("ledger", "nothing").err


def test_what_is_no_proof_is_told_in_words(kept: Command) -> None:
    for text in ("{}", '{"kind": "head"}', "[]"):
        Path("proof").write_text(text)
        said = kept("ledger", "verify", "--proof", "proof")
        assert said.code == 2
        assert "kind: bad-value: expected 'inclusion' or 'consistency', as `ledger prove` prints it" in said.err
    Path("proof").write_text('{"kind": "consistency", "format": 1}')
    assert "first_root: missing-key" in kept("ledger", "verify", "--proof", "proof").err


def test_what_names_nothing_is_refused(kept: Command) -> None:
    for arguments in (["prove", "d.ledger"], ["prove", "d.ledger", "1", "--since", "1"], ["verify"], ["head", "none"]):
        assert kept("ledger", *arguments).code == 2


def test_acknowledgements_come_while_records_come(recorded: Command) -> None:
    """A program that writes one line and waits for its number gets it."""
    recorded("ledger", "append", "d.ledger", "--new")
    command = [sys.executable, "-m", "fasciculation_rules", "ledger", "append", "d.ledger", "-", "--batch", "1"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number in (1, 2):
            process.stdin.write(numbered(number).line + b"\n")
            process.stdin.flush()
            assert process.stdout.readline() == f"{number} {numbered(number).id}\n".encode()
        process.stdin.close()
        assert process.wait() == 0
