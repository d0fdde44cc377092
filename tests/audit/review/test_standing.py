"""A sign-off holds while nothing it was about has changed, and a version is ready when enough people agree."""

from __future__ import annotations

import datetime
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.audit.signing import new_key, signer, trusting
from tests.proof.here import MINI

from fasciculation_rules import Ruleset, open_ruleset
from fasciculation_rules.audit.review.folder import Filed, add_to, read_folder
from fasciculation_rules.audit.review.reading import subject_of
from fasciculation_rules.audit.review.signing_off import sign_off
from fasciculation_rules.audit.review.standing import Worth, needs_clinicians, ready_for_active, weigh
from fasciculation_rules.errors import SignatureError
from fasciculation_rules.model.safety import ENGINEERING_ESTIMATE
from fasciculation_rules.model.signing import PAYLOAD_TYPE
from fasciculation_rules.shelf.locate import shelf_root, versions
from fasciculation_rules.shelf.safety import read_safety
from fasciculation_rules.shelf.signers import FILE as SIGNERS_FILE
from fasciculation_rules.shelf.signers import read_signers

RULESET = open_ruleset(MINI)
ON = datetime.date(2026, 11, 23)
AT = datetime.datetime(2026, 11, 22, 17, 40, tzinfo=datetime.UTC)
RULE = "escalate-speech"
CLINICIAN, SAFETY_OFFICER = "clinical reviewer", "safety officer"

KEYS = [new_key() for _ in range(4)]
ONE, OTHER, OFFICER, MANAGER = KEYS
SIGNERS = trusting(
    signer(ONE, name="First of a test", role=CLINICIAN),
    signer(OTHER, name="Second of a test", role=CLINICIAN),
    signer(OFFICER, name="Third of a test", role=SAFETY_OFFICER),
    signer(MANAGER, name="Fourth of a test", role="release manager"),
)


def signed(key, rule=RULE, *, ruleset=RULESET, role=CLINICIAN, decision="agree", at=AT):
    comment = None if decision == "agree" else "a reason"
    envelope, said = sign_off(
        ruleset, rule, key, role=role, decision=decision, interests="none", at=at, comment=comment
    )
    return Filed(f"{rule}.{key.id[7:19]}.{at:%H%M%S}", envelope, said)


def weighed(*filed, ruleset=RULESET, signers=SIGNERS, on=ON):
    return weigh(filed, ruleset, signers, on=on)


def worth(*filed, **options):
    return [each.worth for each in weighed(*filed, **options)]


def everybody(ruleset: Ruleset = RULESET):
    """All the sign-offs that a version needs."""
    needed = [name for name, rule in ruleset.rules.items() if needs_clinicians(rule)]
    found = [signed(key, name) for name in needed for key in (ONE, OTHER)]
    return [*found, signed(OFFICER, None, role=SAFETY_OFFICER)]


def changed(**changes: object) -> Ruleset:
    rule = RULESET.rules[RULE].model_copy(update=changes)
    return replace(RULESET, rules={**RULESET.rules, RULE: rule})


# ---------------------------------------------------------------- lapsing


def test_a_sign_off_stands_while_nothing_changed() -> None:
    assert worth(signed(ONE)) == [Worth.STANDS]


def test_a_sign_off_lapses_when_its_rule_changes() -> None:
    other = RULESET.rules["escalate-cramps"]
    for ruleset, why in (
        (changed(title="Another title"), "the text changed since"),
        (changed(rationale="Another reason."), "the text changed since"),
        (changed(when=other.when), "the logic and the text changed since"),
    ):
        (found,) = weighed(signed(ONE), ruleset=ruleset)
        assert (found.worth, found.why) == (Worth.LAPSED, why)


def test_it_lapses_when_a_threshold_that_the_rule_names_moves() -> None:
    name = "escalate-potassium-critical"
    limits = {key: limit.model_copy(update={"value": "2.6 mmol/L"}) for key, limit in RULESET.thresholds.items()}
    moved = replace(RULESET, thresholds=limits)
    (found,) = weighed(signed(ONE, name), ruleset=moved)
    assert (found.worth, found.why) == (Worth.LAPSED, "the logic and the text changed since")
    assert worth(signed(ONE, RULE), ruleset=moved) == [Worth.STANDS], "a rule that names no threshold stands"


