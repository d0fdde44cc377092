"""Reads the cases that a solver made: one strict YAML file a version, beside the folders of the versions."""

from __future__ import annotations

from importlib.resources.abc import Traversable

from pydantic import ValidationError

from fasciculation_rules.errors import Problem, RulesetInvalidError
from fasciculation_rules.model.kept import Kept
from fasciculation_rules.model.problems import problems_of
from fasciculation_rules.shelf.locate import read_bytes, shelf_root, unreadable
from fasciculation_rules.shelf.strict_yaml import MAX_BYTES, read_yaml

FOLDER = "kept"


def kept_folder() -> Traversable:
    """Where this installation has them; the folder may be missing."""
    return shelf_root() / FOLDER


def read_kept(version: str, folder: Traversable) -> Kept | None:
    """The kept cases of a version, or None where none are kept.

    Raises RulesetInvalidError where the file does not follow its form.
    """
    name = f"{version}.yaml"
    file = folder / name
    if not file.is_file():
        return None
    problems: list[Problem] = []
    kept = None
    try:
        document = read_yaml(read_bytes(file, MAX_BYTES), name, problems)
    except OSError as error:
        raise RulesetInvalidError(f"{name} cannot be read", [unreadable(name, error)]) from None
    if document is not None:
        try:
            kept = Kept.model_validate(document.data)
        except ValidationError as error:
            problems = [document.locate(found) for found in problems_of(error, Kept)]
    if problems:
        raise RulesetInvalidError(f"the kept cases of {version} cannot be read", problems)
    return kept
