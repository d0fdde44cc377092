"""Reads the cases that a solver made: a folder a version, beside the versions' own, with a file a kind of rule."""

from __future__ import annotations

from importlib.resources.abc import Traversable

from pydantic import ValidationError

from fasciculation_rules.errors import Problem, RulesetInvalidError, problem
from fasciculation_rules.model.kept import Kept
from fasciculation_rules.model.problems import problems_of
from fasciculation_rules.shelf.locate import read_bytes, shelf_root, unreadable
from fasciculation_rules.shelf.strict_yaml import MAX_BYTES, read_yaml

FOLDER = "kept"


def kept_folder() -> Traversable:
    """Where this installation has them; the folder may be missing."""
    return shelf_root() / FOLDER


def read_kept(version: str, folder: Traversable) -> tuple[Kept, ...]:
    """The kept cases of a version, file by file; none where none are kept.

    Raises RulesetInvalidError where a file does not follow its form.
    """
    place = folder / version
    if not place.is_dir():
        return ()
    problems: list[Problem] = []
    files = sorted((file for file in place.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)
    found = [_read(file, version, problems) for file in files]
    if problems:
        raise RulesetInvalidError(f"the kept cases of ruleset {version} cannot be read", problems)
    return tuple(kept for kept in found if kept is not None)


def _read(file: Traversable, version: str, problems: list[Problem]) -> Kept | None:
    """One file, or None where it has a problem."""
    try:
        document = read_yaml(read_bytes(file, MAX_BYTES), file.name, problems)
    except OSError as error:
        problems.append(unreadable(file.name, error))
        return None
    if document is None:
        return None
    try:
        kept = Kept.model_validate(document.data)
    except ValidationError as error:
        problems += [document.locate(found) for found in problems_of(error, Kept)]
        return None
    if kept.ruleset != version:
        message = f"it says '{kept.ruleset}' but the folder is '{version}'"
        problems.append(document.locate(problem("wrong-version", message, at="ruleset")))
    return kept
