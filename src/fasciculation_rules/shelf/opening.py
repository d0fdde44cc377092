"""Opens a version by name or a folder by path, and refuses a release that was altered."""

from __future__ import annotations

import datetime
import os
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeGuard

from fasciculation_rules.errors import ArgumentError, RulesetNotFoundError, did_you_mean, wrong_argument
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.shelf.altered import altered
from fasciculation_rules.shelf.digest import text_digest
from fasciculation_rules.shelf.freeze import freeze
from fasciculation_rules.shelf.locate import by_number, shelf_root, versions
from fasciculation_rules.shelf.manifests import read_manifest
from fasciculation_rules.shelf.read import read_files
from fasciculation_rules.shelf.releases import FILE, Event, Release, read_events, standing
from fasciculation_rules.shelf.uncollected import uncollected


def open_ruleset(
    version_or_folder: str | os.PathLike[str] | None = None,
    *,
    as_of: datetime.date | None = None,
    known_at: datetime.date | None = None,
) -> Ruleset:
    """A ruleset, read, checked and frozen; the newest active one (else the newest draft) without an argument.

    `as_of` names a day instead of a version: the one that was the newest then, released and not yet withdrawn.
    `known_at` is the day on which that is asked: what was recorded later counts as not known. Without it all counts.
    What has become of the version since is said all the same, in its status and withdrawal.

    Opening the same version again returns the same value: a release was verified when it was first opened, and
    an unreleased version is read again once one of its files has changed.
    A name with a path separator, or a path object, is a folder: it counts as unreleased, and every call reads it anew
    and returns another value, whose engines are built anew.

    Raises RulesetNotFoundError, RulesetInvalidError, RulesetAlteredError where a release does not have its digest,
    or ArgumentError for what names no ruleset.
    """
    if not isinstance(version_or_folder, str | os.PathLike | None):
        raise wrong_argument("a ruleset is named by a version such as '0.1.0', or is a folder", version_or_folder)
    if as_of is not None or known_at is not None:
        return open_ruleset(_version_as_of(version_or_folder, as_of, known_at))
    if isinstance(version_or_folder, os.PathLike) or is_path(version_or_folder):
        return _open_folder(Path(version_or_folder))
    root = shelf_root()
    releases = known_releases()
    version = default_version() if version_or_folder is None else version_or_folder
    stamp = (releases[version],) if version in releases else _fingerprint(root, version)
    return _opened(str(root), version, stamp)


def is_path(name: str | None) -> TypeGuard[str]:
    """Whether a name is the path of a folder, not a version: it has a separator."""
    return name is not None and ("/" in name or os.sep in name)


def default_version() -> str:
    """The newest active version, else the newest released draft.

    Raises RulesetNotFoundError where nothing was released.
    """
    version = newest(known_releases())
    if version is None:
        raise RulesetNotFoundError("no released ruleset is active or a draft; name a version or a folder")
    return version


def newest(releases: Mapping[str, Release]) -> str | None:
    """The newest active version, else the newest draft, else None."""
    for status in ("active", "draft"):
        named = [version for version, release in releases.items() if release.status == status]
        if named:
            return max(named, key=by_number)
    return None


def _version_as_of(named: object, as_of: datetime.date | None, known_at: datetime.date | None) -> str:
    """The version that was in force on a day, as it was known on another.

    Raises ArgumentError for what is no day, or names a version as well; RulesetNotFoundError where none was.
    """
    if named is not None:
        raise ArgumentError("a ruleset is named by its version or by a day (as_of), not by both")
    if as_of is None:
        raise ArgumentError("known_at says when as_of is asked for, so as_of is needed too")
    for name, day in (("as_of", as_of), ("known_at", known_at)):
        if day is not None and type(day) is not datetime.date:
            raise wrong_argument(f"`{name}` is a datetime.date, such as datetime.date(2026, 11, 22)", day)
    counting = [
        event for event in known_events() if event.date <= as_of and (known_at is None or event.known <= known_at)
    ]
    releases = standing(counting)
    version = newest(releases)
    if version is None:
        known = "" if known_at is None else f", as it was known on {known_at}"
        told = "; ".join(f"{each.version}, {each.status}" for each in releases.values()) or "nothing was released"
        raise RulesetNotFoundError(f"no ruleset was active or a draft on {as_of}{known}: by then {told}")
    return version


def known_releases() -> Mapping[str, Release]:
    """Where each version of the shelf stands by all events, read again only when their file has changed."""
    root = shelf_root()
    return _releases(str(root), _stamp(root / FILE))


def known_events() -> tuple[Event, ...]:
    """The history of the shelf."""
    root = shelf_root()
    return _events(str(root), _stamp(root / FILE))


@lru_cache(maxsize=8)
def _releases(_root: str, _stamp: str) -> Mapping[str, Release]:
    return standing(_events(_root, _stamp))


@lru_cache(maxsize=8)
def _events(_root: str, _stamp: str) -> tuple[Event, ...]:
    return read_events(shelf_root())


@lru_cache(maxsize=8)
def _opened(_root: str, version: str, _stamp: tuple[object, ...]) -> Ruleset:
    with uncollected():
        return _open_version(shelf_root(), version)


def _stamp(file: Traversable) -> str:
    """Size and time of a file; what lies in an archive does not change while it is open."""
    if not isinstance(file, Path):
        return ""
    try:
        stat = file.stat()
    except OSError:
        return ""
    return f"{file} {stat.st_mtime_ns} {stat.st_size}"


def _fingerprint(root: Traversable, version: str) -> tuple[str, ...]:
    """The stamps of every file of a folder: enough to see an edit without reading hundreds of files again."""
    if not isinstance(root, Path):
        return ()
    return tuple(_stamp(file) for file in sorted((root / version).rglob("*")))


def _open_version(root: Traversable, version: str) -> Ruleset:
    known = versions(root)
    if version not in known:
        listed = ", ".join(known) or "none"
        hint = did_you_mean(version, known)
        raise RulesetNotFoundError(
            f"there is no ruleset '{version}'; there are: {listed}" + (f"; {hint}" if hint else "")
        )
    files = read_files(root / version)
    release = known_releases().get(version)
    if release is None:
        return freeze(files, version)
    _check_released(release, files, root)
    return freeze(files, version, status=release.status, withdrawal=release.withdrawal)


def reverify(ruleset: Ruleset) -> None:
    """Looks again whether the files of a released version are what was released, as a long-running program should.

    Raises RulesetAlteredError where they are not. What was never released cannot be altered.
    """
    root = shelf_root()
    release = known_releases().get(ruleset.version)
    if release is None or ruleset.status == "unreleased":
        return
    _check_released(release, read_files(root / ruleset.version), root)


def _check_released(release: Release, files: Mapping[str, bytes], root: Traversable) -> None:
    """Raises RulesetAlteredError where these are not the files that were released."""
    if text_digest(files) != release.text_digest:
        raise altered(release, files, read_manifest(root, release.version, release.text_digest))


def _open_folder(folder: Path) -> Ruleset:
    if not (folder / "ruleset.yaml").is_file():
        raise RulesetNotFoundError(f"'{folder}' is not a ruleset folder: it has no ruleset.yaml")
    with uncollected():
        return freeze(read_files(folder), folder.resolve().name)
