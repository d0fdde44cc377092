"""A slip called equivalent makes no difference, one that survives does, and one that is killed breaks what is kept."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
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
from fasciculation_rules.assessing.differential import differential_of
from fasciculation_rules.assessing.firings import fire
from fasciculation_rules.assessing.tables import Tables
from fasciculation_rules.assessing.urgency import urgency_of
from fasciculation_rules.authoring.examples import run_examples
from fasciculation_rules.logic.evaluate import Meaning, evaluate
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.logic.grammar import print_condition, read_condition
from fasciculation_rules.logic.program import Program
from fasciculation_rules.model.kept import Kept
from fasciculation_rules.proof.hygiene import name_in_program
from fasciculation_rules.proof.kept.closing import together
from fasciculation_rules.proof.kept.goal import Decided, Fate
from fasciculation_rules.proof.kept.keeping import Fault, look_at
from fasciculation_rules.proof.kept.survey import Survey
from fasciculation_rules.proof.mutation.account import with_the_slip
from fasciculation_rules.proof.mutation.conditions import slips
from fasciculation_rules.proof.mutation.effects import never
from fasciculation_rules.proof.mutation.mutant import DELETED, Mutant, mutants_of
from fasciculation_rules.proof.mutation.survey import mutation_of
from fasciculation_rules.shelf.kept import kept_folder, read_kept

# ------------------------------------------------------------ what slips there are


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("weakness is present", ["negated: weakness is absent"]),
        (
            "potassium < 2.5 mmol/L",
            [
                "negated: potassium >= #250",
                "flipped: potassium > #250",
                "one count up: potassium < #251",
                "one count down: potassium < #249",
                "5 % up: potassium < #262",
                "5 % down: potassium < #238",
            ],
        ),
        (
            {"all": ["weakness is present", "cramps is absent"]},
            [
                "left out: {'all': ['cramps is absent']}",
                "left out: {'all': ['weakness is present']}",
                "any for all: {'any': ['weakness is present', 'cramps is absent']}",
                "negated: {'all': ['weakness is absent', 'cramps is absent']}",
                "negated: {'all': ['weakness is present', 'cramps is present']}",
            ],
        ),
        (
            {"not": {"at_least": "2", "of": ["weakness is present", "cramps is present"]}},
            [
                "not forgotten: {'at_least': '2', 'of': ['weakness is present', 'cramps is present']}",
                "one fewer: {'not': {'at_least': '1', 'of': ['weakness is present', 'cramps is present']}}",
                "negated: {'not': {'at_least': '2', 'of': ['weakness is absent', 'cramps is present']}}",
                "negated: {'not': {'at_least': '2', 'of': ['weakness is present', 'cramps is absent']}}",
            ],
        ),
    ],
)
def test_a_condition_has_these_slips(mini: Ruleset, written: object, expected: list[str]) -> None:
    condition = read_condition(written)
    if "potassium" in str(written):
        condition = mini.program.rules["escalate-potassium-critical"]
    assert [f"{kind}: {print_condition(changed)}" for kind, _, changed in slips(condition)] == expected


def test_a_rule_has_these_slips_in_what_follows_from_it(mini: Ruleset) -> None:
    def labels(name: str) -> list[str]:
        return [mutant.label for mutant in mutants_of(name, mini) if mutant.condition is None]

    assert labels("escalate-speech") == ["one rung up (same_day)", "one rung down (soon_gp)", "deleted"]
    assert labels("escalate-potassium-critical") == ["one rung down (same_day)", "deleted"]
    assert labels("support-bfs") == ["other side (against)", "deleted"]
    assert labels("exclude-bfs-umn") == labels("plan-emg") == labels("upper_motor_neurone_signs") == ["deleted"]
    assert labels("entry") == labels("floor-under-16") == []


# ------------------------------------------------------------ rules with a slip


def with_slip(mutant: Mutant, ruleset: Ruleset) -> Ruleset:
    """The ruleset as it would be."""
    if mutant.condition is not None:
        return with_condition(ruleset, mutant.rule, mutant.condition)
    if mutant.kind == DELETED:
        return without(mutant.rule, ruleset)
    rule = ruleset.rules[mutant.rule]
    if mutant.rule in ruleset.escalations:
        then = rule.then.model_copy(update={"urgency": mutant.to})
    else:
        sides = {"for": "supports", "against": "opposes"}
        update = dict.fromkeys(sides.values()) | {sides[mutant.to]: rule.then.condition}
        then = rule.then.model_copy(update=update)
    return replace(ruleset, rules={**ruleset.rules, mutant.rule: rule.model_copy(update={"then": then})})


def without(name: str, ruleset: Ruleset) -> Ruleset:
    """The ruleset without a rule; a derived finding nobody works out is one that nobody has, and discharges nobody."""
    rules = {each: rule for each, rule in ruleset.rules.items() if name_in_program(rule) != name}
    program = ruleset.program
    if name in program.derivations:
        for each, rule in ruleset.escalations.items():
            if rule.then.discharged_by == name:
                then = rule.then.model_copy(update={"discharged_by": None})
                rules[each] = rule.model_copy(update={"then": then})
        return replace(ruleset, rules=rules, program=never(name, ruleset))
    kept = {each: condition for each, condition in program.rules.items() if each != name}
    changed = Program(program.findings, program.quantities, program.openness, program.derivations, kept)
    return replace(ruleset, rules=rules, program=changed)


def decision(facts: Facts, ruleset: Ruleset) -> dict[str, object]:
    """What the reference engine, and the steps after it, decide."""
    tables, fired = Tables.of(ruleset), fire(facts, ruleset, engine="reference")
    program = ruleset.program
    meaning = Meaning(program.openness, program.derivations)
    found: dict[str, object] = {
        name: evaluate(condition, facts, meaning)
        for name, condition in {**program.derivations, **program.rules}.items()
    }
    found["range"] = urgency_of(fired, tables).range
    found["candidates"] = {candidate.condition for candidate in differential_of(fired, tables)}
    return found


def told_apart(mutant: Mutant, facts: Facts, ruleset: Ruleset) -> bool:
    """Whether a patient tells the slip: by the condition's value, else by what follows from the rules."""
    before = decision(facts, ruleset)
    if mutant.kind == DELETED and before[mutant.rule] is Firing.TRUE:
        return True  # it no longer fires
    after = decision(known_absent(facts, mutant, ruleset), slipped(mutant, ruleset))
    if mutant.condition is not None:
        return before[mutant.rule] != after[mutant.rule]
    return any(before[name] != found for name, found in after.items())


