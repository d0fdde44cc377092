"""The text digest is of every byte; the logic digest is of what is decided, and of no prose."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest
from gallery import MINI, alter
from hypothesis import given
from hypothesis import strategies as st

from fasciculation_rules.model.profile import Profile
from fasciculation_rules.shelf.digest import canonical_json, digest_of, manifest, text_digest
from fasciculation_rules.shelf.freeze import freeze, with_profile
from fasciculation_rules.shelf.opening import open_ruleset
from fasciculation_rules.shelf.read import read_files

SPEECH = "rules/escalation/escalate-speech.yaml"
FILES = read_files(MINI)
RULESET = open_ruleset(MINI)

PROSE = {
    "a title": (SPEECH, "title: Slurred speech, or", "title: Slurring, or"),
    "a rationale": (SPEECH, "rationale: A reason.", "rationale: Another reason."),
    "a because": (SPEECH, "may be motor neurone disease.", "may be a motor neurone disease."),
    "a review": (SPEECH, "next: 2027-05-01", "next: 2028-05-01"),
    "an example": (SPEECH, "name: slurred speech alone", "name: slurring alone"),
    "a question": ("vocabulary.yaml", "Is your speech slurred?", "Has your speech become slurred?"),
    "a label": ("vocabulary.yaml", "label: slurred speech", "label: slurring"),
    "a comment": ("outcomes.yaml", "reassure_up_to: self_care", "reassure_up_to: self_care  # and no further"),
    "the words of a rung": ("outcomes.yaml", "label: the same day", "label: on the same day"),
    "a source": ("references.yaml", "year: 2026", "year: 2027"),
    "who wrote it": ("ruleset.yaml", "authors: [the maintainers]", "authors: [others]"),
}
LOGIC = {
    "a condition": (SPEECH, "- weakness is present", "- cramps is present"),
    "a rung": (SPEECH, "urgency: urgent_2w", "urgency: same_day"),
    "a destination": (SPEECH, "refer: neurology", "refer: gp"),
    "a delay": ("outcomes.yaml", "delay: PT12H", "delay: PT6H"),
    "a threshold": ("thresholds.yaml", "value: 2.5 mmol/L", "value: 2.6 mmol/L"),
    "what a site may move": ("thresholds.yaml", "to: 2 mmol/L", "to: 2.1 mmol/L"),
    "an implication": ("vocabulary.yaml", "excludes: [babinski, hyperreflexia]", "excludes: [babinski]"),
    "a horizon": ("vocabulary.yaml", "horizon: P90D", "horizon: P91D"),
    "a range": ("vocabulary.yaml", "range: [0.5, 15]", "range: [0.5, 16]"),
    "a normal range": ("vocabulary.yaml", "normal: [3.5, 5.5]", "normal: [3.5, 5.3]"),
    "the entry": ("ruleset.yaml", "\n    - eyelid_twitch is present", ""),
    "a floor": ("outcomes.yaml", "when: age < 16 years", "when: age < 18 years"),
    "what must not be missed": ("outcomes.yaml", "must_not_miss: yes", "must_not_miss: no"),
    "a contraindication": ("rules/plan/advise-potassium-rich-food.yaml", "[ace_inhibitor_use]", "[cramps]"),
}


def altered(tmp_path: Path, file: str, old: str, new: str) -> dict[str, bytes]:
    shutil.copytree(MINI, tmp_path / "mini")
    alter(tmp_path / "mini", {"file": file, "replace": [{"old": old, "new": new}]})
    return read_files(tmp_path / "mini")


@pytest.mark.parametrize(("file", "old", "new"), PROSE.values(), ids=PROSE)
def test_prose_is_in_the_text_digest_only(file: str, old: str, new: str, tmp_path: Path) -> None:
    other = freeze(altered(tmp_path, file, old, new), "mini")
    assert other.logic_digest == RULESET.logic_digest
    assert other.text_digest != RULESET.text_digest


@pytest.mark.parametrize(("file", "old", "new"), LOGIC.values(), ids=LOGIC)
def test_what_decides_is_in_both_digests(file: str, old: str, new: str, tmp_path: Path) -> None:
    other = freeze(altered(tmp_path, file, old, new), "mini")
    assert other.logic_digest != RULESET.logic_digest
    assert other.text_digest != RULESET.text_digest


def test_windows_line_ends_are_another_text_and_the_same_logic() -> None:
    windows = {path: raw.replace(b"\n", b"\r\n") for path, raw in FILES.items()}
    other = freeze(windows, "mini")
    assert other.logic_digest == RULESET.logic_digest
    assert other.text_digest != RULESET.text_digest


def test_files_in_another_order_are_the_same_ruleset() -> None:
    other = freeze(dict(reversed(FILES.items())), "mini")
    assert (other.text_digest, other.logic_digest) == (RULESET.text_digest, RULESET.logic_digest)
    assert list(other.rules) == list(RULESET.rules)
    assert other.program == RULESET.program


def test_coreutils_can_check_the_manifest_and_arrive_at_the_same_digest() -> None:
    if shutil.which("sha256sum") is None:
        pytest.skip("this machine has no sha256sum")
    lines = manifest(FILES)
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict"], input=lines, cwd=MINI, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    script = "find . -type f -printf '%P\\n' | LC_ALL=C sort | xargs -d '\\n' sha256sum | sha256sum"
    by_hand = subprocess.run(["sh", "-c", script], cwd=MINI, capture_output=True, text=True, check=True).stdout.split()[
        0
    ]
    assert RULESET.text_digest == f"sha256:{by_hand}"


def test_the_text_digest_is_that_of_the_manifest() -> None:
    files = {"b.yaml": b"two", "a.yaml": b"one", "a/b.yaml": b"three"}
    rows = [(hashlib.sha256(files[path]).hexdigest(), path) for path in ("a.yaml", "a/b.yaml", "b.yaml")]
    expected = "".join(f"{digest}  {path}\n" for digest, path in rows)
    assert manifest(files) == expected
    assert text_digest(files) == "sha256:" + hashlib.sha256(expected.encode()).hexdigest()


@given(st.dictionaries(st.text("ab/.", min_size=1, max_size=4), st.binary(max_size=3), max_size=4))
def test_the_text_digest_does_not_depend_on_the_order_of_files(files: dict[str, bytes]) -> None:
    assert text_digest(files) == text_digest(dict(reversed(files.items())))


def test_canonical_json_is_that_of_rfc_8785_for_what_is_hashed() -> None:
    data = {"b": [1, None, True], "a": 'é "\\\n\u0001', "": {}}
    assert canonical_json(data) == '{"":{},"a":"é \\"\\\\\\n\\u0001","b":[1,null,true]}'.encode()
    with pytest.raises(ValueError, match="Out of range"):
        canonical_json(float("nan"))


def test_a_profile_changes_the_effective_digest_only() -> None:
    one, two = (Profile(name="a site", thresholds={"calcium_low": limit}) for limit in ("1.85 mmol/L", "1.95 mmol/L"))
    moved = [with_profile(RULESET, profile) for profile in (one, two)]
    assert {ruleset.logic_digest for ruleset in moved} == {RULESET.logic_digest}
    assert {ruleset.text_digest for ruleset in moved} == {RULESET.text_digest}
    assert len({RULESET.effective_digest, *(ruleset.effective_digest for ruleset in moved)}) == 3
    assert with_profile(RULESET, one) is moved[0]
    assert RULESET.effective_digest == RULESET.logic_digest


def test_a_profile_under_another_name_is_another_profile() -> None:
    one, two = (Profile(name=name, thresholds={"calcium_low": "1.85 mmol/L"}) for name in ("a", "b"))
    assert with_profile(RULESET, one).effective_digest != with_profile(RULESET, two).effective_digest


def test_a_digest_names_its_algorithm() -> None:
    assert digest_of({}) == "sha256:" + hashlib.sha256(b"{}").hexdigest()
