"""Strict YAML with places: every scalar is text, nothing is given twice, nothing is an alias."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

import yaml

from fasciculation_rules.errors import Problem

try:
    from yaml.cyaml import CParser  # type: ignore[attr-defined]  # a compiled module without stubs

    FAST = True
except ImportError:  # PyYAML built without libyaml
    FAST = False

Plain: TypeAlias = "str | list[Plain] | dict[str, Plain]"

MAX_BYTES = 1_000_000
MAX_DEPTH = 64


@dataclass(frozen=True)
class Document:
    """One file: its data, and its text for when somebody asks where in it something stands."""

    file: str
    data: Any
    text: str = field(default="", repr=False)

    @cached_property
    def marks(self) -> dict[str, tuple[int, int]]:
        """Line and column of every place; worked out only when there is a problem to place."""
        found: dict[str, tuple[int, int]] = {}
        if self.text:
            _mark(_Loader(self.text).get_single_node(), "", found)
        return found

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


_TAGS = {yaml.ScalarNode: "str", yaml.SequenceNode: "seq", yaml.MappingNode: "map"}


class _Untyped:
    """Resolves no types: text stays text. (PyYAML's own resolver takes a fifth of the time of reading.)"""

    def resolve(self, kind: type, _value: object, _implicit: object) -> str:
        return _TAG + _TAGS[kind]

    def descend_resolver(self, _node: object, _index: object) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass


_TAG = "tag:yaml.org,2002:"

if FAST:

    class _Loader(CParser, _Untyped):
        def __init__(self, text: str) -> None:
            CParser.__init__(self, text)

else:

    class _Loader(  # type: ignore[no-redef]
        _Untyped, yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser, yaml.composer.Composer
    ):
        def __init__(self, text: str) -> None:
            yaml.reader.Reader.__init__(self, text)
            yaml.scanner.Scanner.__init__(self)
            yaml.parser.Parser.__init__(self)
            yaml.composer.Composer.__init__(self)


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
    return Document(file, _plain(node, set(), 0), text)


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


def _plain(node: Any, seen: set[int], depth: int) -> Any:
    if id(node) in seen:
        raise _Refused("alias", "aliases (*name) are not read", node.start_mark, "write the value out")
    seen.add(id(node))
    if depth > MAX_DEPTH:
        raise _Refused("too-deep", f"more than {MAX_DEPTH} levels of nesting", node.start_mark)
    if node.tag != _TAG + _TAGS[type(node)]:
        raise _Refused("tag", f"the tag '{node.tag}' is not read", node.start_mark, "write plain text")
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, seen, depth + 1) for item in node.value]
    data: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _Refused("bad-key", "a key must be plain text", key.start_mark)
        if key.value in data:
            raise _Refused("duplicate-key", f"'{key.value}' is given twice", key.start_mark, "keep one of them")
        data[key.value] = _plain(value, seen, depth + 1)
    return data


def _mark(node: Any, at: str, found: dict[str, tuple[int, int]]) -> None:
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            found[f"{at}[{index}]"] = (item.start_mark.line + 1, item.start_mark.column + 1)
            _mark(item, f"{at}[{index}]", found)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            place = f"{at}.{key.value}" if at else key.value
            found[place] = (key.start_mark.line + 1, key.start_mark.column + 1)
            _mark(value, place, found)


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
