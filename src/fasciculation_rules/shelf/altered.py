"""What can be said of a release whose files changed. A release has one digest of all its files, which names none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fasciculation_rules.errors import Problem, RulesetAlteredError
from fasciculation_rules.shelf.digest import manifest, manifest_digest, text_digest
from fasciculation_rules.shelf.read import FILES, belongs
from fasciculation_rules.shelf.releases import Release


def altered(release: Release, files: Mapping[str, bytes]) -> RulesetAlteredError:
    """The error for a release that has these files now, naming those that can be named.

    What could not have been released, and line ends, can be seen; whether more differs is tried by leaving them out.
    """
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
        known = "one digest of all files does not say which of them changed"
    else:
        known = f"{'nothing differs but' if whole else 'more differs than'} what is listed"
    return RulesetAlteredError(
        f"ruleset {release.version} was altered after its release: expected {release.text_digest}, "
        f"found {text_digest(files)}; {known}; restore the released files, or copy the folder to a new version",
        problems,
    )


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
        hint = "restore them with LF alone (git: `text eol=lf`)"
        yield Problem(ending[0], 0, 0, "", "windows-line-ends", f"lines end in CRLF here{more}", hint)


def _with_own_line_ends(raw: bytes) -> bytes:
    return raw.replace(b"\r\n", b"\n")


def _missing(path: str) -> Problem:
    return Problem(path, 0, 0, "", "missing-file", "the file is missing", "restore it")


def _stray(path: str) -> Problem:
    return Problem(path, 0, 0, "", "stray-file", "the release has no such file", "take it out")