def test_it_lapses_with_the_definition_of_a_derived_finding_that_the_rule_rests_on() -> None:
    name, derivation = "escalate-upper-motor-neurone-signs", "derive-upper-motor-neurone-signs"
    means = RULESET.rules[derivation].model_copy(update={"means": RULESET.rules[RULE].when})
    other = replace(RULESET, rules={**RULESET.rules, derivation: means})
    assert worth(signed(ONE, name), ruleset=other) == [Worth.LAPSED]


def test_it_lapses_on_the_day_after_its_review_was_due_even_if_the_date_was_moved_since() -> None:
    due = RULESET.rules[RULE].review.next
    later = changed(review=RULESET.rules[RULE].review.model_copy(update={"next": due + datetime.timedelta(365)}))
    for ruleset in (RULESET, later):
        assert worth(signed(ONE), ruleset=ruleset, on=due) == [Worth.STANDS]
        assert worth(signed(ONE), ruleset=ruleset, on=due + datetime.timedelta(1)) == [Worth.LAPSED]


def test_a_rule_that_is_gone_takes_its_sign_offs_along() -> None:
    rules = {name: rule for name, rule in RULESET.rules.items() if name != RULE}
    assert worth(signed(ONE), ruleset=replace(RULESET, rules=rules)) == [Worth.LAPSED]


def test_the_review_date_and_another_rule_change_nothing() -> None:
    rules = {**RULESET.rules, "escalate-cramps": RULESET.rules["escalate-cramps"].model_copy(update={"title": "Other"})}
    assert worth(signed(ONE), ruleset=replace(RULESET, rules=rules)) == [Worth.STANDS]


# ---------------------------------------------------------------- whose word counts


def test_without_a_list_of_signers_nothing_is_checked_and_nothing_stands() -> None:
    assert worth(signed(ONE), signers=None) == [Worth.NOT_CHECKED]
    assert ready_for_active(RULESET, weighed(*everybody(), signers=None))


def test_an_unknown_key_a_wrong_role_and_an_edited_statement_are_not_valid() -> None:
    edited = signed(ONE)
    payload = edited.envelope.payload.replace(b'"decision":"agree"', b'"decision":"disagree"')
    edited = replace(edited, envelope=edited.envelope.model_copy(update={"payload": payload}))
    for filed in (signed(new_key()), signed(MANAGER, role="release manager"), signed(ONE, role=SAFETY_OFFICER), edited):
        assert worth(filed) == [Worth.NOT_VALID]


def test_nobody_reviews_rules_of_their_own() -> None:
    author = signer(new_key(), name="FIRST  of a test", role="author")
    found = weighed(signed(ONE), signed(OTHER), signers=trusting(*SIGNERS.signers, author))
    assert [each.worth for each in found] == [Worth.NOT_VALID, Worth.STANDS]
    assert found[0].why == "the person is an author, and nobody reviews rules of their own"
    assert ready_for_active(RULESET, weighed(*everybody(), signers=trusting(*SIGNERS.signers, author)))
    assert ready_for_active(RULESET, weighed(*everybody())) == ()


def test_of_one_person_s_words_the_last_counts_in_whatever_order_they_lie() -> None:
    first, later = signed(ONE), signed(ONE, decision="disagree", at=AT + datetime.timedelta(hours=1))
    assert worth(first, later) == [Worth.OVERTAKEN, Worth.STANDS]
    assert worth(later, first) == [Worth.STANDS, Worth.OVERTAKEN]


def test_disagreement_is_kept_and_shown(tmp_path: Path) -> None:
    from fasciculation_rules.audit.review.account import as_json, lines_of

    filed = signed(OTHER, decision="disagree")
    add_to(tmp_path, filed.envelope, filed.said)
    found = weigh(read_folder(tmp_path), RULESET, SIGNERS, on=ON)
    assert any("disagree" in line and "a reason" in line for line in lines_of(RULESET, found))
    assert as_json(RULESET, found)["sign_offs"][0]["comment"] == "a reason"
    assert f"{RULE}: a clinician disagrees" in ready_for_active(RULESET, found)