def known_absent(facts: Facts, mutant: Mutant, ruleset: Ruleset) -> Facts:
    """The facts, with a derived finding that nobody works out any more."""
    gone = mutant.kind == DELETED and mutant.rule in ruleset.program.derivations
    return replace(facts, findings={**facts.findings, mutant.rule: False}) if gone else facts


def slipped(mutant: Mutant, ruleset: Ruleset) -> Ruleset:
    """The ruleset as it would be, made once."""
    made = ruleset.memo.setdefault("tests: slips", {})
    if mutant not in made:
        made[mutant] = with_slip(mutant, ruleset)
    return made[mutant]


def mutant_of(decided: Decided) -> Mutant:
    assert isinstance(decided.goal.about, Mutant)
    return decided.goal.about


def decided_of(survey: Survey, *fates: Fate) -> list[Decided]:
    found = [each for _, decided in survey.decided(survey.ruleset.program.names) for each in decided]
    return [each for each in found if each.fate in fates] if fates else found


# ------------------------------------------------------------ equivalent


@pytest.fixture(scope="module")
def needless(mini: Ruleset) -> Survey:
    """A rule with a clause that can do nothing, and nobody kept."""
    return mutation_of(replace(with_condition(mini, "escalate-speech", NEEDLESS), rules=dict(mini.rules), cases={}))


@pytest.fixture(scope="module")
def mini() -> Ruleset:
    return opened("mini")


