"""The basis on which a clinician can review an answer independently (FDA guidance, 6 January 2026, criterion 4)."""

from __future__ import annotations

from collections.abc import Mapping

from fasciculation_rules.audit.documents.used import used
from fasciculation_rules.model.outcomes import EMERGENCY, SAME_DAY
from fasciculation_rules.model.ruleset import Ruleset

NOT_VALIDATED = "clinical validation: not done"


SAFETY_CLASS = (
    "A proposal, to which nobody outside the project has agreed: class C of IEC 62304. The reason: a rule that is "
    "wrong or does not fire may let an emergency be missed, which may end in death or lasting harm (hazards HZ-1, HZ-5 "
    "and HZ-6, of catastrophic severity), and the clinician who decides is a control outside of the software whose "
    "strength the project cannot know. A deployer may come to another class. Conformity with the standard is not "
    "claimed."
)


def basis(ruleset: Ruleset) -> Mapping[str, object]:
    """Plain values; what must stand on the first page comes first."""
    about, outcomes = ruleset.about, ruleset.outcomes
    changing = changes_the_answer(ruleset)
    acute = sum(rule.then.urgency in (SAME_DAY, EMERGENCY) for rule in ruleset.escalations.values())
    time_critical = [rung.id for rung in outcomes.urgencies if rung.time_critical]
    return {
        "intended_user": (
            "A health-care professional who sees a person with muscle twitching and decides: a general practitioner, "
            "an emergency or acute physician, or a neurologist. It is not for patients by themselves."
        ),
        "purpose": about.purpose.split("\n"),
        "population": about.population.split("\n"),
        "not_covered": [line for line in (*about.not_for.split("\n"), *outcomes.limits) if line],
        "signals": "It takes no image, waveform or signal; what a report found, such as of an EMG, is entered.",
        "time_critical": (
            f"Rules of the rungs {', '.join(time_critical)} are about time-critical care; criterion 3 may not hold of "
            f"them. {acute} of the rules reach same_day or emergency."
        ),
        "inputs_whose_absence_changes_the_answer": changing,
        "logic": (
            "Written by people, deterministic, without learning. Every rule is a condition that is rendered in plain "
            "English with its reason and evidence (`show`, `pages`, `review pack`); each answer names its rules."
        ),
        "missing_data": (
            "Unknown is never read as absent: the answer is a range, and the questions, examinations and tests that "
            "could change it are listed."
        ),
        "software_safety_class": SAFETY_CLASS,
        "validation": NOT_VALIDATED,
        "review": about.review,
    }


def changes_the_answer(ruleset: Ruleset) -> dict[str, list[dict[str, object]]]:
    """Of each kind, the items that some rule reads, so that leaving one out may change the answer.

    `could_raise_to` is the highest rung of an escalation rule that reads it; none where only plan or differential do.
    """
    found: dict[str, list[dict[str, object]]] = {}
    items, rank = ruleset.vocabulary.items, ruleset.rank
    for name, by in used(ruleset).items():
        if name in items:
            rungs = [ruleset.escalations[rule].then.urgency for rule in by if rule in ruleset.escalations]
            found.setdefault(items[name].kind.value, []).append(
                {
                    "item": name,
                    "label": ruleset.vocabulary.label(name),
                    "rules": len(by),
                    "could_raise_to": max(rungs, key=rank.__getitem__, default=None),
                    "screen": name in ruleset.vocabulary.screen,
                }
            )
    return found
