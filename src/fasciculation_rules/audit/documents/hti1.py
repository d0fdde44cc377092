"""The thirteen source attributes of an evidence-based decision support intervention (45 CFR 170.315(b)(11)(iv)(A))."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fasciculation_rules.audit.documents.used import used
from fasciculation_rules.model.ruleset import Ruleset

NOT_APPLICABLE = "not applicable"
HTI_5 = (
    "The proposed rule HTI-5 (29 December 2025) would remove this part of the certification criterion; "
    "whether it became final was not known when this was written."
)

HEALTH_STATUS = (
    "pregnancy", "pregnancy_over_20_weeks", "postpartum", "alcohol_excess", "injected_drug_use", "stimulant_use",
    "nitrous_oxide_use", "exercise_heavy", "gad7", "anxiety", "severe_distress", "suicidal_thoughts",
    "cannot_walk_unaided", "cannot_stand", "cognitive_change",
)  # fmt: skip
"""Items that USCDI counts among assessments of health status (pregnancy, alcohol and substance use, physical activity,
mental, cognitive and functional status): this project's reading, which an integrator should check."""

SOCIAL: tuple[str, ...] = ()
"""Items that say something of the circumstances of a life, as USCDI understands it: the vocabulary has none so far."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One of the thirteen; `id` never changes. `uses` is yes or no where it asks whether something is used."""

    id: str
    number: int
    title: str
    says: str
    uses: bool | None = None
    by: tuple[str, ...] = ()


def differing(old: Ruleset, new: Ruleset) -> Iterator[tuple[str, str, str]]:
    """The attributes that differ between two versions: id, what the older one says, what the newer one says."""
    for before, after in zip(attributes(old), attributes(new), strict=True):
        if before.says != after.says:
            yield after.id, before.says, after.says


USES = (
    ("uses-race", "race", ("race",)),
    ("uses-ethnicity", "ethnicity", ("ethnicity",)),
    ("uses-language", "language", ("language",)),
    ("uses-sexual-orientation", "sexual orientation", ("sexual_orientation",)),
    ("uses-gender-identity", "gender identity", ("gender_identity",)),
    ("uses-sex", "sex", ("sex",)),
    ("uses-date-of-birth", "date of birth", ("age",)),
    ("uses-social-determinants", "social determinants of health", SOCIAL),
    ("uses-health-status", "health status assessments", HEALTH_STATUS),
)


def attributes(ruleset: Ruleset, *, released: str | None = None) -> tuple[Attribute, ...]:
    """All thirteen, in order; the last nine from what the rules read. `released` is the day of release, if any."""
    about = ruleset.about
    sources = [source.title for source in ruleset.references.sources.values()]
    first = (
        Attribute(
            "citation", 1, "Bibliographic citation of the intervention",
            f"{about.title}. Ruleset {ruleset.version} of fasciculation_rules ({ruleset.text_digest}). "
            f"It cites {len(sources)} sources in {len(ruleset.references.rows)} rows of evidence, "
            "named rule by rule in references.yaml.",
        ),
        Attribute("developer", 2, "Developer", "; ".join(about.authors)),
        Attribute(
            "funding", 3, "Funding source of the technical implementation",
            f"{NOT_APPLICABLE}: no funding has been declared",
        ),
        Attribute(
            "dates", 4, "Release and revision dates",
            (f"Released on {released}. " if released else "Not released. ")
            + f"Reviews of rules are due from {min(rule.review.next for rule in ruleset.rules.values())}.",
        ),
    )  # fmt: skip
    read = used(ruleset)
    return (*first, *(_use(number, use, read) for number, use in enumerate(USES, start=5)))


def _use(number: int, use: tuple[str, str, Sequence[str]], read: Mapping[str, object]) -> Attribute:
    name, title, items = use
    found = tuple(item for item in items if item in read)
    by = f"Yes: rules read {', '.join(found)}." if found else "No: no rule, floor or entry criterion reads it."
    if name == "uses-date-of-birth" and found:
        by = "As an age in completed years: rules read age. No date of birth is taken."
    return Attribute(name, number, f"Whether it uses {title}", by, bool(found), found)
