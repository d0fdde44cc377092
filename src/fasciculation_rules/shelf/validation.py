"""Reads a protocol of validation, a page with one block for machines, and cases with a panel's word."""

from __future__ import annotations

import re
from importlib.resources.abc import Traversable
from typing import TypeVar

from pydantic import ValidationError

from fasciculation_rules.errors import Problem, SafetyFileError
from fasciculation_rules.model.base import Value
from fasciculation_rules.model.problems import problems_of
from fasciculation_rules.model.validation import Cases, Protocol
from fasciculation_rules.shelf.locate import read_bytes, unreadable
from fasciculation_rules.shelf.strict_yaml import read_yaml

MAX_BYTES = 50_000_000
_BLOCK = re.compile(rb"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
Kind = TypeVar("Kind", bound=Value)


def read_protocol(file: Traversable) -> tuple[Protocol, bytes]:
    """The block for machines, and the whole page, whose digest counts.

    Raises SafetyFileError where the page has not exactly one such block, or it does not follow its form.
    """
    raw = _bytes(file)
    blocks = _BLOCK.findall(raw)
    if len(blocks) != 1:
        raise SafetyFileError(f"{file.name} has {len(blocks)} blocks of yaml; expected one, with what is accepted")
    return _read(blocks[0], file.name, Protocol), raw


def read_cases(file: Traversable) -> tuple[Cases, bytes]:
    """The cases of a file, and its bytes.

    Raises SafetyFileError with every problem where it does not follow its form.
    """
    raw = _bytes(file)
    return _read(raw, file.name, Cases), raw


def _bytes(file: Traversable) -> bytes:
    try:
        return read_bytes(file, MAX_BYTES)
    except OSError as error:
        raise SafetyFileError(f"{file.name} cannot be read", [unreadable(file.name, error)]) from None


def _read(raw: bytes, name: str, model: type[Kind]) -> Kind:
    problems: list[Problem] = []
    document = read_yaml(raw, name, problems, max_bytes=MAX_BYTES)
    if document is not None:
        try:
            return model.model_validate(document.data)
        except ValidationError as error:
            problems = [document.locate(found) for found in problems_of(error, model)]
    raise SafetyFileError(f"{name} cannot be read", problems)
