"""Strict YAML with places: every scalar is text, nothing is given twice, nothing is an alias."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from fasciculation_rules.errors import Problem

try:
    from yaml.cyaml import CParser

    FAST = True
except ImportError:  # PyYAML built without libyaml
    FAST = False

Plain: TypeAlias = "str | list[Plain] | dict[str, Plain]"

MAX_BYTES = 1_000_000
MAX_DEPTH = 64


@dataclass(frozen=True, slots=True)
class Document:
    """One file: its data, and the line and column of every place in it."""

    file: str
    data: Any
    marks: dict[str, tuple[int, int]] = field(default_factory=dict)

    def locate(self, problem: Problem) -> Problem:
        """The same problem with file, line and column; the nearest place above it where it has none."""
        at = problem.at
        while at and at not in self.marks:
            cut = max(at.rfind("."), at.rfind("["))
            at = at[:cut] if cut > 0 else ""
        line, column = self.marks.get(at, (0, 0))
        return Problem(self.file, line, column, problem.at, problem.code, problem.message, problem.hint)


class _Refused(Exception):
    def __init__(self, code: str, message: str, mark: Any = None, hint: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.mark, self.hint = code, message, mark, hint


if FAST:

    class _Loader(CParser, yaml.resolver.BaseResolver):
        def __init__(self, text: str) -> None:
            CParser.__init__(self, text)
            yaml.resolver.BaseResolver.__init__(self)

else:

    class _Loader(  # type: ignore[no-redef]
        yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser, yaml.composer.Composer, yaml.resolver.BaseResolver
    ):
        def __init__(self, text: str) -> None:
            yaml.reader.Reader.__init__(self, text)
            yaml.scanner.Scanner.__init__(self)
            yaml.parser.Parser.__init__(self)
            yaml.composer.Composer.__init__(self)
            yaml.resolver.BaseResolver.__init__(self)


def read_yaml(raw: bytes, file: str, problems: list[Problem], *, max_bytes: int = MAX_BYTES) -> Document | None:
    """The document in `raw`, or None with the reason added to `problems`."""
    try:
        return _read(raw, file, max_bytes)
    except _Refused as refused:
        line, column = (refused.mark.line + 1, refused.mark.column + 1) if refused.mark else (0, 0)
        problems.append(Problem(file, line, column, "", refused.code, refused.message, refused.hint))
        return None


def _decode(raw: bytes, max_bytes: int) -> str:
    if len(raw) > max_bytes:
        raise _Refused("file-too-large", f"the file has {len(raw)} bytes; at most {max_bytes} are read")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _Refused("not-utf-8", f"byte {error.start} is not UTF-8", hint="save the file as UTF-8") from None


def _read(raw: bytes, file: str, max_bytes: int) -> Document:
    text = _decode(raw, max_bytes)
    if deepest_bracket(text) > MAX_DEPTH or _DEEP_INDENT.search(text):
        raise _Refused("too-deep", f"more than {MAX_DEPTH} levels of nesting")
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        message = " ".join(filter(None, (error.context, error.problem)))
        raise _Refused("not-yaml", message, error.problem_mark or error.context_mark) from None
    except yaml.YAMLError as error:
        raise _Refused("not-yaml", str(error).splitlines()[0]) from None
    except RecursionError:
        raise _Refused("too-deep", f"more than {MAX_DEPTH} levels of nesting") from None
    if node is None:
        raise _Refused("empty-file", "the file is empty")
    marks: dict[str, tuple[int, int]] = {}
    return Document(file, _plain(node, "", marks, set(), 0), marks)


_BRACKETS = re.compile(r"[\[\]{}]")
_DEEP_INDENT = re.compile(r"^(?:[ \t]|[-?:][ \t]){200}", re.MULTILINE)
"""Two hundred columns of indentation or of `- - - `: libyaml's composer recurses in C and would crash on many."""


def deepest_bracket(text: str) -> int:
    """An upper bound on flow nesting, counted before a recursive parser sees the text."""
    depth = deepest = 0
    for bracket in _BRACKETS.findall(text):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _plain(node: Any, at: str, marks: dict[str, tuple[int, int]], seen: set[int], depth: int) -> Any:
    mark = node.start_mark
    if id(node) in seen:
        raise _Refused("alias", "aliases (*name) are not read", mark, "write the value out")
    seen.add(id(node))
    if depth > MAX_DEPTH:
        raise _Refused("too-deep", f"more than {MAX_DEPTH} levels of nesting", mark)
    if at:
        marks[at] = (mark.line + 1, mark.column + 1)
    if isinstance(node, yaml.ScalarNode):
        _refuse_tag(node, "str")
        return node.value
    if isinstance(node, yaml.SequenceNode):
        _refuse_tag(node, "seq")
        return [_plain(item, f"{at}[{index}]", marks, seen, depth + 1) for index, item in enumerate(node.value)]
    _refuse_tag(node, "map")
    data: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _Refused("bad-key", "a key must be plain text", key.start_mark)
        place = f"{at}.{key.value}" if at else key.value
        if key.value in data:
            raise _Refused("duplicate-key", f"'{key.value}' is given twice", key.start_mark, "keep one of them")
        data[key.value] = _plain(value, place, marks, seen, depth + 1)
        marks[place] = (key.start_mark.line + 1, key.start_mark.column + 1)
    return data


def _refuse_tag(node: Any, expected: str) -> None:
    if node.tag not in (f"tag:yaml.org,2002:{expected}", None):
        raise _Refused("tag", f"the tag '{node.tag}' is not read", node.start_mark, "write plain text")


def read_json(raw: bytes, file: str, problems: list[Problem], *, max_bytes: int = MAX_BYTES) -> Document | None:
    """The JSON document in `raw`; numbers stay as written, duplicate keys are refused."""
    try:
        text = _decode(raw, max_bytes)
        if deepest_bracket(text) > MAX_DEPTH:
            raise _Refused("too-deep", f"more than {MAX_DEPTH} levels of nesting")
        data = json.loads(text, object_pairs_hook=_once, parse_float=str, parse_int=str, parse_constant=str)
        return Document(file, data)
    except json.JSONDecodeError as error:
        problems.append(Problem(file, error.lineno, error.colno, "", "not-json", error.msg))
    except _Refused as refused:
        problems.append(Problem(file, 0, 0, "", refused.code, refused.message, refused.hint))
    return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for key, value in pairs:
        if key in data:
            raise _Refused("duplicate-key", f"'{key[:60]}' is given twice", hint="keep one of them")
        data[key] = value
    return data
