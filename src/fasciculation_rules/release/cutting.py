"""`release`: a folder becomes history, once every gate is open; `withdraw`: a version should not be used any more."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fasciculation_rules.errors import (
    ReleaseRefusedError,
    RulesetNotFoundError,
    RulesetReleasedError,
    UnknownNameError,
    did_you_mean,
    must_say,
)
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.signing import Signers
from fasciculation_rules.release.gates import Candidate, problems_of
from fasciculation_rules.release.level import Needed, as_case
from fasciculation_rules.shelf import history, manifests
from fasciculation_rules.shelf.digest import manifest, text_digest
from fasciculation_rules.shelf.freeze import freeze
from fasciculation_rules.shelf.locate import by_number, shelf_root, versions
from fasciculation_rules.shelf.opening import open_ruleset
from fasciculation_rules.shelf.read import read_files
from fasciculation_rules.shelf.releases import Event, Level, read_releases
from fasciculation_rules.shelf.safety import HAZARDS, read_for_release

SAFETY = Path("docs", "safety")


@dataclass(frozen=True)
class Cut:
    """A release as it was cut, or would be: its event, what it was compared with, and what each gate looked at."""

    event: Event
    previous: Ruleset | None
    ruleset: Ruleset
    needed: Needed | None
    told: Mapping[str, str]
    written: bool

    def as_json(self) -> dict[str, object]:
        """Plain values; the person who shows a difference is the `given:` of a case."""
        shown = self.needed.shown if self.needed else None
        return {
            "format": 1,
            "written": self.written,
            "event": self.event.model_dump(mode="json", exclude_none=True),
            "previous": self.previous.version if self.previous else None,
            "needed": self.needed.level if self.needed else None,
            "why": list(self.needed.why) if self.needed else [],
            "shown": None if shown is None or self.previous is None else as_case(shown, self.previous, self.ruleset),
            "looked_at": dict(self.told),
        }


def release(
    version: str,
    *,
    level: Level,
    notes: str,
    date: datetime.date,
    status: Literal["draft", "active"] = "draft",
    recorded: datetime.date | None = None,
    safety: Path | None = None,
    sign_offs: Path | None = None,
    trust: Signers | None = None,
    check: bool = False,
) -> Cut:
    """Releases an unreleased version of the shelf: appends one event with both its digests, and the list of its files.

    `date` is the day of the release, `recorded` the day on which it is written down, where that is later. `safety` is
    the folder of safety files, by default `docs/safety` of the checkout. The status `active` needs a folder of
    `sign_offs` by signers whom the caller trusts. With `check` nothing is written.

    Raises ReleaseRefusedError with everything that keeps it from being released; RulesetNotFoundError,
    RulesetReleasedError or RulesetInvalidError where there is nothing to release; EngineUnavailableError where an
    engine or the extra `prove` is not here.
    """
    must_say("a release needs notes: a sentence on what it is and what is new in it", notes)
    shelf = writable_shelf()
    known = read_releases(shelf)
    if version in known:
        raise RulesetReleasedError(f"ruleset {version} was released on {known[version].date}, and is history")
    _refuse_unknown(version, versions(shelf))
    files = read_files(shelf / version)
    ruleset = freeze(files, version)
    below = [name for name in known if by_number(name) < by_number(version)]
    previous = open_ruleset(max(below, key=by_number)) if below else None
    candidate = Candidate(
        version, ruleset, previous, level, status, date, safety or shelf.parent / SAFETY, sign_offs, trust
    )
    problems = problems_of(candidate)
    if problems:
        raise ReleaseRefusedError(f"ruleset {version} is not released", problems)
    event = Event(
        event="released",
        version=version,
        date=date,
        recorded=recorded if recorded != date else None,
        status=status,
        level=level,
        text_digest=ruleset.text_digest,
        logic_digest=ruleset.logic_digest,
        note=notes,
    )
    if not check:
        _write(shelf, event, files)
    return Cut(event, previous, ruleset, candidate.needed, candidate.told, written=not check)


def _write(shelf: Path, event: Event, files: Mapping[str, bytes]) -> None:
    """The list first, which by itself says nothing: what counts is the event."""
    if text_digest(read_files(shelf / event.version)) != event.text_digest:
        raise RulesetReleasedError(f"files of {event.version} were changed while it was looked at; nothing was written")
    listed = shelf / manifests.FOLDER / manifests.name_of(event.version)
    listed.unlink(missing_ok=True)  # of an attempt that did not end
    history.write_whole(listed, manifest(files).encode())
    history.append_event(shelf, event)


def withdraw(
    version: str,
    *,
    reason: str,
    hazard: str,
    date: datetime.date,
    replaced_by: str | None = None,
    recorded: datetime.date | None = None,
    safety: Path | None = None,
) -> Event:
    """Says of a release that it should no longer be used, why, and what to use instead. It can still be opened by name.

    `hazard` is the id of one in the safety files, which lie in `safety`, by default `docs/safety` of the checkout.

    Raises RulesetNotFoundError where it was never released, or its replacement is not in use; UnknownNameError where
    there is no such hazard; ReleaseRefusedError where it was withdrawn before; RulesetInvalidError where the day does
    not fit the history; ArgumentError where no reason is given.
    """
    must_say("a withdrawal needs a reason: a sentence that whoever uses the version will read", reason)
    shelf = writable_shelf()
    known = read_releases(shelf)
    _refuse_unknown(version, known)
    if known[version].status == "withdrawn":
        raise ReleaseRefusedError(f"ruleset {version} was {known[version].withdrawal or 'withdrawn'}, and stays so")
    if replaced_by is not None:
        in_use = [name for name, each in known.items() if each.status in ("draft", "active") and name != version]
        _refuse_unknown(replaced_by, in_use)
    _refuse_unknown_hazard(hazard, safety or shelf.parent / SAFETY)
    event = Event(
        event="withdrawn",
        version=version,
        date=date,
        recorded=recorded if recorded != date else None,
        status="withdrawn",
        reason=reason,
        hazard=hazard,
        replaced_by=replaced_by,
    )
    history.append_event(shelf, event)
    return event


def _refuse_unknown_hazard(hazard: str, folder: Path) -> None:
    known = [each.id for each in read_for_release(folder).hazards.hazards]
    if not known:
        raise UnknownNameError(f"there are no hazards in {folder / HAZARDS}; name the folder of the safety files")
    if hazard not in known:
        hint = did_you_mean(hazard, known)
        raise UnknownNameError(f"there is no hazard '{hazard}' in {folder / HAZARDS}" + (f"; {hint}" if hint else ""))


def writable_shelf() -> Path:
    """The folder of rulesets as a path.

    Raises RulesetNotFoundError where it lies in an archive.
    """
    shelf = shelf_root()
    if not isinstance(shelf, Path):
        raise RulesetNotFoundError("the rulesets lie in an archive, where nothing is released; use a checkout")
    return shelf


def _refuse_unknown(version: str, known: Iterable[str]) -> None:
    names = tuple(known)
    if version not in names:
        hint = did_you_mean(version, names)
        listed = ", ".join(names) or "none"
        raise RulesetNotFoundError(
            f"there is no ruleset '{version}'; there are: {listed}" + (f"; {hint}" if hint else "")
        )
