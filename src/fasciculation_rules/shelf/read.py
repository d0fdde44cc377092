"""Reads the files of one ruleset folder into typed parts, collecting every problem with its place."""

from __future__ import annotations

import csv
import io
from dataclasses import fields, replace
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

from pydantic import ValidationError

from fasciculation_rules.errors import GrammarError, Problem, RulesetInvalidError
from fasciculation_rules.logic.condition import Is
from fasciculation_rules.logic.grammar import read_condition
from fasciculation_rules.model.base import Name, Value
from fasciculation_rules.model.codes import CodeRow
from fasciculation_rules.model.outcomes import Outcomes, References, Threshold
from fasciculation_rules.model.problems import problems_of
from fasciculation_rules.model.rule import KINDS
from fasciculation_rules.model.ruleset import About, Vignette
from fasciculation_rules.model.vocabulary import Vocabulary
from fasciculation_rules.shelf.locate import read_bytes, unreadable, walk
from fasciculation_rules.shelf.parts import Parts
from fasciculation_rules.shelf.strict_yaml import MAX_BYTES, Document, Refused, decode, read_yaml

FILES = ("ruleset.yaml", "vocabulary.yaml", "thresholds.yaml", "outcomes.yaml", "references.yaml")
CODES = "codes.csv"


class Thresholds(Value):
    """thresholds.yaml as a whole."""

    thresholds: dict[Name, Threshold]


def read_files(folder: Traversable) -> dict[str, bytes]:
    """Every file of a ruleset folder by path; of one that is too large, enough to see that it is.

    A link to a file is read as what it points to; digests find the rest.
    Raises RulesetInvalidError where something cannot be read.
    """
    files: dict[str, bytes] = {}
    problems: list[Problem] = []
    for path, file in walk(folder):
        try:
            files[path] = read_bytes(file, MAX_BYTES)
        except OSError as error:
            problems.append(unreadable(path, error))
    if problems:
        raise RulesetInvalidError(f"ruleset {folder.name} cannot be read", problems)
    return files


def belongs(path: str) -> bool:
    """Whether a ruleset can have a file of this path."""
    folder, _, name = path.rpartition("/")
    places = ("cases", *(f"rules/{kind}" for kind in KINDS))
    return path in (*FILES, CODES) or (folder in places and name.endswith(".yaml"))


def read_parts(raw: dict[str, bytes]) -> Parts:
    """The typed parts of a folder's files, with all problems found on the way."""
    parts = Parts()
    for path in FILES:
        if path not in raw:
            parts.note(path, "missing-file", "the file is missing")
    for path in sorted(raw):
        if path.endswith(".yaml"):
            document = read_yaml(raw[path], path, parts.problems)
            if document is not None:
                parts.documents[path] = document
            else:
                parts.unread.add(path)
        elif path == CODES:
            parts.codes = _read_codes(raw[path], parts)
        else:
            parts.note(path, "stray-file", "a ruleset folder holds YAML files and codes.csv only")
    for path, document in parts.documents.items():
        _read_document(path, document, parts)
    return parts


_COLUMNS = tuple(column.name for column in fields(CodeRow))


def _read_codes(raw: bytes, parts: Parts) -> dict[str, CodeRow]:
    try:
        table = csv.DictReader(io.StringIO(decode(raw, MAX_BYTES)))
        rows = [CodeRow(*(row.get(column) or "" for column in _COLUMNS)) for row in table]
    except Refused as refused:
        parts.problems.append(refused.of(CODES))
    except csv.Error as error:
        parts.note(CODES, "not-csv", str(error))
    else:
        return {row.concept: row for row in rows}
    return {}


def _read_document(path: str, document: Document, parts: Parts) -> None:
    folder, _, stem = path.removesuffix(".yaml").rpartition("/")
    match folder.split("/"):
        case [""] if path in FILES:
            _read_main(path, document, parts)
        case ["rules", kind] if kind in KINDS:
            _read_rule(path, stem, kind, document, parts)
        case ["cases"]:
            vignette = _typed(Vignette, document.data, path, parts)
            if vignette is not None:
                parts.cases[stem] = vignette
                parts.file_of[f"case {stem}"] = path
        case _:
            places = "ruleset.yaml and its siblings, rules/<kind>/, cases/"
            parts.note(path, "stray-file", "this file is not part of a ruleset", hint=f"known places: {places}")


def _read_main(path: str, document: Document, parts: Parts) -> None:
    data = document.data
    match path:
        case "ruleset.yaml":
            parts.about = _typed(About, _with_conditions(data, ("entry",), path, parts), path, parts)
        case "vocabulary.yaml":
            parts.vocabulary = _typed(Vocabulary, data, path, parts)
        case "thresholds.yaml":
            thresholds = _typed(Thresholds, {"thresholds": data}, path, parts, drop="thresholds")
            parts.thresholds = thresholds.thresholds if thresholds else None
        case "outcomes.yaml":
            parts.outcomes = _typed(Outcomes, _with_floors(data, path, parts), path, parts)
        case "references.yaml":
            parts.references = _typed(References, data, path, parts)


def _read_rule(path: str, stem: str, kind: str, document: Document, parts: Parts) -> None:
    data = document.data
    if not isinstance(data, dict):
        parts.note(path, "not-a-rule", "expected a mapping that starts with 'rule:'")
        return
    if data.get("kind") != kind:
        said = f"the kind is '{data['kind']}'" if "kind" in data else "there is no 'kind'"
        hint = f"write 'kind: {kind}', or move the file"
        parts.note(path, "wrong-folder", f"{said} but the folder is '{kind}'", at="kind", hint=hint)
        data = {**data, "kind": kind}
    rule = _typed(KINDS[kind], _with_conditions(data, ("when", "means"), path, parts), path, parts)
    if rule is None:
        return
    if rule.rule != stem:
        parts.note(path, "wrong-name", f"the rule is '{rule.rule}' but the file is '{stem}.yaml'", at="rule")
    if rule.rule in parts.rules:
        other = parts.file_of[rule.rule]
        parts.note(path, "duplicate-rule", f"'{rule.rule}' stands in {other} too", at="rule")
    parts.rules[rule.rule] = rule
    parts.file_of[rule.rule] = path


def _with_floors(data: Any, path: str, parts: Parts) -> Any:
    floors = data.get("floors") if isinstance(data, dict) else None
    if not isinstance(floors, dict):
        return data
    keys = ("when", "unless")
    read = {name: _with_conditions(floor, keys, path, parts, f"floors.{name}.") for name, floor in floors.items()}
    return {**data, "floors": read}


_UNREADABLE = Is("unreadable", "present")
"""Stands in for a condition that cannot be read, so that the rest of its file still is."""


def _with_conditions(data: Any, keys: tuple[str, ...], path: str, parts: Parts, above: str = "") -> Any:
    if not isinstance(data, dict):
        return data
    read = dict(data)
    for key in keys:
        if key in read:
            try:
                read[key] = read_condition(read[key], at=above + key)
            except GrammarError as error:
                for found in error.problems:
                    parts.add(path, found)
                parts.unread.add(path)
                read[key] = _UNREADABLE
    return read


Model = TypeVar("Model", bound=Value)


def _typed(model: type[Model], data: Any, path: str, parts: Parts, drop: str = "") -> Model | None:
    """The typed document, or None where a part of it cannot be read."""
    try:
        typed = model.model_validate(data)
    except ValidationError as error:
        for found in problems_of(error, model):
            parts.add(path, replace(found, at=found.at.removeprefix(drop).removeprefix(".")))
        parts.unread.add(path)
        return None
    return None if path in parts.unread else typed