def test_a_slip_in_a_condition_is_equivalent_exactly_where_no_patient_tells_it(needless: Survey) -> None:
    ruleset = needless.ruleset
    equivalent = []
    for name, decided in needless.decided(ruleset.program.names):
        condition = needless.subject.now.condition(name)
        for each in decided:
            mutant = mutant_of(each)
            if mutant.condition is not None and each.fate is not Fate.MET:
                meaning = ruleset.program.meaning
                patients = everybody(with_condition(ruleset, name, mutant.condition), condition)
                differ = any(
                    evaluate(condition, facts, meaning) != evaluate(mutant.condition, facts, meaning)
                    for facts in patients
                )
                assert (each.fate is Fate.MISSING) == differ, mutant
                equivalent += [mutant.label] if not differ else []
    assert "clause 2 left out" in equivalent


@pytest.fixture(scope="module")
def release(ruleset: Ruleset) -> Survey:
    """0.1.0 with everything that is kept for it."""
    return mutation_of(ruleset, read_kept(ruleset.version, kept_folder()))


def test_every_slip_in_a_release_is_killed_or_equivalent(release: Survey) -> None:
    fates = Counter(each.fate for each in decided_of(release))
    assert release.faults == ()
    assert set(fates) == {Fate.MET, Fate.IMPOSSIBLE}
    assert fates[Fate.IMPOSSIBLE] == 13
    assert fates[Fate.MET] > 6_000


@settings(max_examples=25)
@given(data=st.data())
def test_what_is_called_equivalent_agrees_with_its_rule_on_anybody(release: Survey, data: st.DataObject) -> None:
    facts = data.draw(people(release.ruleset))
    mutants = [mutant_of(each) for each in _equivalents(release)]
    for mutant in data.draw(st.lists(st.sampled_from(mutants), min_size=2, max_size=2, unique=True)):
        assert not told_apart(mutant, facts, release.ruleset), mutant


def _equivalents(survey: Survey) -> list[Decided]:
    found = survey.ruleset.memo.get("tests: equivalent")
    if found is None:
        found = survey.ruleset.memo["tests: equivalent"] = decided_of(survey, Fate.IMPOSSIBLE)
    return found


# ------------------------------------------------------------ survivors and what kills them


@pytest.fixture(scope="module")
def alone(mini: Ruleset) -> Survey:
    """The small ruleset with its own examples and its one case."""
    return mutation_of(mini)


@pytest.fixture(scope="module")
def written(alone: Survey) -> tuple[Kept, ...]:
    """What kills the survivors."""
    made = alone.close(decided_of(alone, Fate.MISSING), lambda number: None)
    assert made.left == ()
    return tuple(together(made.holding, alone.ruleset).values())


def test_the_patient_beside_a_survivor_tells_the_difference(alone: Survey) -> None:
    survivors = decided_of(alone, Fate.MISSING)
    assert len(survivors) > 40
    for each in survivors:
        assert told_apart(mutant_of(each), alone.teller(each), alone.ruleset), mutant_of(each)


def broken(ruleset: Ruleset, kept: tuple[Kept, ...], engine: str = "reference") -> Iterator[str]:
    """What is written down and does not hold: examples, cases and kept cases, run as they always are."""
    yield from (outcome.fault for outcome in run_examples(ruleset, [engine]) if outcome.fault)
    yield from (fault.why for fault in look_at(kept, ruleset) if isinstance(fault, Fault))


def test_every_slip_that_is_killed_breaks_something_that_is_written_down(
    mini: Ruleset, written: tuple[Kept, ...]
) -> None:
    survey = mutation_of(mini, written)
    assert {each.fate for each in decided_of(survey)} == {Fate.MET}
    assert list(broken(mini, written)) == []
    for each in decided_of(survey):
        mutant = mutant_of(each)
        if mutant.kind == DELETED and mutant.rule in mini.program.derivations:
            continue  # a ruleset whose rules name a finding that no rule derives does not open at all
        assert list(broken(with_slip(mutant, mini), written)), mutant


def test_without_the_kept_cases_what_survives_breaks_nothing(alone: Survey, mini: Ruleset) -> None:
    for each in decided_of(alone, Fate.MISSING):
        mutant = mutant_of(each)
        # What an example asks, and what a slip in a derived finding does to the rules that name it, is not counted.
        if mutant.condition is not None and mutant.rule not in mini.program.derivations:
            faults = broken(with_slip(mutant, mini), ())
            assert [fault for fault in faults if not fault.startswith("expected to ask")] == [], mutant