def test_a_sign_off_is_never_written_over(tmp_path: Path) -> None:
    filed = signed(ONE)
    add_to(tmp_path, filed.envelope, filed.said)
    with pytest.raises(SignatureError, match="is there already"):
        add_to(tmp_path, filed.envelope, filed.said)
    assert len(read_folder(tmp_path)) == 1


# ---------------------------------------------------------------- ready


ALL = everybody()


@given(st.sets(st.integers(0, len(ALL) - 1), max_size=3))
def test_a_version_is_ready_exactly_when_two_clinicians_and_a_safety_officer_agree(left_out: set[int]) -> None:
    there = [filed for index, filed in enumerate(ALL) if index not in left_out]
    missing = ready_for_active(RULESET, weighed(*there))
    assert bool(missing) == bool(left_out)
    for index in left_out:
        about = ALL[index].said.rule or f"version {RULESET.version}"
        assert any(each.startswith(f"{about}: ") for each in missing)


def test_one_person_with_two_keys_is_one_person() -> None:
    same = trusting(
        signer(ONE, name="First of a test", role=CLINICIAN),
        signer(OTHER, name="FIRST  of a test", role=CLINICIAN),
        signer(OFFICER, name="Third of a test", role=SAFETY_OFFICER),
    )
    missing = ready_for_active(RULESET, weighed(*ALL, signers=same))
    assert f"{RULE}: 1 of 2 clinicians agree" in missing


def test_a_safety_officer_who_is_one_of_the_clinicians_does_not_do() -> None:
    both = trusting(
        signer(ONE, name="First of a test", role=CLINICIAN),
        signer(OTHER, name="Second of a test", role=CLINICIAN),
        signer(OFFICER, name="First of a test", role=SAFETY_OFFICER),
    )
    (missing,) = ready_for_active(RULESET, weighed(*ALL, signers=both))
    assert missing.startswith("version mini")


def test_agreement_with_a_comment_counts_and_disagreement_blocks() -> None:
    last = AT + datetime.timedelta(hours=2)
    assert ready_for_active(RULESET, weighed(*ALL, signed(ONE, decision="agree-with-comment", at=last))) == ()
    missing = ready_for_active(RULESET, weighed(*ALL, signed(ONE, decision="disagree", at=last)))
    assert missing == (f"{RULE}: 1 of 2 clinicians agree", f"{RULE}: a clinician disagrees")


# ---------------------------------------------------------------- what is signed


@pytest.mark.parametrize("version", ["0.1.0", "1.0.0"])
def test_every_rule_can_be_put_before_a_reviewer_and_no_two_are_alike(version: str) -> None:
    ruleset = open_ruleset(version)
    subjects = [subject_of(rule, ruleset) for rule in ruleset.rules]
    assert len({each.text_digest for each in subjects}) == len(ruleset.rules)
    assert all(each.lines and all(line.strip() for line in each.lines) for each in subjects)


def test_the_repository_ships_no_sign_off_and_no_list_of_signers() -> None:
    here = Path(__file__).resolve().parents[3]
    done = subprocess.run(["git", "ls-files", "-z"], cwd=here, capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip("not a checkout")
    files = [here / name for name in done.stdout.decode().split("\0") if name and (here / name).is_file()]
    assert not [file for file in files if file.name.endswith(".sign-off.json")]
    words = re.compile(rf'"payloadType"\s*:\s*"{re.escape(PAYLOAD_TYPE)}"|-----BEGIN (?:PRIVATE|ENCRYPTED)'.encode())
    kept = [file for file in files if file.suffix in {".json", ".yaml", ".pem", ".md", ".jsonl"}]
    assert len(kept) > 1000
    assert [file for file in kept if words.search(file.read_bytes())] == []
    for file in files:
        if file.name == SIGNERS_FILE:
            assert read_signers(file).signers == ()


@pytest.mark.parametrize("version", versions(shelf_root()))
def test_no_rule_and_no_judgement_names_a_person(version: str) -> None:
    ruleset = open_ruleset(version)
    assert {rule.review.status for rule in ruleset.rules.values()} == {"not reviewed by a clinician"}
    assert ruleset.about.authors == ("the fasciculation_rules project",)
    safety = read_safety()
    judged = [*safety.hazards.hazards, *safety.anomalies.ours]
    judges = {each.judged_by for each in judged}
    assert judges == {ENGINEERING_ESTIMATE}
