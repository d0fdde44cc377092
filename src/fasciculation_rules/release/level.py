"""Which level a version needs against the one before it: patch, minor or major, and what shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.compare.alike import Shown, alike
from fasciculation_rules.proof.compare.said import Pair
from fasciculation_rules.proof.compare.structure import structure
from fasciculation_rules.proof.solver import Verdict
from fasciculation_rules.proof.witness import as_given, given
from fasciculation_rules.shelf.releases import Level

LEVELS: tuple[Level, ...] = ("patch", "minor", "major")
NOT_RELIED_ON = ("cases", "sources", "evidence rows")
"""Parts whose names nobody outside the ruleset uses."""

TYPES = {"findings": ("kind", "values"), "quantities": ("kind", "unit"), "rules": ("kind",)}
"""The keys whose change breaks what others wrote against the version before."""


@dataclass(frozen=True, slots=True)
class Needed:
    """The lowest level that is true, why no lower one is, and somebody who shows it where decisions may change."""

    level: Level
    why: tuple[str, ...]
    shown: Shown | None = None


def needed(old: Ruleset, new: Ruleset) -> Needed:
    """What a release of `new` after `old` has to be called.

    Raises EngineUnavailableError without the extra `prove`.
    """
    breaking = tuple(_breaking(old, new))
    if old.logic_digest == new.logic_digest:
        return Needed("major", breaking) if breaking else Needed("patch", ("the logic digest is the same",))
    found = alike(Pair(old, new))
    if breaking:
        return Needed("major", breaking, found.shown)
    if found.proven:
        return Needed("patch", ("every condition is worth the same for everybody (proven), all else is the same",))
    return Needed("minor", tuple(_deciding(found.frame, found.conditions)), found.shown)


def _breaking(old: Ruleset, new: Ruleset) -> Iterator[str]:
    for part in structure(old, new):
        if part.part in NOT_RELIED_ON:
            continue
        yield from (f"{part.part}: '{name}' was removed or renamed" for name in part.removed)
        for name, keys in part.changed.items():
            for key in keys:
                if key in TYPES.get(part.part, ()):
                    yield f"{part.part}: '{name}' has another {key}"


def _deciding(frame: Sequence[str], conditions: Verdict) -> Iterator[str]:
    match conditions:
        case Verdict.POSSIBLE:
            yield "conditions are not worth the same for everybody"
        case Verdict.UNDECIDED:
            yield "whether conditions are worth the same for everybody was not decided in time"
        case Verdict.IMPOSSIBLE:
            pass
    shown = frame[:6]
    if shown:
        more = f" and {len(frame) - len(shown)} more" if len(frame) > len(shown) else ""
        yield f"what decides differs: {', '.join(shown)}{more}"


def words_for(version: Ruleset, other: Ruleset, shown: Shown) -> Ruleset:
    """The one of two versions whose words name everything that is known of somebody."""
    names = {*shown.said.findings, *shown.said.quantities}
    return version if names <= version.program.slots.keys() else other


def in_words(shown: Shown, old: Ruleset, new: Ruleset) -> str:
    """Somebody in a sentence: what is known, and what differs."""
    version = words_for(new, old, shown)
    known = [f"{_named(name, version)}: {value}" for name, value in given(shown.said, version).items()]
    who = f"a patient of whom only this is known: {'; '.join(known)}" if known else "a patient of whom nothing is known"
    if shown.before == shown.after:
        return f"{who}; {old.version} and {new.version} differ in {', '.join(shown.rules)}"
    moved = f"at least {shown.before} by {old.version}, at least {shown.after} by {new.version}"
    return f"{who}; {moved}, because of {', '.join(shown.rules)}"


def as_case(shown: Shown, old: Ruleset, new: Ruleset) -> dict[str, object]:
    """Somebody as the `given:` of a case."""
    return as_given(shown.said, words_for(new, old, shown))


def _named(name: str, version: Ruleset) -> str:
    label = version.vocabulary.label(name)
    return name if label == name else f"{label} ({name})"