def test_a_kept_case_that_goes_lets_a_slip_survive(mini: Ruleset, written: tuple[Kept, ...]) -> None:
    holding = [each for each in look_at(written, mini) if not isinstance(each, Fault)]
    for one in holding:
        others = tuple(together([each for each in holding if each is not one], mini).values())
        assert decided_of(mutation_of(mini, others), Fate.MISSING), one.case


# ------------------------------------------------------------ the version in preparation

SOME = ("upper_motor_neurone_signs", "entry", "support-als-bulbar-symptoms")


def test_what_survives_of_a_few_rules_in_preparation_can_be_killed() -> None:
    ruleset = opened("1.1.0")
    names = [name for name in SOME if name in ruleset.program.bits]
    survey = mutation_of(ruleset, names=names)
    found = [each for _, decided in survey.decided(names) for each in decided if each.fate is Fate.MISSING]
    assert found
    assert survey.close(found, lambda number: None).left == ()


@pytest.mark.nightly
def test_every_slip_in_the_version_in_preparation_is_killed_or_equivalent() -> None:
    ruleset = opened("1.1.0")
    survey = mutation_of(ruleset, read_kept(ruleset.version, kept_folder()), second_opinion=True)
    assert survey.faults == ()
    assert {each.fate for each in decided_of(survey)} == {Fate.MET, Fate.IMPOSSIBLE}


@pytest.mark.nightly
def test_a_sample_of_the_slips_in_a_release_breaks_something(release: Survey) -> None:
    kept = tuple(release.kept)
    for each in decided_of(release, Fate.MET)[::150]:
        mutant = mutant_of(each)
        if mutant.kind != DELETED or mutant.rule not in release.ruleset.program.derivations:
            assert next(broken(with_slip(mutant, release.ruleset), kept, "compiled"), None), mutant


# ------------------------------------------------------------ in words


def test_a_survivor_is_told_as_the_rule_in_english_beside_a_patient(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = command(monkeypatch, tmp_path, capsys)
    told = run("mutate", str(MINI), "--rule", "escalate-speech")
    assert told.code == 1
    start = told.lines.index("survived     escalate-speech, clause 2.2 negated")
    assert told.lines[start + 1 : start + 6] == [
        "    Would fire on: slurred speech or both (difficulty swallowing and known absence of weakness).",
        "    a patient of whom only this is known:",
        "        slurred speech (dysarthria): absent",
        "        weakness: absent",
        "    as it is: does not fire; with the slip: open",
    ]


def command(monkeypatch: pytest.MonkeyPatch, folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """A command line in a folder of its own."""
    from fasciculation_rules.cli.app import run

    monkeypatch.chdir(folder)

    def said(*arguments: str) -> Ran:
        code = run(arguments)
        told = capsys.readouterr()
        return Ran(code, told.out, told.err)

    return said


def test_a_slip_in_what_follows_is_told_as_the_rule_would_say_it(mini: Ruleset) -> None:
    told = {mutant.label: with_the_slip(mutant, mini) for mutant in mutants_of("support-bfs", mini)}
    assert told["other side (against)"].startswith("Would say: Speaks against benign fasciculation syndrome (weak).")
    assert told["deleted"] == "The rule would be gone."
    told = {mutant.label: with_the_slip(mutant, mini) for mutant in mutants_of("escalate-cramps", mini)}
    assert told["one rung up (urgent_2w)"].startswith("Would say: Then at least a specialist within two weeks")
    told = {mutant.label: with_the_slip(mutant, mini) for mutant in mutants_of("floor-under-16", mini)}
    assert told["the whole one count up"] == "Would fire on: age below 17 years."


def test_the_commands_together_make_it_whole(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = command(monkeypatch, tmp_path, capsys)
    assert run("coverage", str(MINI), "--write", "kept").code == 0
    assert run("mutate", str(MINI), "--write", "kept").code == 0
    told = run("mutate", str(MINI), "--kept", "kept", "--second-opinion")
    assert told.code == 0
    assert told.lines[-1].startswith("110 of 110 slips that make a difference to somebody are killed (100 %)")
    found = [json.loads(line) for line in run("mutate", str(MINI), "--kept", "kept", "--as", "json").lines]
    assert sum(each["killed"] for each in found) == 110
