"""Assesses the input of a record again, with its pinned version and profile: the decision must be the same bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from fasciculation_rules.assessing.straight_line import assess
from fasciculation_rules.audit.decision import decision_of
from fasciculation_rules.audit.difference import Difference, first_difference
from fasciculation_rules.audit.record import Record, id_of
from fasciculation_rules.audit.signs import Signs
from fasciculation_rules.errors import CaseError, EngineUnavailableError, RecordError
from fasciculation_rules.model.case import Case
from fasciculation_rules.model.profile import Profile
from fasciculation_rules.model.record import RulesetOfRecord
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.shelf.digest import canonical_json
from fasciculation_rules.shelf.freeze import with_profile
from fasciculation_rules.shelf.opening import open_ruleset

_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
"""The name of a version, and no path: a record comes from anywhere, and leads nowhere."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of one record: the engines that gave the same decision, or the first difference and who found it."""

    id: str
    engines: tuple[str, ...]
    difference: Difference | None = None
    engine: str | None = None

    @property
    def same(self) -> bool:
        """Whether every engine gave the same bytes again."""
        return self.difference is None


def replay(record: Record, *, engines: Sequence[str] = ("durable",), ruleset: Ruleset | None = None) -> Replayed:
    """The same decision again, by each engine that is asked, or the first difference by its path.

    `ruleset` stands in for the version that the record names; its digests must be the record's all the same.
    Raises RecordError where the digests of the version differ from those of the record, RulesetNotFoundError where
    it is not here, and EngineUnavailableError where an engine that is asked cannot answer here.
    """
    pinned = pinned_ruleset(record.said.ruleset, ruleset)
    signs, found = Signs.of(pinned), tuple(engines)
    for name in found:
        now = _decided(record, pinned, name)
        if isinstance(now, Difference):
            return Replayed(record.id, found, now, name)
        if now != record.decision:
            difference = first_difference(record.data["decision"], json.loads(now), signs)
            return Replayed(record.id, found, difference, name)
    expected = id_of(record.data)
    if record.id != expected:  # the decision is the same, so what stands beside it in the id was edited
        return Replayed(record.id, found, Difference("$.id", json.dumps(record.id), json.dumps(expected)))
    return Replayed(record.id, found)


def _decided(record: Record, ruleset: Ruleset, engine: str) -> bytes | Difference:
    """The decision now; where the input cannot be assessed any more, that is the difference."""
    given, recorded = record.data["decision"]["input"]["given"], record.said.decision.input
    on, reconcile = recorded.on, recorded.reconcile
    try:
        case = Case.read({"given": given})
        assessment = assess(case, ruleset, engine=engine, on=on, reconcile=reconcile)
    except CaseError as error:
        return Difference("$.decision.input.given", "assessed", f"refused ({error.summary})")
    if assessment.engine.name != engine:
        raise EngineUnavailableError(f"the engine '{engine}' does not answer here; replay with --engine compiled")
    return canonical_json(decision_of(case, ruleset, assessment, on=on, reconcile=reconcile))


def pinned_ruleset(said: RulesetOfRecord, ruleset: Ruleset | None = None) -> Ruleset:
    """The version that a record names, under its profile.

    Raises RecordError where it is not the one that decided.
    """
    if ruleset is None and _VERSION.fullmatch(said.version) is None:
        raise RecordError("what the record names as its version is none")
    opened = open_ruleset(said.version) if ruleset is None else ruleset
    _must_be(opened, said, "text_digest", "logic_digest")
    if said.profile is None:
        _must_be(opened, said, "effective_digest")
        return opened
    profile = Profile(name=said.profile.name, thresholds=dict(said.profile.thresholds))
    moved = with_profile(opened, profile)
    if moved.profile_digest != said.profile.digest:
        raise _refused(
            moved, f"the profile's digest is {said.profile.digest} in the record, {moved.profile_digest} now"
        )
    _must_be(moved, said, "effective_digest")
    return moved


def _must_be(ruleset: Ruleset, said: RulesetOfRecord, *digests: str) -> None:
    for name in digests:
        recorded, found = getattr(said, name), getattr(ruleset, name)
        if recorded != found:
            raise _refused(ruleset, f"its {name} is {recorded} in the record, {found} here")


def _refused(ruleset: Ruleset, why: str) -> RecordError:
    return RecordError(
        f"ruleset {ruleset.version} is not the one that decided: {why}; "
        "replay where the recorded version is installed as it was"
    )
