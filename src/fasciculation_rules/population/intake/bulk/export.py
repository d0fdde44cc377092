"""The exports of a folder: their files, what the manifest of each says, and what is wrong before anything is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from pathlib import Path

from fasciculation_rules.errors import PopulationError, Problem
from fasciculation_rules.model.export_manifest import Listed, Manifest
from fasciculation_rules.population.intake.bulk.lines import DamagedError, Seen, lines_of
from fasciculation_rules.population.intake.bulk.manifest import NAME, read_manifest
from fasciculation_rules.shelf.locate import unreadable

SUFFIXES = (".ndjson", ".ndjson.gz")


class Role(Enum):
    """What a file of an export holds."""

    RESOURCES = "resources"
    DELETED = "deleted"
    PROBLEMS = "problems"
    """What the server had to tell, and no data."""


@dataclass(frozen=True)
class File:
    """One file that was read once: `lines` that are not blank, `size` of them in bytes, and its digest."""

    path: Path
    role: Role
    listed: Listed | None
    lines: int
    size: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Export:
    """One export, whole or since a time."""

    place: Path
    files: tuple[File, ...]
    manifest: Manifest | None


def exports_of(place: Path) -> tuple[Export, ...]:
    """The export of a folder, or those of the folders in it by the time of each. Every file is read once.

    Raises PopulationError with every problem of every file.
    """
    problems: list[Problem] = []
    try:
        folders = _folders(place)
        exports = [_export(folder, problems) for folder in folders]
    except OSError as error:
        raise _refused(place, [unreadable(str(place), error)]) from None
    if len(exports) > 1:
        problems += [
            _fault(each.place, "no-manifest", f"several exports need the {NAME} of each, and here is none")
            for each in exports
            if each.manifest is None and not any(found.file == str(each.place / NAME) for found in problems)
        ]
    if problems:
        raise _refused(place, problems)
    if not any(file.lines for export in exports for file in export.files if file.role is Role.RESOURCES):
        raise _refused(place, [_fault(place, "empty-export", "the files hold no resource")])
    return tuple(sorted(exports, key=lambda each: (each.manifest is None, each.manifest and each.manifest.time)))


def _refused(place: Path, problems: list[Problem]) -> PopulationError:
    return PopulationError(f"the export '{place}' cannot be read", problems)


def _fault(file: Path, code: str, message: str, hint: str = "") -> Problem:
    return Problem(str(file), 0, 0, "", code, message, hint)


def _folders(place: Path) -> list[Path]:
    """The folder itself, or the folders in it that have files of an export.

    Raises PopulationError where there is none, or files lie both in it and in folders of it.
    """
    if not place.is_dir():
        message = "there is no such folder" if not place.exists() else "this is no folder"
        raise _refused(place, [_fault(place, "no-folder", message, "name the folder of an export")])
    inside = [each for each in sorted(place.iterdir()) if not each.is_symlink() and each.is_dir() and _named(each)]
    own = _named(place)
    if own and inside:
        message = f"files lie in it and in '{inside[0].name}' as well"
        hint = "one export is one folder; several are folders beside each other, each with its manifest.json"
        raise _refused(place, [_fault(place, "mixed-exports", message, hint)])
    if not own and not inside:
        expected = "expected files that end in .ndjson or .ndjson.gz"
        raise _refused(place, [_fault(place, "no-ndjson", "the folder has no file of an export", expected)])
    return inside or [place]


def _named(folder: Path) -> list[Path]:
    return sorted(each for each in folder.iterdir() if each.name.endswith(SUFFIXES))


def _export(folder: Path, problems: list[Problem]) -> Export:
    place = folder / NAME
    manifest = read_manifest(place, problems) if place.is_symlink() or place.exists() else None
    roles = _roles(manifest) if manifest else {}
    files: list[File] = []
    for path in _named(folder):
        role, listed = roles.get(_plain(path.name), (Role.RESOURCES, None))
        if file := _file(path, role, listed, problems):
            files.append(file)
    return Export(folder, tuple(files), manifest)


def _roles(manifest: Manifest) -> dict[str, tuple[Role, Listed]]:
    """By the name of a file, of the names that are there once."""
    names = manifest.names()
    found: dict[str, tuple[Role, Listed]] = {}
    every = ((Role.RESOURCES, manifest.output), (Role.DELETED, manifest.deleted), (Role.PROBLEMS, manifest.told))
    for role, listed in every:
        found.update({_plain(each.name): (role, each) for each in listed if names[each.name] == 1})
    return found


def _plain(name: str) -> str:
    """A name whether compressed or not, with or without what tells that it has lines."""
    return name.removesuffix(".gz").removesuffix(".ndjson")


def _file(path: Path, role: Role, listed: Listed | None, problems: list[Problem]) -> File | None:
    seen = Seen()
    lines = size = 0
    try:
        if not path.is_file():
            path.stat()
            raise OSError(None, "It is not a plain file")
        for line in lines_of(path, seen):
            if not lines and line and (problem := _not_lines(path, line)):
                problems.append(problem)
                return None
            lines, size = lines + 1, size + len(line or b"")
    except OSError as error:
        problems.append(unreadable(str(path), error))
    except DamagedError:
        hint = "fetch the file again"
        problems.append(_fault(path, "damaged-gzip", "what is compressed ends too early, or is damaged", hint))
    else:
        return File(path, role, listed, lines, size, seen.bytes, seen.digest.hexdigest())
    return None


def _not_lines(path: Path, line: bytes) -> Problem | None:
    """What the first line of a file tells at once."""
    hint = "fetch the file again: a line is a resource, as application/fhir+ndjson has it"
    match line[:1]:
        case b"<":
            return _fault(path, "not-ndjson", "this is a page of HTML, or XML", hint)
        case b"[":
            return _fault(path, "not-ndjson", "this is a list of JSON", hint)
        case _:
            return None


# ---------------------------------------------------------------- what is not whole


def doubts_of(exports: tuple[Export, ...]) -> Iterator[str]:
    """Why the exports may not be whole, by what their manifests say; each a sentence without a stop."""
    for export in exports:
        if export.manifest is not None:
            shown = f" of '{export.place.name}'" if len(exports) > 1 else ""
            yield from (f"{sentence}{shown}" for sentence in _doubts(export, export.manifest))
    first = exports[0].manifest
    if first is not None and first.since is not None:
        yield f"the first export begins with {first.since.isoformat()}, and what is older is not here"
    for before, after in pairwise(exports):
        yield from _gap(before, after)


def _gap(before: Export, after: Export) -> Iterator[str]:
    if before.manifest is None or after.manifest is None:
        return
    since = after.manifest.since
    if since is None:
        yield f"the request of '{after.place.name}' does not say since when, so what was deleted before may still count"
    elif since > before.manifest.time:
        yield f"between '{before.place.name}' and '{after.place.name}' there is a time of which there is no export"


def _doubts(export: Export, manifest: Manifest) -> Iterator[str]:
    if not manifest.is_whole:
        yield f"the {NAME} has a next page, which is not here: what it lists may be missing"
    here = {_plain(file.path.name): file for file in export.files}
    twice = {name for name, times in manifest.names().items() if times > 1}
    for listed in manifest.every():
        if listed.name not in twice:
            yield from _doubts_of_file(listed, here.get(_plain(listed.name)))
    if twice:
        yield from _doubts_by_number(export, manifest)
    else:
        for file in export.files:
            if file.listed is None:
                yield f"'{file.path.name}' is not in the {NAME}; it was read"
    for file in export.files:
        if file.role is Role.PROBLEMS and file.lines:
            yield f"the server told of {file.lines} problems in '{file.path.name}'"


def _doubts_of_file(listed: Listed, file: File | None) -> Iterator[str]:
    if file is None:
        yield f"the file '{listed.name}' is not here"
    elif listed.count is not None and listed.count != file.lines:
        yield f"'{listed.name}' has {file.lines} lines, and {listed.count} were announced"


def _doubts_by_number(export: Export, manifest: Manifest) -> Iterator[str]:
    """Where names do not tell files apart, how many there are does."""
    announced = len([*manifest.every()])
    if announced != len(export.files):
        yield f"there are {len(export.files)} files, and {announced} were announced"
    counts = [each.count for each in manifest.output]
    lines = sum(file.lines for file in export.files)
    wanted = sum(count for count in counts if count is not None)
    if None not in counts and not manifest.deleted and not manifest.told and wanted != lines:
        yield f"there are {lines} lines, and {wanted} were announced"
