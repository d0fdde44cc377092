"""Results on standard output, problems on standard error, and an exit code that a script can rely on."""

from __future__ import annotations

import datetime
import json
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import pytest
import typer

from fasciculation_rules import Assessment, Case, __version__, open_ruleset
from fasciculation_rules import assess as assess_in_python
from fasciculation_rules.assessing import firings
from fasciculation_rules.cli import assessing
from fasciculation_rules.cli.app import app, run
from fasciculation_rules.cli.files import read_cases
from fasciculation_rules.errors import EngineUnavailableError
from fasciculation_rules.shelf.locate import shelf_root

Command = Callable[..., Any]

DONE, NO, BAD, ENGINE, PARTIAL = 0, 1, 2, 3, 4
WELL = '{"given": {"age": "60 years", "dysarthria": "present"}}'
ILL = '{"given": {"weekness": "present"}}'
COMMANDS = (
    *("assess", "list", "show", "verify", "release", "withdraw", "sign"),
    *("test", "lint", "prove", "compare", "coverage", "mutate"),
    *("replay", "new", "schema", "pages"),
    *("trace", "validate", "documents", "audit"),
    *("from-fhir", "to-fhir", "from-phenopacket", "to-phenopacket", "artefacts", "questionnaire", "cql"),
    *("sql", "generate", "screen", "impact", "watch"),
    "serve",
)


def written(name: str, text: str) -> str:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")
    return name


# ---------------------------------------------------------------- the program as a whole


def test_the_verbs_are_these_beside_those_of_the_ledger() -> None:
    assert {command.name for command in app.registered_commands} == set(COMMANDS)


@pytest.mark.parametrize("verb", COMMANDS)
def test_every_command_has_help_and_so_has_each_of_its_parameters(verb: str, command: Command) -> None:
    said = command(verb, "--help")
    assert (said.code, said.err) == (DONE, "")
    group = typer.main.get_command(app)
    parameters = group.commands[verb].params  # type: ignore[attr-defined]
    assert [parameter.name for parameter in parameters if not parameter.help] == []
    assert all(name.startswith("--") or len(name) > 1 for parameter in parameters for name in parameter.opts)


def test_a_bare_command_line_asks_for_help(command: Command) -> None:
    bare, asked = command(), command("--help")
    assert (bare.code, bare.err) == (DONE, "")
    assert bare.out == asked.out
    assert all(verb in bare.out for verb in COMMANDS)


def test_the_help_says_what_this_is_not(command: Command) -> None:
    assert "makes no diagnosis" in re.sub(r"\s+", " ", command("--help").out)


def test_the_version_is_that_of_the_library(command: Command) -> None:
    said = command("--version")
    assert (said.code, said.out, said.err) == (DONE, f"fasciculation-rules {__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["asess"], "No such command 'asess'"),
        (["assess"], "Missing argument 'CASE'"),
        (["assess", "--as", "xml", "case.yaml"], "'xml'"),
        (["assess", "--engine", "jess", "case.yaml"], "'jess'"),
        (["assess", "--on", "yesterday", "case.yaml"], "'yesterday' is not a date; write YYYY-MM-DD"),
        (["assess", "--on", "2026-02-30", "case.yaml"], "'2026-02-30' is not a date; write YYYY-MM-DD"),
        (["assess", "--onn", "2026-11-01", "case.yaml"], "--onn"),
        (["show"], "Missing argument 'VERSION'"),
        (["test"], "Missing argument 'VERSION'"),
        (["lint"], "Missing argument 'VERSION'"),
        (["lint", "./mini", "--on", "soon"], "'soon' is not a date; write YYYY-MM-DD"),
        (["list", "everything"], "everything"),
        (["new", "rule"], "Missing argument 'FOLDER'"),
        (["new", "case", "./mini", "plan", "plan-x"], "'case'"),
        (["schema", "./mini"], "Missing option '--out'"),
        (["pages", "./mini"], "Missing option '--out'"),
        (["--colour"], "--colour"),
    ],
)
def test_wrong_use_is_told_in_one_line_that_names_help(arguments: list[str], message: str, command: Command) -> None:
    said = command(*arguments)
    assert (said.code, said.out) == (BAD, "")
    assert said.err.startswith("error: ")
    assert message in said.err
    verb = f" {arguments[0]}" if arguments[0] in COMMANDS else ""
    assert said.err.endswith(f"; see `fasciculation-rules{verb} --help`\n")
    assert said.err.count("\n") == 1
    assert "Value error" not in said.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["assess", "--on", "soon", "x"], "Invalid value for '--on': 'soon' is not a date; write YYYY-MM-DD"),
        (
            ["assess", "--engine", "jess", "x"],
            "Invalid value for '--engine': 'jess' is not one of 'durable', 'compiled', 'reference'",
        ),
        (["new", "case", "./mini", "plan", "x"], "Invalid value for 'WHAT': 'case' is not one of 'rule'"),
    ],
)
def test_a_value_that_is_refused_is_told_in_one_way(arguments: list[str], message: str, command: Command) -> None:
    said = command(*arguments)
    assert said.err == f"error: {message}; see `fasciculation-rules {arguments[0]} --help`\n"


