"""All theorems: the laws that code asks about, with their sentences, and the claims made in the words of rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import resources

from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.proof import hygiene, laws, limits
from fasciculation_rules.proof.claims import read_claims
from fasciculation_rules.proof.question import Question, Theorem
from fasciculation_rules.proof.subject import Subject
from fasciculation_rules.shelf.strict_yaml import read_yaml

LAWS: Mapping[str, Callable[[Subject], Iterable[Question]]] = {
    "conditions-are-consistent": hygiene.never_both,
    "nothing-learned-lowers": laws.never_lowered,
    "urgent-is-never-lowered": laws.urgent_is_never_lowered,
    "bounds-in-order": laws.bounds_in_order,
    "history-never-raises-at-most": laws.never_raised(Firing.OPEN, laws.HISTORY),
    "examination-stays-within": laws.never_raised(Firing.AWAITS_EXAMINATION, laws.EXAMINATION),
    "tests-stay-within": laws.never_raised(Firing.AWAITS_TEST, laws.EVERYTHING),
    "what-fires-stays": laws.what_fires_stays,
    "denials-never-raise": laws.denials_never_raise,
    "settled-stands": laws.settled_stands,
    "tight": laws.tight,
    "no-self-care-under-a-red-flag": laws.no_self_care_under_a_red_flag,
    "no-self-care-before-the-screen": laws.no_self_care_before_the_screen,
    "screen-is-complete": laws.screen_is_complete,
    "general-yes": laws.a_general_yes,
    "discharge-needs-every-denial": laws.discharge_needs_every_denial,
    "discharge-reaches-routine": laws.discharge_reaches_routine,
    "age-and-duration-alone": laws.age_and_duration_alone,
    "normal-results-alone": limits.normal_results_alone,
    "minors-never-add-up": laws.minors_never_add_up,
    "advice-is-withheld": laws.advice_is_withheld,
    "critical-is-used": limits.critical_is_used,
    "critical-is-reached": limits.critical_is_reached,
    "worse-is-no-less-urgent": limits.worse_is_no_less_urgent,
    "thresholds-divide": limits.both_sides_exist,
    "none-is-dead": hygiene.none_is_dead,
    "none-is-certain": hygiene.none_is_certain,
    "none-is-shadowed": hygiene.none_is_shadowed,
    "none-contradicts": hygiene.none_contradicts,
    "none-repeats": hygiene.none_repeats,
    "no-clause-is-needless": hygiene.no_clause_is_needless,
}


@cache
def all_theorems() -> tuple[Theorem, ...]:
    """Laws, then claims, in the order of their files."""
    stated = [Theorem(id_, sentence, LAWS[id_]) for id_, sentence in sentences().items()]
    return (*stated, *read_claims())


def sentences() -> Mapping[str, str]:
    """The sentence of each law."""
    file = resources.files(__package__).joinpath("theorems.yaml")
    document = read_yaml(file.read_bytes(), "theorems.yaml", [])
    if document is None or not isinstance(document.data, dict):
        raise AssertionError("theorems.yaml is part of the library and can be read")
    return {str(id_): str(sentence) for id_, sentence in document.data.items()}
