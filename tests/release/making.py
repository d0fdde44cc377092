"""A shelf of our own with a small ruleset on it that can be released: every gate opens for it until it is altered."""

from __future__ import annotations

import shutil
from pathlib import Path

MINI = Path(__file__).resolve().parents[1] / "rulesets" / "mini"
SPEECH = "rules/escalation/escalate-speech.yaml"
CRAMPS = "rules/escalation/escalate-cramps.yaml"

_SEX = """  sex:
    label: sex
    ask: What is the sex recorded at birth?
    kind: history
    values: [male, female]
"""
_BOTH = """    - all:
        - dysphagia is present
        - weakness is present
"""
_OPEN = """  - name: swallowing is difficult, the rest not asked
    given: {dysphagia: present}
    expect: open
    asks: [dysarthria, weakness]
"""
_NOT_ASKED = """  - name: one denied, the other not asked
    given: {dysarthria: absent}
    expect: open
    asks: [dysphagia]
"""
_MENDED = {
    "vocabulary.yaml": ((_SEX, ""), ("    red_flag: yes\n", "")),
    SPEECH: (
        ("Slurred speech, or difficulty swallowing with weakness", "Slurred speech, or difficulty swallowing"),
        (_BOTH, "    - dysphagia is present\n"),
        (_OPEN, _NOT_ASKED),
    ),
    "rules/differential/support-bfs.yaml": (
        ("    - weakness is absent\n", "    - weakness is absent\n    - bulbar_symptoms is absent\n"),
        (
            "given: {fasciculation: present, weakness: absent}",
            "given: {fasciculation: present, weakness: absent, bulbar_symptoms: absent}",
        ),
        ("expect: open, asks: [weakness]", "expect: open, asks: [bulbar_symptoms, weakness]"),
    ),
}
"""What keeps the small ruleset of the other tests from being released, and what stands there instead."""


HAZARDS = """format: 1
hazards:
  - id: HZ-1
    hazard: Something.
    cause: A rule.
    effect: Harm.
    before: {severity: minor, likelihood: low}
    controls: [{does: nothing}]
    after: {severity: minor, likelihood: low}
    residual: All of it.
    judged_by: engineering estimate
"""


def put_hazards(shelf: Path) -> None:
    """A safety folder beside a shelf, with one hazard."""
    folder = shelf.parent / "docs" / "safety"
    folder.mkdir(parents=True)
    (folder / "hazards.yaml").write_text(HAZARDS, encoding="utf-8")


def rewrite(folder: Path, file: str, *pairs: tuple[str, str]) -> None:
    """Replaces texts in a file of a version; each must be there."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    for before, after in pairs:
        assert before in text, before
        text = text.replace(before, after)
    path.write_text(text, encoding="utf-8", newline="\n")


def put(shelf: Path, version: str) -> Path:
    """An unreleased version on a shelf."""
    folder = shelf / version
    shutil.copytree(MINI, folder)
    rewrite(folder, "ruleset.yaml", ("ruleset: mini", f"ruleset: {version}"))
    for file, pairs in _MENDED.items():
        rewrite(folder, file, *pairs)
    return folder


def copy(shelf: Path, version: str, to: str) -> Path:
    """The next version of one, as it is."""
    folder = shelf / to
    shutil.copytree(shelf / version, folder)
    rewrite(folder, "ruleset.yaml", (f"ruleset: {version}", f"ruleset: {to}"))
    return folder