@pytest.mark.parametrize("verb", COMMANDS)
def test_usage_names_the_program_and_its_arguments_alike(verb: str, command: Command) -> None:
    usage = command(verb, "--help").out.splitlines()[0]
    assert usage.startswith(f"Usage: fasciculation-rules {verb} ")
    assert not re.search(r"\[[a-z[]|\.{3}\S", usage)


@pytest.mark.parametrize("ended", [0, 1, 3])
def test_a_command_that_ends_the_program_does_so_with_its_own_code(
    ended: int, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assessing, "opened", lambda *_, **__: sys.exit(ended))
    with pytest.raises(SystemExit) as caught:
        run(["assess", "case.yaml"])
    assert caught.value.code == ended


@pytest.mark.parametrize(
    "arguments",
    [
        ["assess", "case.yaml", "--ruleset", "9.9.9"],
        ["show", "9.9.9"],
        ["test", "9.9.9"],
        ["lint", "9.9.9"],
        ["verify", "9.9.9"],
        ["verify", ""],
        ["lint", "./nowhere"],
    ],
)
def test_a_ruleset_that_is_not_there_is_bad_input(arguments: list[str], command: Command) -> None:
    said = command(*arguments)
    assert (said.code, said.out) == (BAD, "")
    assert re.fullmatch(
        r"error: (there is no ruleset '(?:9\.9\.9)?'; there are: .*|'nowhere' is not a ruleset folder: .*)\n", said.err
    )


@pytest.mark.parametrize("where", ["fasciculation_rules.cli.assessing.opened", "typer.Typer.__call__"])
def test_the_keyboard_stops_a_command_with_the_usual_code(
    where: str, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(where, interrupted)
    assert run(["assess", "case.yaml"]) == 130
    assert capsys.readouterr() == ("", "")


def test_the_help_of_assess_says_which_ruleset_is_the_default_and_what_is_one_line(command: Command) -> None:
    text = re.sub(r"\s+", " ", command("assess", "--help").out)
    assert "Default: the newest active release, else the newest draft." in text
    assert "text for people, json for programs; of many cases each is one line." in text
    assert "- for standard input (one case, or JSON lines)" in text


# ---------------------------------------------------------------- assess: one case


def test_one_case_is_explained_on_standard_output(assess: Command) -> None:
    said = assess(written("case.yaml", "given: {age: 60 years, dysarthria: present}\n"))
    assert (said.code, said.err) == (DONE, "")
    assert "urgent_2w" in said.out
    assert "not reviewed by a clinician" in said.out


def test_an_emergency_is_exit_code_zero(assess: Command) -> None:
    said = assess(written("case.yaml", "given: {potassium: 2.4 mmol/L}\n"))
    assert said.code == DONE
    assert "emergency" in said.out.lower()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("case.yaml", "given: {age: 60 years}"),
        ("case.yml", "given: {age: 60 years}"),
        ("case.json", '{"given": {"age": "60 years"}}'),
        ("case", "given:\n  age: 60 years"),
        ("braces.yaml", "{given: {age: 60 years}}"),
    ],
)
def test_a_case_may_be_yaml_or_json(name: str, text: str, assess: Command) -> None:
    plain = assess(written("plain.yaml", "given: {age: 60 years}\n"), "--as", "json")
    said = assess(written(name, text), "--as", "json")
    assert (said.code, said.out) == (DONE, plain.out)


