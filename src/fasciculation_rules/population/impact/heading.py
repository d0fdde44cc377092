"""What every output of an impact says first: who spoke, of whom, and what it is not."""

from __future__ import annotations

from collections.abc import Iterator

from fasciculation_rules._version import __version__
from fasciculation_rules.population.impact.table import Table

SYNTHETIC = "Synthetic: these people do not exist, and nothing may be concluded from them."
ADVICE = "It advises clinicians and makes no diagnosis. What is not recorded is unknown, never no."


def title(table: Table) -> str:
    """One line."""
    old, new = (version.version for version in table.versions)
    synthetic = " (synthetic people)" if table.source.synthetic else ""
    return f"Impact of ruleset {new} against {old}{synthetic}: {who(table)}; as of {table.day}"


def who(table: Table) -> str:
    """Who is counted."""
    if table.asked.everyone:
        return "everybody, whether in scope or not"
    return "people with an entry finding of either version, 16 or older, alive"


def heading(table: Table) -> Iterator[str]:
    """Lines for people; the first is the title."""
    yield title(table)
    if table.source.synthetic:
        yield SYNTHETIC
    for word, version in zip(("Old", "New"), table.versions, strict=True):
        yield f"{word}: ruleset {version.version} ({version.status}, library {__version__}), {version.about.review}."
    yield ADVICE


def about(table: Table) -> dict[str, object]:
    """The same as plain values."""
    old, new = (
        {
            "ruleset": version.version,
            "status": version.status,
            "review": version.about.review,
            "logic_digest": version.logic_digest,
        }
        for version in table.versions
    )
    return {
        "format": 1,
        "title": title(table),
        "old": old,
        "new": new,
        "library": __version__,
        "as_of": table.day,
        "cohort": who(table),
        "synthetic": table.source.synthetic,
        "advice": ADVICE,
    }
