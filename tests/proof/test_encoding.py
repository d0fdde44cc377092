"""The gates say of every closed case what the reference evaluator and the steps of an assessment say."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.proof.here import gates, opened, true_of
from tests.strategies import TODAY, Said, dated, quantities
from tests.strategies import cases as authored

from fasciculation_rules.assessing.admit import admit
from fasciculation_rules.assessing.findings import close
from fasciculation_rules.errors import EngineDisagreementError
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.model.case import Case
from fasciculation_rules.proof import cells, reading, replay
from fasciculation_rules.proof.circuit import FALSE, TRUE
from fasciculation_rules.proof.patient import to_facts, to_inputs
from fasciculation_rules.proof.proving import subject_of
from fasciculation_rules.proof.reading import Reading
from fasciculation_rules.proof.replay import is_closed, reading_values

VERSIONS = ("0.1.0", "1.1.0")
MANY = settings.default.max_examples if settings.default else 100
FEW = settings(max_examples=MANY * 2 // 5)


def facts_of(case: Case, version: str, *, reconcile: bool = False) -> Facts:
    ruleset = opened(version)
    return close(admit(case, ruleset, on=TODAY, reconcile=reconcile), case, ruleset, reconcile=reconcile).facts


@st.composite
def records(draw: st.DrawFn, version: str) -> Facts:
    """A case as records have it: whatever was written down, contradictions settled."""
    ruleset = opened(version)
    vocabulary = ruleset.vocabulary
    plain = sorted(name for name, finding in vocabulary.findings.items() if not finding.values)
    summaries = [name for name in plain if vocabulary.is_summary(name)]
    there = draw(st.lists(st.sampled_from(plain), max_size=8, unique=True))
    absent = draw(st.lists(st.sampled_from(plain), max_size=20, unique=True) | st.just(list(vocabulary.screen)))
    said: Said = {name: dated(ruleset, name, "absent") for name in absent}
    said |= {name: dated(ruleset, name, "present") for name in [*draw(st.sampled_from([[], summaries])), *there]}
    measured = [name for name, quantity in vocabulary.quantities.items() if not quantity.computed]
    for name in draw(st.lists(st.sampled_from(measured), max_size=5, unique=True)):
        said[name] = draw(quantities(ruleset, name))
    return facts_of(Case.read({"given": said}), version, reconcile=True)


@pytest.mark.parametrize("version", VERSIONS)
@FEW
@given(data=st.data())
def test_the_gates_say_of_a_case_what_the_rules_say(version: str, data: st.DataObject) -> None:
    facts = facts_of(data.draw(authored(opened(version))), version)
    replay.replay(facts, gates(version).now, engines=("reference",))


@pytest.mark.parametrize("version", VERSIONS)
@FEW
@given(data=st.data())
def test_the_gates_say_of_a_record_what_the_rules_say(version: str, data: st.DataObject) -> None:
    replay.replay(data.draw(records(version)), gates(version).now, engines=("reference",))


@pytest.mark.parametrize("version", VERSIONS)
@FEW
@given(data=st.data())
def test_every_closed_case_is_a_patient_there_can_be(version: str, data: st.DataObject) -> None:
    facts = data.draw(records(version) | authored(opened(version)).map(lambda case: facts_of(case, version)))
    assert is_closed(facts, opened(version))
    assert true_of(facts, gates(version).now.patient.possible, gates(version).now)


@pytest.mark.parametrize("version", VERSIONS)
@FEW
@given(data=st.data())
def test_a_patient_read_back_from_her_gates_is_the_same_to_every_rule(version: str, data: st.DataObject) -> None:
    subject = gates(version)
    facts = data.draw(records(version))
    again = to_facts(to_inputs(facts, subject.now.patient), subject.now.patient, subject.cells)
    assert again.findings == facts.findings
    assert all(again.quantities[name][0] <= low for name, (low, _) in facts.quantities.items())
    assert all(again.quantities[name][1] >= high for name, (_, high) in facts.quantities.items())
    assert reading_values(again, subject.now) == reading_values(facts, subject.now)
    assert replay.decided(again, subject.now, "compiled") == replay.decided(facts, subject.now, "compiled")


# ------------------------------------------------------------ what can be no patient


@pytest.mark.parametrize(
    "facts",
    [
        Facts({"dysarthria": True}),
        Facts({"bulbar_symptoms": False}),
        Facts({"dysarthria": True, "bulbar_symptoms": False}),
        Facts({"sex=male": True}),
        Facts({"sex=male": True, "sex=female": True}),
        Facts({"sex=male": False, "sex=female": False}),
        Facts({"neuro_examination_normal": True}),
        Facts({"neuro_examination_normal": True, "babinski": True, "hyperreflexia": False}),
        Facts({"basic_bloods_normal": True}, {"potassium": (250, 260)}),
        Facts({}, {"potassium": (260, 250)}),
        Facts({}, {"potassium": (0, 2)}),
    ],
    ids=lambda facts: ", ".join([*facts.findings, *facts.quantities]),
)
def test_what_does_not_follow_from_itself_is_no_closed_case(facts: Facts) -> None:
    subject = gates("mini")
    assert not is_closed(facts, subject.ruleset)
    if facts.quantities not in ({"potassium": (260, 250)}, {"potassium": (0, 2)}):
        assert not true_of(facts, subject.now.patient.possible, subject.now)
    with pytest.raises(EngineDisagreementError, match="who can be no closed case"):
        replay.replay(facts, subject.now)


def test_two_findings_that_exclude_each_other_may_both_be_in_a_record() -> None:
    subject = gates("1.1.0")
    closure, vocabulary = subject.ruleset.closure, subject.ruleset.vocabulary
    one, other = next(
        (one, other)
        for one in vocabulary.findings
        for other in sorted(closure.excluded.get(one, ()))
        if not vocabulary.is_summary(one) and not vocabulary.is_summary(other)
    )
    case = Case.read({"given": {one: "present", other: "present"}})
    facts = facts_of(case, "1.1.0", reconcile=True)
    assert facts.findings[one]
    assert facts.findings[other]
    assert true_of(facts, subject.now.patient.possible, subject.now)


# ------------------------------------------------------------ a fault in the encoding does not stay hidden


CUT_OF = cells.cut_of


def _too_high(patch: pytest.MonkeyPatch) -> None:
    for module in (cells, reading):
        patch.setattr(module, "cut_of", lambda leaf: CUT_OF(leaf) + 1)


Plant = Callable[[pytest.MonkeyPatch], None]
DENIED = dict.fromkeys(("weakness", "bulbar_symptoms", "dysarthria", "dysphagia"), False)
WELL = dict.fromkeys(("neuro_examination_normal", "basic_bloods_normal"), True) | dict.fromkeys(
    ("babinski", "hyperreflexia"), False
)
CALM = Facts({**DENIED, "cramps": False, "eyelid_twitch": True}, {"age": (40, 40), "twitch_duration": (3, 3)})

FAULTS: dict[str, tuple[Plant, Facts]] = {
    "unknown is read as no": (lambda patch: patch.setattr(Reading, "_counts", lambda *_: False), Facts()),
    "a limit is one count too high": (_too_high, Facts({}, {"twitch_duration": (84, 84)})),
    "nothing is ever ruled out": (lambda patch: patch.setattr(Reading, "false", lambda *_: FALSE), Facts(DENIED)),
    "the spared are not spared": (lambda patch: patch.setattr(Reading, "_spared", FALSE), CALM),
    "everybody was examined": (
        lambda patch: patch.setattr(Reading, "examined", TRUE),
        Facts({**DENIED, "cramps": False, "eyelid_twitch": False, "fasciculation": True}, CALM.quantities),
    ),
    "a child is no child": (
        lambda patch: patch.setattr(Reading, "_maybe_a_child", FALSE),
        Facts(CALM.findings, {**CALM.quantities, "age": (9, 9)}),
    ),
    "a discharge lowers nothing": (
        lambda patch: patch.setattr(reading, "DISCHARGED_TO", "emergency"),
        Facts({**DENIED, **WELL, "cramps": True}),
    ),
    "a candidate that is excluded stays": (
        lambda patch: patch.setattr(Reading, "candidate", _supported),
        Facts({"fasciculation": True, "weakness": False, "hyperreflexia": True, "neuro_examination_normal": False}),
    ),
    "advice is given whoever takes what": (
        lambda patch: patch.setattr(Reading, "may_reassure", TRUE),
        Facts({"eyelid_twitch": True, "ace_inhibitor_use": False}),
    ),
}


def _supported(self: Reading, condition: str) -> int:
    rules = self.ruleset.differentials.items()
    return self.any_true(name for name, rule in rules if rule.then.supports == condition)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_the_encoding_is_noticed(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant, facts = FAULTS[fault]
    replay.replay(facts, subject_of(opened("mini")).now)
    plant(monkeypatch)
    with pytest.raises(EngineDisagreementError, match="nothing is proved") as caught:
        replay.replay(facts, subject_of(opened("mini")).now)
    assert caught.value.differences