@pytest.mark.parametrize("text", ["given: {age: 60 years, dysarthria: present}\n", WELL, "\n  " + WELL + "\n"])
def test_a_dash_is_standard_input_in_either_form(text: str, assess: Command) -> None:
    said = assess("-", "--as", "json", stdin=text.encode())
    assert (said.code, said.err) == (DONE, "")
    assert json.loads(said.out)["disposition"]["rung"] == "urgent_2w"


def test_a_fault_in_standard_input_is_placed_there(assess: Command) -> None:
    said = assess("-", stdin=b"given:\n  weekness: present\n")
    assert (said.code, said.out) == (BAD, "")
    assert said.err.splitlines()[1] == (
        "  standard input:2:3: given.weekness: unknown-finding: unknown finding 'weekness'; did you mean 'weakness'?"
    )


def test_standard_input_that_is_closed_is_an_empty_case_file(assess: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    said = assess("-")
    assert (said.code, said.err) == (
        BAD,
        "error: the case cannot be read\n  standard input: empty-file: the file is empty\n",
    )


def test_json_is_the_assessment_itself_and_reads_back_as_it(assess: Command) -> None:
    text = assess(written("case.json", WELL), "--as", "json", "--on", "2026-11-01").out
    again = Assessment.model_validate_json(text)
    said = json.loads(WELL)
    expected = assess_in_python(said, open_ruleset(Path("mini")), on=datetime.date(2026, 11, 1))
    assert again == expected
    assert json.loads(again.to_json()) == json.loads(text)
    assert text == expected.to_json(indent=2) + "\n"


def test_the_same_command_gives_the_same_bytes(assess: Command) -> None:
    name = written("case.json", WELL)
    assert len({assess(name, "--as", form).out for form in ("json", "json")}) == 1
    assert len({assess(name, "--as", form).out for form in ("text", "text")}) == 1


@pytest.mark.parametrize("engine", ["durable", "compiled", "reference"])
def test_an_engine_is_named_and_all_answer_alike(engine: str, assess: Command) -> None:
    said = json.loads(assess(written("case.json", WELL), "--as", "json", "--engine", engine).out)
    assert said["urgency"]["at_least"] == "urgent_2w"
    assert said["engine"]["name"] == engine


def test_the_day_of_assessment_is_today_or_the_one_that_is_named(assess: Command) -> None:
    today = datetime.date.today()  # noqa: DTZ011
    text = f"given: {{weakness: {{value: present, at: {today - datetime.timedelta(days=30)}}}}}\n"
    name = written("case.yaml", text)
    later = today + datetime.timedelta(days=365)
    codes = [
        [notice["code"] for notice in json.loads(assess(name, "--as", "json", *on).out)["notices"]]
        for on in ([], ["--on", later.isoformat()])
    ]
    assert codes == [[], ["too-old"]]


def test_a_contradiction_is_refused_unless_it_is_to_be_settled(assess: Command) -> None:
    name = written("case.yaml", "given: {dysarthria: present, bulbar_symptoms: absent}\n")
    assert assess(name).code == BAD
    settled = assess(name, "--reconcile", "--as", "json")
    assert settled.code == DONE
    assert [notice["code"] for notice in json.loads(settled.out)["notices"]] == ["contradiction"]


def test_a_site_profile_moves_a_threshold_and_is_named(assess: Command) -> None:
    name = written("case.yaml", "given: {calcium_adjusted: 1.85 mmol/L}\n")
    profile = written("site.yaml", "name: a site\nthresholds: {calcium_low: 1.8 mmol/L}\n")
    without, under = (
        json.loads(assess(name, "--as", "json", *options).out) for options in ([], ["--profile", profile])
    )
    assert [said["urgency"]["at_least"] for said in (without, under)] == ["emergency", "self_care"]
    assert (without["ruleset"]["profile"], under["ruleset"]["profile"]["name"]) == (None, "a site")
    assert without["ruleset"]["logic_digest"] == under["ruleset"]["logic_digest"]
    assert without["ruleset"]["effective_digest"] != under["ruleset"]["effective_digest"]


def test_an_engine_that_cannot_be_had_is_exit_code_three(assess: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    real = firings.open_engine

    def refuse(name: str, program: Any) -> Any:
        if name == "reference":
            raise EngineUnavailableError("the engine 'reference' is not available here")
        return real(name, program)

    monkeypatch.setattr(firings, "open_engine", refuse)
    said = assess(written("case.json", WELL), "--engine", "reference")
    assert (said.code, said.out, said.err) == (ENGINE, "", "error: the engine 'reference' is not available here\n")


def test_the_default_engine_that_cannot_be_had_is_replaced_and_says_so(
    assess: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = firings.open_engine

    def refuse(name: str, program: Any) -> Any:
        if name == "durable":
            raise EngineUnavailableError("no C compiler")
        return real(name, program)

    monkeypatch.setattr(firings, "open_engine", refuse)
    said = assess(written("case.json", WELL), "--as", "json")
    assessment = json.loads(said.out)
    assert said.code == DONE
    assert assessment["engine"] == {"name": "compiled", "version": assessment["engine"]["version"], "checked_by": None}
    assert [notice["code"] for notice in assessment["notices"]] == ["engine-unavailable"]


# ---------------------------------------------------------------- assess: many cases


def test_every_line_of_a_jsonl_file_is_answered_by_one_line(assess: Command) -> None:
    lines = [WELL, "", ILL, "[", '"text"', WELL, "{}", '{"given": {"age": 5}}', "  "]
    said = assess(written("cases.jsonl", "\n".join(lines) + "\n"), "--as", "json")
    found = [json.loads(line) for line in said.lines]
    assert said.code == PARTIAL
    assert len(found) == len(lines)
    assert ["error" in answer for answer in found] == [False, True, True, True, True, False, False, True, True]
    assert [answer["name"] for answer in found if "error" in answer] == [f"cases.jsonl:{n}" for n in (2, 3, 4, 5, 8, 9)]
    assert all(line.startswith('{"format":1,"') for line in said.lines)
    assert found[2] == {
        "format": 1,
        "name": "cases.jsonl:3",
        "error": {
            "summary": "the case cannot be assessed",
            "problems": [
                {
                    "at": "given.weekness",
                    "code": "unknown-finding",
                    "message": "unknown finding 'weekness'",
                    "hint": "did you mean 'weakness'?",
                }
            ],
        },
    }
    assert said.err.endswith("6 of 9 cases were refused\n")
    assert "  cases.jsonl:3:12: given.weekness: unknown-finding: " in said.err


@pytest.mark.parametrize(
    ("lines", "code"), [([WELL, WELL], DONE), ([WELL, ILL], PARTIAL), ([ILL, ILL], BAD), ([ILL], BAD)]
)
def test_the_exit_code_says_whether_all_some_or_none_were_assessed(
    lines: list[str], code: int, assess: Command
) -> None:
    name = written("cases.jsonl", "".join(f"{line}\n" for line in lines))
    assert [assess(name, "--as", form).code for form in ("json", "text")] == [code, code]


def test_a_last_line_without_its_end_is_a_line(assess: Command) -> None:
    assert len(assess(written("cases.jsonl", f"{WELL}\n{WELL}"), "--as", "json").lines) == 2


def test_windows_line_ends_and_a_byte_order_mark_make_no_difference(assess: Command) -> None:
    Path("cases.jsonl").write_bytes(b"\xef\xbb\xbf" + f"{WELL}\r\n{WELL}\r\n".encode())
    said = assess("cases.jsonl", "--as", "json")
    assert (said.code, len(said.lines)) == (DONE, 2)


def test_a_huge_line_is_refused_and_the_next_is_read(assess: Command) -> None:
    for length in (1_000_001, 1_000_002, 2_000_002, 3_000_003):
        Path("cases.jsonl").write_bytes(b"x" * length + b"\n" + WELL.encode() + b"\n")
        said = assess("cases.jsonl", "--as", "json")
        assert said.code == PARTIAL
        assert [("error" in json.loads(line)) for line in said.lines] == [True, False]


def test_a_line_of_exactly_the_limit_is_read(assess: Command) -> None:
    Path("cases.jsonl").write_bytes(WELL.encode().ljust(999_999) + b"\n" + WELL.encode() + b"\n")
    assert assess("cases.jsonl", "--as", "json").code == DONE


def test_an_empty_jsonl_file_has_no_cases(assess: Command) -> None:
    said = assess(written("cases.jsonl", ""))
    assert (said.code, said.out, said.err) == (DONE, "", "")


def test_in_text_every_case_is_one_line_with_its_name(assess: Command) -> None:
    said = assess(written("cases.jsonl", f"{WELL}\n{WELL}\n"))
    assert [line.partition(": ")[0] for line in said.lines] == ["cases.jsonl:1", "cases.jsonl:2"]
    assert all("urgent_2w" in line for line in said.lines)


def test_a_folder_is_read_by_name_and_other_files_are_left_alone(assess: Command) -> None:
    for name, text in (
        ("b.yaml", "given: {}"),
        ("a.json", WELL),
        ("c.jsonl", f"{WELL}\n{ILL}\n"),
        ("d.yml", "given: {}"),
    ):
        written(f"cases/{name}", text)
    written("cases/notes.txt", "not a case")
    written("cases/below/e.yaml", "given: {}")
    said = assess("cases")
    assert said.code == PARTIAL
    assert [line.partition(": ")[0] for line in said.lines] == [
        "cases/a.json",
        "cases/b.yaml",
        "cases/c.jsonl:1",
        "cases/d.yml",
    ]
    assert said.err.endswith("1 of 5 cases were refused\n")


def test_a_folder_that_may_not_be_read_is_one_refused_case(assess: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    written("cases/a.json", WELL)

    def refuse(_: Path) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    (read,) = read_cases(["cases"])
    assert [(p.file, p.code) for p in read.error.problems] == [("cases", "unreadable-file")]  # type: ignore[union-attr]


def test_a_file_that_fails_while_it_is_read_is_refused_after_its_good_lines(
    assess: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing:
        def __init__(self) -> None:
            self.lines = [WELL.encode() + b"\n"]

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def readline(self, _: int) -> bytes:
            if not self.lines:
                raise OSError(5, "Input/output error")
            return self.lines.pop()

    monkeypatch.setattr(Path, "open", lambda *_: Failing())
    reads = list(read_cases(["cases.jsonl"]))
    assert [read.error is None for read in reads] == [True, False]
    assert "input/output error" in str(reads[1].error)


def test_several_files_are_answered_in_their_order(assess: Command) -> None:
    names = [written(name, WELL) for name in ("b.json", "a.json")]
    assert [line.partition(": ")[0] for line in assess(*names).lines] == ["b.json", "a.json"]


def test_a_refused_file_does_not_stop_the_others(assess: Command) -> None:
    said = assess("nowhere.yaml", written("a.json", WELL), "--as", "json")
    assert said.code == PARTIAL
    assert [json.loads(line).get("name") for line in said.lines] == ["nowhere.yaml", None]


def test_nothing_is_written_beside_the_cases(assess: Command, here: Path) -> None:
    written("cases.jsonl", f"{WELL}\n{ILL}\n")
    before = {str(path): path.read_bytes() for path in here.rglob("*") if path.is_file()}
    for options in (["--as", "json"], ["--as", "text"], ["--engine", "reference"]):
        assess("cases.jsonl", *options)
    assert {str(path): path.read_bytes() for path in here.rglob("*") if path.is_file()} == before


# ---------------------------------------------------------------- the other verbs


def test_list_names_every_version_of_the_installation(command: Command) -> None:
    said = command("list")
    assert (said.code, said.err) == (DONE, "")
    assert "0.1.0" in said.out


def test_show_gives_an_overview_a_rule_or_an_item(command: Command) -> None:
    overview, rule, item, derived = (
        command("show", "./mini", *name) for name in ([], ["escalate-speech"], ["potassium"], ["examined_and_well"])
    )
    assert [said.code for said in (overview, rule, item, derived)] == [DONE] * 4
    assert "16 rules" in overview.out
    assert "escalate-speech" in overview.out
    assert all(f"  {name}: " in overview.out for name in open_ruleset(Path("mini")).vocabulary.items)
    assert "motor neurone disease" in rule.out
    assert "serum potassium" in item.out
    assert "Examined and well" in derived.out or "examined and well" in derived.out


def test_show_of_what_is_not_there_names_its_neighbour(command: Command) -> None:
    said = command("show", "./mini", "escalate-speach")
    assert (said.code, said.out) == (BAD, "")
    assert said.err == "error: ruleset mini has no rule or item 'escalate-speach'; did you mean 'escalate-speech'?\n"


@pytest.mark.parametrize("engine", ["all", "durable", "compiled", "reference"])
def test_test_runs_examples_and_cases_on_the_engines_that_are_named(engine: str, command: Command) -> None:
    said = command("test", "./mini", "--engine", engine)
    assert (said.code, said.err) == (DONE, "")
    found = re.fullmatch(r"ruleset mini: (\d+) of (\d+) examples and cases hold on (.*)\n", said.out)
    assert found is not None
    assert found[1] == found[2]
    assert found[3] == ("reference, compiled, durable" if engine == "all" else engine)


def test_test_says_which_example_does_not_hold_and_ends_with_one(command: Command) -> None:
    rule = Path("mini/rules/escalation/escalate-speech.yaml")
    rule.write_text(rule.read_text(encoding="utf-8").replace("expect: open", "expect: fires"), "utf-8")
    said = command("test", "./mini")
    assert (said.code, said.err) == (NO, "")
    assert said.lines[0] == (
        "escalate-speech: swallowing is difficult, the rest not asked [compiled]: expected 'fires', found 'open'"
    )


def test_test_says_which_case_decides_otherwise(command: Command) -> None:
    case = Path("mini/cases/slurred-speech.yaml")
    case.write_text(case.read_text(encoding="utf-8").replace("rung: urgent_2w", "rung: routine"), "utf-8")
    said = command("test", "./mini")
    assert said.code == NO
    assert (
        said.lines[0]
        == "cases/slurred-speech: slurred speech at sixty [compiled]: rung: expected routine, found urgent_2w"
    )


def test_accept_rewrites_the_cases_of_a_folder_and_then_they_hold(command: Command) -> None:
    case = Path("mini/cases/slurred-speech.yaml")
    case.write_text(case.read_text(encoding="utf-8").replace("rung: urgent_2w", "rung: routine"), "utf-8")
    said = command("test", "./mini", "--accept")
    assert (said.code, said.out) == (DONE, "1 of 1 cases rewritten; read the diff before you keep it\n")
    assert "rung: urgent_2w" in case.read_text(encoding="utf-8")
    assert command("test", "./mini").code == DONE
    assert command("test", "./mini", "--accept").out.startswith("0 of 1 cases rewritten")


def test_accept_writes_nothing_where_one_case_cannot_be_assessed(command: Command) -> None:
    good, bad = Path("mini/cases/slurred-speech.yaml"), Path("mini/cases/zzz.yaml")
    good.write_text(good.read_text(encoding="utf-8").replace("rung: urgent_2w", "rung: routine"), "utf-8")
    bad.write_text("case: wrong\ngiven: {potassium: 99 mmol/L}\nexpect: {}\n", "utf-8")
    before = good.read_bytes()
    said = command("test", "./mini", "--accept")
    assert (said.code, said.out) == (BAD, "")
    assert good.read_bytes() == before


def test_lint_ends_with_one_where_it_found_something_and_with_zero_where_not(command: Command) -> None:
    found = command("lint", "./mini")
    assert (found.code, found.err) == (NO, "")
    vocabulary = Path("mini/vocabulary.yaml")
    text = vocabulary.read_text(encoding="utf-8")
    start = text.index("  sex:\n")
    vocabulary.write_text(text[:start] + text[text.index("  ace_inhibitor_use:\n") :], "utf-8")
    clean = command("lint", "./mini")
    assert (clean.code, clean.out) == (DONE, "ruleset mini: 16 rules read, 0 findings\n")


def test_verify_of_the_installation_finds_nothing_altered(command: Command) -> None:
    said = command("verify")
    assert (said.code, said.err) == (DONE, "")
    assert said.lines[-1] == "integrity: matches the list shipped beside it; authenticity: not checked"


def test_verify_takes_the_folder_of_a_release(command: Command) -> None:
    folder = shutil.copytree(Path(str(shelf_root())) / "0.1.0", "copy")
    for name in ("./copy", str(shelf_root() / "0.1.0")):
        said = command("verify", name)
        assert (said.code, said.err) == (DONE, "")
        assert said.lines[0].startswith(f"{name}: the same as 0.1.0, released on 2026-11-22 (draft); text sha256:")
        assert said.lines[2:] == ["integrity: matches the list shipped beside it; authenticity: not checked"]
    (Path(folder) / "codes.csv").write_text("", encoding="utf-8")
    changed = command("verify", "./copy")
    assert (changed.code, changed.err) == (DONE, "")
    assert changed.lines[0].startswith("./copy: unreleased, so there is nothing to check it against; text sha256:")


def test_verify_of_a_folder_that_has_the_name_of_a_release_and_other_files_is_altered(command: Command) -> None:
    folder = shutil.copytree(Path(str(shelf_root())) / "0.1.0", "0.1.0")
    (Path(folder) / "codes.csv").write_text("", encoding="utf-8")
    said = command("verify", "./0.1.0/")
    assert (said.code, said.lines[0]) == (NO, "./0.1.0/: ALTERED")
    assert said.err.startswith("error: ruleset 0.1.0 was altered after its release: expected sha256:")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("./nowhere", "there is no folder './nowhere'"),
        ("./mini/rules", "'./mini/rules' is not a ruleset folder: it has no ruleset.yaml"),
        ("./mini/ruleset.yaml", "'./mini/ruleset.yaml' is not a ruleset folder: it has no ruleset.yaml"),
        ("mini", "there is no ruleset 'mini'; there are: 0.1.0, 1.0.0, 1.1.0; for the folder, write './mini'"),
    ],
)
def test_verify_of_a_folder_that_is_none_says_so(name: str, message: str, command: Command) -> None:
    said = command("verify", name)
    assert (said.code, said.out, said.err) == (BAD, "", f"error: {message}\n")


def test_hints_name_commands_as_they_are_typed(command: Command) -> None:
    assert "; `fasciculation-rules show ./mini` lists the rules" in command("show", "./mini", "zzz").err
    said = command("new", "rule", "./mini", "plan", "plan-x").out
    assert "then run `fasciculation-rules lint ./mini` and `fasciculation-rules test ./mini`" in said


def test_a_case_file_of_a_ruleset_is_told_apart_and_how_to_run_it(
    assess: Command, command: Command, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = assess("mini/cases/slurred-speech.yaml")
    assert (said.code, said.out) == (BAD, "")
    assert said.err == (
        "error: the case cannot be read\n"
        "  mini/cases/slurred-speech.yaml:3:1: expect: vignette: "
        "this is a case of a ruleset, with the decision that is expected of it; "
        "run it with `fasciculation-rules test mini/`, or assess a file that has its `given` alone\n"
    )
    shutil.copy("mini/cases/slurred-speech.yaml", "speech.yaml")
    assert "`fasciculation-rules test VERSION`" in assess("speech.yaml").err
    assert f"`fasciculation-rules test {here}/mini`" in assess(f"{here}/mini/cases/slurred-speech.yaml").err
    assert "unknown key 'expect'" in assess(written("case.yaml", "expect: {}\ngiven: {}\n")).err
    monkeypatch.chdir("mini/cases")
    assert "`fasciculation-rules test ../`" in command("assess", "slurred-speech.yaml").err


def test_the_library_and_the_command_refuse_alike(assess: Command) -> None:
    said = assess(written("case.json", '{"given": {"age": "soon"}}'))
    with pytest.raises(Exception, match="bad-quantity"):
        assess_in_python(Case.of(age="soon"), open_ruleset(Path("mini")))
    assert "bad-quantity" in said.err
