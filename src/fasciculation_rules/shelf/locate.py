"""Finds the folder of rulesets: beside the code when installed, in the checkout when editable."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from fasciculation_rules.errors import Problem, RulesetNotFoundError


def shelf_root() -> Traversable:
    """The folder that holds `releases.yaml` and one folder a version.

    Raises RulesetNotFoundError where an installation lacks it.
    """
    package = files("fasciculation_rules")
    inside = package / "rulesets"
    if inside.is_dir():
        return inside
    if isinstance(package, Path):
        checkout = package.parent.parent / "rulesets"
        if checkout.is_dir():
            return checkout
    raise RulesetNotFoundError("this installation has no rulesets; install the package again")


def versions(root: Traversable) -> tuple[str, ...]:
    """The versions on a shelf, by number."""
    found = (folder.name for folder in root.iterdir() if folder.is_dir() and (folder / "ruleset.yaml").is_file())
    return tuple(sorted(found, key=by_number))


def by_number(version: str) -> tuple[tuple[int, str], ...]:
    """A sort key: `1.10.0` after `1.9.0`."""
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in version.split("."))


def read_bytes(file: Traversable, most: int) -> bytes:
    """The bytes of a file; of a larger one, one more than `most`, so that a reader sees that it is.

    Raises OSError where it is no plain file, or cannot be read.
    """
    if not file.is_file() and not (isinstance(file, Path) and not file.exists()):
        raise OSError(None, "It is not a plain file")
    with file.open("rb") as opened:
        return opened.read(most + 1)


def unreadable(path: str, error: OSError) -> Problem:
    """The problem of a file that cannot be read."""
    message = f"the file cannot be read: {(error.strerror or 'no reason is known').lower()}"
    return Problem(path, 0, 0, "", "unreadable-file", message, "check that it is a plain file, and who may read it")


def walk(folder: Traversable, prefix: str = "") -> list[tuple[str, Traversable]]:
    """Every file below a folder as (path with slashes, file), sorted by the bytes of the path.

    A link to a folder is not followed, for it may lead in a circle; it stands in the list itself.
    """
    found: list[tuple[str, Traversable]] = []
    for entry in folder.iterdir():
        path = prefix + entry.name
        if entry.is_dir() and not (isinstance(entry, Path) and entry.is_symlink()):
            found.extend(walk(entry, path + "/"))
        else:
            found.append((path, entry))
    return sorted(found, key=lambda pair: pair[0].encode())
