"""What can be said of a release whose files changed: each file that did, where the list of its files lies beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from fasciculation_rules.errors import Problem, RulesetAlteredError
from fasciculation_rules.shelf.digest import manifest, manifest_digest, text_digest
from fasciculation_rules.shelf.read import FILES, belongs
from fasciculation_rules.shelf.releases import Release


def altered(
    release: Release, files: Mapping[str, bytes], listed: Mapping[str, str] | None = None
) -> RulesetAlteredError:
    """The error for a release that has these files now; `listed` are those of its list, SHA-256 by path.

    With a list every file that differs is named. Without one, what could not have been released, and line ends, can be
    seen; whether more differs is tried by leaving them out.
    """
    problems, known = _guessed(release, files) if listed is None else (list(_named(files, listed)), "")
    return RulesetAlteredError(
        f"ruleset {release.version} was altered after its release: expected {release.text_digest}, "
        f"found {text_digest(files)}; {known}restore the released files, or copy the folder to a new version",
        problems,
    )


def _named(files: Mapping[str, bytes], listed: Mapping[str, str]) -> Iterator[Problem]:
    """What differs from the list, file by file."""
    own = {path: hashlib.sha256(raw).hexdigest() for path, raw in files.items()}
    added, missing = own.keys() - listed.keys(), listed.keys() - own.keys()
    was = {listed[path]: path for path in missing}
    for path in added:
        former = was.get(own[path])
        if former is None:
            yield _stray(path)
        else:
            yield Problem(path, 0, 0, "", "renamed-file", f"it was released as {former}", "give it its name again")
    renamed = {was[own[path]] for path in added if own[path] in was}
    yield from (_missing(path) for path in missing - renamed)
    for path in own.keys() & listed.keys():
        if own[path] != listed[path]:
            yield _differs(path, files[path], expected=listed[path], found=own[path])


def _differs(path: str, raw: bytes, *, expected: str, found: str) -> Problem:
    if hashlib.sha256(_with_own_line_ends(raw)).hexdigest() == expected:
        return Problem(path, 0, 0, "", "windows-line-ends", "lines end in CRLF here, and nothing else differs", _LF)
    message = f"expected sha256:{expected}, found sha256:{found}"
    return Problem(path, 0, 0, "", "altered-file", message, "restore it")


def _guessed(release: Release, files: Mapping[str, bytes]) -> tuple[list[Problem], str]:
    """What can be named without a list, and whether that is all."""
    kept = {path: _with_own_line_ends(raw) for path, raw in files.items() if belongs(path)}
    added = _added(release, kept)
    problems = [
        *(_stray(path) for path in files if not belongs(path)),
        *(_stray(path) for path in added),
        *(_missing(path) for path in FILES if path not in files),
        *_windows(files),
    ]
    whole = text_digest({path: raw for path, raw in kept.items() if path not in added}) == release.text_digest
    if not problems:
        return problems, "one digest of all files does not say which of them changed; "
    return problems, f"{'nothing differs but' if whole else 'more differs than'} what is listed; "


def _added(release: Release, files: Mapping[str, bytes]) -> list[str]:
    """The one file without which these are the released ones, if there is such a file."""
    lines = {path: manifest({path: files[path]}) for path in sorted(files, key=str.encode)}
    for path in lines:
        if manifest_digest("".join(line for other, line in lines.items() if other != path)) == release.text_digest:
            return [path]
    return []


def _windows(files: Mapping[str, bytes]) -> Iterator[Problem]:
    ending = sorted(path for path, raw in files.items() if belongs(path) and _with_own_line_ends(raw) != raw)
    if ending:
        more = f" and in {len(ending) - 1} more file{'' if len(ending) == 2 else 's'}" if len(ending) > 1 else ""
        yield Problem(ending[0], 0, 0, "", "windows-line-ends", f"lines end in CRLF here{more}", _LF)


_LF = "restore them with LF alone (git: `text eol=lf`)"


def _with_own_line_ends(raw: bytes) -> bytes:
    return raw.replace(b"\r\n", b"\n")


def _missing(path: str) -> Problem:
    return Problem(path, 0, 0, "", "missing-file", "the file is missing", "restore it")


def _stray(path: str) -> Problem:
    return Problem(path, 0, 0, "", "stray-file", "the release has no such file", "take it out")
