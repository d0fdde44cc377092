"""An obligation is met, missing or infeasible by its definition, and what is missing can be made and kept."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cli.conftest import Said as Ran
from tests.proof.altered import NEEDLESS, everybody, with_condition
from tests.proof.here import MINI, opened
from tests.proof.people import people

from fasciculation_rules import Ruleset
from fasciculation_rules.errors import RulesetInvalidError
from fasciculation_rules.logic.condition import All, Any, Compare, Condition, Leaf
from fasciculation_rules.logic.evaluate import evaluate
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.logic.rails import negation_normal_form
from fasciculation_rules.model.kept import Kept
from fasciculation_rules.proof.cells import cut_of
from fasciculation_rules.proof.coverage.obligations import KINDS, Obligation
from fasciculation_rules.proof.coverage.survey import coverage_of
from fasciculation_rules.proof.kept.closing import together
from fasciculation_rules.proof.kept.gathering import Gathering
from fasciculation_rules.proof.kept.goal import Fate, Goal, met_by
from fasciculation_rules.proof.kept.keeping import Fault, Holding, look_at
from fasciculation_rules.proof.kept.member import Member
from fasciculation_rules.proof.kept.survey import Survey
from fasciculation_rules.proof.kept.writing import text_of
from fasciculation_rules.proof.solver import Verdict
from fasciculation_rules.shelf.kept import kept_folder, read_kept

# ------------------------------------------------------------ the definition, once more and without gates


def leaf_at(condition: Condition, place: str) -> Leaf:
    """The clause at a place of the negation normal form."""
    for number in place.split(".") if place else ():
        condition = condition.of[int(number) - 1]
    return condition


def value(condition: Condition, facts: Facts, ruleset: Ruleset, forced: Mapping[str, Firing], at: str = "") -> Firing:
    """What a condition is worth with the clause at some place worth something else."""
    if at in forced:
        return forced[at]
    match condition:
        case All(of=members) | Any(of=members):
            n = len(members) if isinstance(condition, All) else 1
        case _ if hasattr(condition, "n"):
            members, n = condition.of, condition.n
        case _:
            return evaluate(condition, facts, ruleset.program.meaning)
    places = [f"{at}.{number}" if at else str(number) for number in range(1, len(members) + 1)]
    found = [value(member, facts, ruleset, forced, place) for member, place in zip(members, places, strict=True)]
    return sorted(found, reverse=True)[n - 1]


def meets(facts: Facts, obligation: Obligation, ruleset: Ruleset) -> bool:
    """Whether a patient meets an obligation, word for word as it is defined."""
    program = ruleset.program
    name = obligation.rule
    condition = negation_normal_form(program.rules[name] if name in program.rules else program.derivations[name])
    leaf = leaf_at(condition, obligation.place)
    unknown = evaluate(leaf, Facts(), program.meaning)
    worth = {"true": Firing.TRUE, "false": Firing.FALSE, "open": unknown}
    kind = obligation.kind
    if kind.endswith("at the cut"):
        assert isinstance(leaf, Compare)
        cut, true = cut_of(leaf), kind.startswith("true")
        at = cut if (leaf.comparator in (">=", ">")) == true else cut - 1
        if facts.quantities.get(leaf.name) != (at, at):
            return False
        kind = "true/false" if true else "false/true"
    said, other = kind.split("/")
    found = evaluate(leaf, facts, program.meaning)
    if ("true" if found is Firing.TRUE else "false" if found is Firing.FALSE else "open") != said:
        return False
    forced = value(condition, facts, ruleset, {obligation.place: worth[other]})
    return forced != value(condition, facts, ruleset, {})


def obligations_of(survey: Survey) -> list[Goal]:
    return [goal for name in survey.ruleset.program.names for goal in survey.goals(name)]


def obligation(goal: Goal) -> Obligation:
    assert isinstance(goal.about, Obligation)
    return goal.about


@given(data=st.data())
def test_the_gates_of_an_obligation_say_what_it_is_defined_as(data: st.DataObject) -> None:
    ruleset = opened("mini")
    facts = data.draw(people(ruleset))
    survey = coverage_of(ruleset)
    alone = Gathering([Member("", facts, frozenset())], survey.subject)
    for goal in obligations_of(survey):
        assert bool(met_by(goal.ways, alone)) == meets(facts, obligation(goal), ruleset), goal.about


@settings(max_examples=15)
@given(data=st.data())
def test_and_of_a_few_rules_of_a_release(ruleset: Ruleset, data: st.DataObject) -> None:
    facts = data.draw(people(ruleset))
    names = data.draw(st.lists(st.sampled_from(ruleset.program.names), min_size=5, max_size=5))
    survey = coverage_of(ruleset)
    alone = Gathering([Member("", facts, frozenset())], survey.subject)
    for name in names:
        for goal in survey.goals(name):
            assert bool(met_by(goal.ways, alone)) == meets(facts, obligation(goal), ruleset), goal.about


@pytest.mark.parametrize("needless", [False, True])
def test_an_obligation_is_infeasible_exactly_where_no_patient_meets_it(mini: Ruleset, needless: bool) -> None:
    ruleset = with_condition(mini, "escalate-speech", NEEDLESS) if needless else mini
    survey = coverage_of(replace(ruleset, rules={}, cases={}))
    infeasible = set()
    for name, decided in survey.decided(ruleset.program.names):
        patients = list(everybody(ruleset, survey.subject.now.condition(name)))
        for each in decided:
            about = obligation(each.goal)
            assert (each.fate is Fate.MISSING) == any(meets(facts, about, ruleset) for facts in patients), about
            if each.fate is Fate.IMPOSSIBLE:
                infeasible.add((about.rule, about.place, about.kind))
    middle = {"true/false", "true/open", "open/false"}
    assert infeasible >= {("escalate-speech", place, kind) for place in ("2.1",) for kind in middle if needless}
    assert {rule for rule, _, _ in infeasible} == ({"escalate-speech"} if needless else set())


# ------------------------------------------------------------ keeping


@pytest.fixture
def written(mini: Ruleset) -> tuple[Kept, ...]:
    """Cases that make the coverage of the small ruleset whole."""
    survey = coverage_of(mini)
    return tuple(together(closed(survey), mini).values())


def closed(survey: Survey) -> tuple[Holding, ...]:
    made = survey.close(missing(survey), lambda number: None)
    assert made.left == ()
    return made.holding


def missing(survey: Survey) -> list:
    found = [each for _, decided in survey.decided(survey.ruleset.program.names) for each in decided]
    return [each for each in found if each.fate is Fate.MISSING]


def test_made_cases_meet_everything_that_was_missing(mini: Ruleset, written: tuple[Kept, ...]) -> None:
    assert missing(coverage_of(mini))
    assert missing(coverage_of(mini, written)) == []


def test_a_kept_case_that_goes_leaves_its_obligation_missing(mini: Ruleset, written: tuple[Kept, ...]) -> None:
    holding = [each for each in look_at(written, mini) if isinstance(each, Holding)]
    assert len(holding) > 10
    for one in holding:
        others = tuple(together([each for each in holding if each is not one], mini).values())
        gone = missing(coverage_of(mini, others))
        assert gone, one.case


def test_the_file_says_what_was_made(mini: Ruleset, written: tuple[Kept, ...], tmp_path: Path) -> None:
    (tmp_path / "mini").mkdir()
    for number, each in enumerate(written):
        (tmp_path / "mini" / f"{number}.yaml").write_text(text_of(each), encoding="utf-8")
    assert read_kept("mini", tmp_path) == written
    assert read_kept("other", tmp_path) == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("cases: [", "yaml"),
        ("format: 1\nruleset: mini\n", "missing-key"),
        ("format: 1\nruleset: other\nlogic: x\n", "wrong-version"),
        ("format: 1\nruleset: mini\nlogic: x\ncases: {entry: [{shows: [], expect: perhaps}]}\n", "bad-value"),
    ],
)
def test_a_kept_file_that_cannot_be_read_says_where(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "mini").mkdir()
    (tmp_path / "mini" / "plan.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RulesetInvalidError) as caught:
        read_kept("mini", tmp_path)
    assert all(problem.file == "plan.yaml" for problem in caught.value.problems)
    assert any(code in problem.code for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("case", "why"),
    [
        ({"given": {"cramps": "present"}, "expect": "open"}, "expect: expected open, found fires"),
        ({"given": {"cramp": "present"}, "expect": "fires"}, "unknown finding 'cramp'"),
        (
            {"given": {"cramps": "present"}, "expect": "fires", "urgency": {"at_least": "routine"}},
            "urgency: expected at_least routine, found at_least soon_gp",
        ),
        (
            {"given": {"cramps": "present"}, "expect": "fires", "differential": ["motor_neurone_disease"]},
            "differential: expected motor_neurone_disease, found none",
        ),
    ],
)
def test_a_kept_case_that_is_decided_otherwise_is_a_fault_and_counts_for_nothing(
    mini: Ruleset, case: dict[str, object], why: str
) -> None:
    kept = Kept.model_validate(
        {"format": 1, "ruleset": "mini", "logic": "x", "cases": {"escalate-cramps": [{"shows": [], **case}]}}
    )
    survey = coverage_of(mini, (kept,))
    assert survey.holding == ()
    assert [fault.name for fault in survey.faults] == ["escalate-cramps, kept case 1"]
    assert why in survey.faults[0].why


def test_a_kept_case_of_a_rule_that_is_gone_is_a_fault(mini: Ruleset) -> None:
    cases = {"escalate-gone": [{"shows": [], "expect": "open"}]}
    kept = Kept.model_validate({"format": 1, "ruleset": "mini", "logic": "x", "cases": cases})
    assert list(look_at((kept,), mini)) == [Fault("escalate-gone, kept case 1", "there is no such rule")]


def test_a_question_without_an_answer_in_time_is_not_decided(mini: Ruleset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fasciculation_rules.proof.kept.compact.Compact.ask", lambda *_: Verdict.UNDECIDED)
    fates = {each.fate for _, decided in coverage_of(mini).decided(mini.program.names) for each in decided}
    assert fates == {Fate.MET, Fate.UNDECIDED}


# ------------------------------------------------------------ releases


def test_every_feasible_obligation_of_a_release_is_met(ruleset: Ruleset) -> None:
    survey = coverage_of(ruleset, read_kept(ruleset.version, kept_folder()))
    decided = [each for _, found in survey.decided(ruleset.program.names) for each in found]
    assert survey.faults == ()
    assert {each.fate for each in decided} == {Fate.MET, Fate.IMPOSSIBLE}
    assert {each.goal.about.kind for each in decided} == set(KINDS)
    # What no obligation of a clause can show is a clause that the theorems call needless, or can be one.
    rules = {each.goal.about.rule for each in decided if each.fate is Fate.IMPOSSIBLE}
    assert len(rules) == 5


SOME = ("upper_motor_neurone_signs", "entry", "floor-under-16", "escalate-progressive-weakness")


def test_what_a_few_rules_in_preparation_leave_unshown_can_be_made() -> None:
    ruleset = opened("1.1.0")
    names = [name for name in SOME if name in ruleset.program.bits]
    survey = coverage_of(ruleset)
    found = [each for _, decided in survey.decided(names) for each in decided if each.fate is Fate.MISSING]
    assert found
    assert survey.close(found, lambda number: None).left == ()


@pytest.mark.nightly
def test_every_feasible_obligation_of_the_version_in_preparation_is_met() -> None:
    ruleset = opened("1.1.0")
    survey = coverage_of(ruleset, read_kept(ruleset.version, kept_folder()), second_opinion=True)
    assert survey.faults == ()
    assert missing(survey) == []


# ------------------------------------------------------------ the command


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """A command line in a folder of its own."""
    from fasciculation_rules.cli.app import run as run_line

    monkeypatch.chdir(tmp_path)

    def said(*arguments: str) -> Ran:
        code = run_line(arguments)
        told = capsys.readouterr()
        return Ran(code, told.out, told.err)

    return said


def test_what_is_missing_is_told_with_the_smallest_patient(run: Callable[..., Ran]) -> None:
    told = run("coverage", str(MINI), "--rule", "escalate-minors")
    assert told.code == 1
    assert told.err == ""
    assert "missing      escalate-minors, clause 2 true/false\n" in told.out
    assert (
        "    the clause 'a speech or swallowing symptom' is true, and were it false, something else would" in told.out
    )
    assert "        a speech or swallowing symptom (bulbar_symptoms): present\n" in told.out
    assert told.lines[-1].startswith(
        "16 of 18 obligations that somebody can meet are met (88.8 %) by 48 examples, 1 case"
    )


def test_only_so_many_patients_are_looked_for(run: Callable[..., Ran]) -> None:
    told = run("coverage", str(MINI), "--patients", "2")
    assert told.out.count("a patient of whom only this is known:") == 2
    assert sum(line.startswith("missing") for line in told.lines) == 25


def test_what_was_written_makes_it_whole(run: Callable[..., Ran]) -> None:
    assert run("coverage", str(MINI), "--write", "kept").code == 0
    told = run("coverage", str(MINI), "--kept", "kept")
    assert told.code == 0
    assert "194 of 194 obligations that somebody can meet are met (100 %)" in told.lines[-1]
    before = {file.name: file.read_bytes() for file in Path("kept/mini").iterdir()}
    assert run("coverage", str(MINI), "--write", "kept").code == 0
    assert {file.name: file.read_bytes() for file in Path("kept/mini").iterdir()} == before


def test_a_kept_case_that_no_longer_holds_is_told_and_left_out_when_written(run: Callable[..., Ran]) -> None:
    run("coverage", str(MINI), "--write", "kept")
    file = Path("kept/mini/plan.yaml")
    file.parent.mkdir(exist_ok=True)
    head = Path("kept/mini/escalation.yaml").read_text(encoding="utf-8").partition("cases:\n")[0]
    file.write_text(f"{head}cases:\n  plan-emg:\n    - shows: []\n      expect: fires\n", encoding="utf-8")
    told = run("coverage", str(MINI), "--kept", "kept")
    assert told.code == 1
    assert told.lines[-1] == "kept case does not hold: plan-emg, kept case 1: expect: expected fires, found open"
    assert "1 that no longer hold left out" in run("coverage", str(MINI), "--write", "kept").out
    assert not file.exists()


def test_cases_kept_for_another_logic_are_noticed(run: Callable[..., Ran]) -> None:
    run("coverage", str(MINI), "--write", "kept")
    for file in Path("kept/mini").iterdir():
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("logic: sha256:", "logic: sha256:0"), encoding="utf-8")
    assert "another logic of ruleset mini" in run("coverage", str(MINI), "--kept", "kept").err


def test_as_json_there_is_one_object_a_rule(run: Callable[..., Ran]) -> None:
    told = run("coverage", str(MINI), "--as", "json", "--patients", "1")
    found = [json.loads(line) for line in told.lines]
    assert [each["rule"] for each in found][:2] == ["derive-examined-and-well", "derive-upper-motor-neurone-signs"]
    left = [left for each in found for left in each["left"]]
    assert len(left) == sum(each["missing"] for each in found) == 25
    assert sum("given" in each for each in left) == 1
    assert left[0]["given"] == {"basic_bloods_normal": {"value": "present", "at": "2026-11-01"}}


def test_a_terminal_is_told_how_far_it_has_come(run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stderr", Terminal())
    assert run("coverage", str(MINI), "--write", "kept").code == 0
    told = sys.stderr.getvalue()
    assert "coverage, of 19 conditions: 19" in told
    assert "making cases, of 25 goals: 25" in told
    assert told.endswith("\r\x1b[2K")


@pytest.mark.parametrize("verb", ["coverage", "mutate"])
def test_without_the_extra_it_is_named(run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    monkeypatch.setitem(sys.modules, "pysat.solvers", None)
    told = run(verb, str(MINI))
    assert told.code == 3
    assert "pip install 'fasciculation-rules[prove]'" in told.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["coverage", str(MINI), "--rule", "escalate-cramp"], "has no rule 'escalate-cramp'; did you mean"),
        (["coverage", str(MINI), "--kept", "nowhere"], "nowhere"),
        (["mutate", "9.9.9"], "there is no ruleset '9.9.9'"),
    ],
)
def test_bad_use_is_told(run: Callable[..., Ran], arguments: list[str], told: str) -> None:
    ran = run(*arguments)
    assert ran.code == 2
    assert told in ran.err
