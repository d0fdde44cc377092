"""Strict YAML with places: every scalar is text, nothing is given twice, nothing stands for something else."""

from __future__ import annotations

import codecs
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import yaml

from fasciculation_rules.errors import Problem, is_plain_name

try:
    from yaml.cyaml import CParser as Parser  # type: ignore[attr-defined]  # a compiled module without stubs

    FAST = True
except ImportError:  # PyYAML built without libyaml
    FAST = False
    warnings.warn(
        "PyYAML is here without libyaml, so files are read several times slower; install one of its wheels",
        RuntimeWarning,
        stacklevel=2,
    )

    class Parser(yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser):  # type: ignore[no-redef]
        """The slow one, of pure Python."""

        def __init__(self, text: str) -> None:
            yaml.reader.Reader.__init__(self, text)
            yaml.scanner.Scanner.__init__(self)
            yaml.parser.Parser.__init__(self)


MAX_BYTES = 1_000_000
MAX_DEPTH = 64

Marks = dict[str, tuple[int, int]]


@dataclass(frozen=True)
class Document:
    """One file: its data, and its text for when somebody asks where in it something stands."""

    file: str
    data: Any
    text: str = field(default="", repr=False)

    @cached_property
    def marks(self) -> Marks:
        """Line and column of every place; worked out only when there is a problem to place. JSON is read as YAML."""
        found: Marks = {}
        try:
            _Walk(Parser(self.text).get_event, found).document()
        except (Refused, yaml.YAMLError):
            return {}
        return found

    def locate(self, problem: Problem) -> Problem:
        """The same problem with file, line and column; the nearest place above it where it has none."""
        at = problem.at
        while at and at not in self.marks:
            cut = max(at.rfind("."), at.rfind("["))
            at = at[:cut] if cut > 0 else ""
        line, column = self.marks.get(at, (0, 0))
        return Problem(self.file, line, column, problem.at, problem.code, problem.message, problem.hint)


class Refused(Exception):
    """Why a file cannot be read, and the line and column."""

    def __init__(self, code: str, message: str, place: tuple[int, int] = (0, 0), hint: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.place, self.hint = code, message, place, hint

    def of(self, file: str) -> Problem:
        """The problem that a reader sees."""
        return Problem(file, *self.place, "", self.code, self.message, self.hint)


def read_yaml(raw: bytes, file: str, problems: list[Problem], *, max_bytes: int = MAX_BYTES) -> Document | None:
    """The document in `raw`, or None with the reason added to `problems`."""
    try:
        text = decode(raw, max_bytes)
        return Document(file, _Walk(Parser(text).get_event).document(), text)
    except Refused as refused:
        problems.append(refused.of(file))
    except yaml.MarkedYAMLError as error:
        message = " ".join(filter(None, (error.context, error.problem))).partition(" '!")[0]  # not the name of a tag
        hint = "look for a missing quote, colon or bracket, or a tab, here or above"
        problems.append(Refused("not-yaml", message, _place(error.problem_mark or error.context_mark), hint).of(file))
    return None


_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_PLAIN = b"\t\n\r" + bytes(range(0x20, 0x7F))


def decode(raw: bytes, max_bytes: int) -> str:
    """The text, without the mark that some editors put before it.

    Raises Refused where it is too large, not UTF-8, not text, or empty.
    """
    if len(raw) > max_bytes:
        raise Refused("file-too-large", f"the file has more than {max_bytes} bytes")
    raw = raw.removeprefix(codecs.BOM_UTF8)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        message, hint = f"byte {error.start} is not UTF-8", "save the file as UTF-8"
        before = raw[: error.start].decode()
        raise Refused("not-utf-8", message, place_in(before, len(before)), hint) from None
    if not _is_plain(raw) and (found := _CONTROL.search(text)):
        message = f"the character U+{ord(found[0]):04X} is not text"
        raise Refused("not-text", message, place_in(text, found.start()), "save the file as plain text")
    if not text.strip():
        raise Refused("empty-file", "the file is empty")
    return text


def _is_plain(raw: bytes) -> bool:
    """Whether there is nothing but plain ASCII: told five times faster than by searching for what is not text."""
    return not raw.translate(None, _PLAIN)


def place_in(text: str, index: int) -> tuple[int, int]:
    """Line and column of one character of a text."""
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


def _place(mark: Any) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1


@dataclass
class _Walk:
    """Builds data from a parser's events, one by one: nothing recurses in C, so no nesting can crash the interpreter.

    `marks`, where wanted, are filled on the way.
    """

    event: Callable[[], Any]
    marks: Marks | None = None

    def document(self) -> Any:
        self.event()  # the stream starts
        if isinstance(self.event(), yaml.StreamEndEvent):
            raise Refused("empty-file", "the file is empty")
        data = self.value(self.event(), "", 0)
        self.event()  # the document ends
        after = self.event()
        if not isinstance(after, yaml.StreamEndEvent):
            hint = "one file holds one document"
            raise Refused("not-yaml", "a second document starts here", _place(after.start_mark), hint)
        return data

    def value(self, event: Any, at: str, depth: int) -> Any:
        if event.anchor is not None or event.tag is not None:
            raise _not_plain(event)
        if isinstance(event, yaml.ScalarEvent):
            return event.value
        if depth >= MAX_DEPTH:
            raise Refused("too-deep", f"more than {MAX_DEPTH} levels of nesting", _place(event.start_mark))
        return self.sequence(at, depth) if isinstance(event, yaml.SequenceStartEvent) else self.mapping(at, depth)

    def sequence(self, at: str, depth: int) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := self.event(), yaml.SequenceEndEvent):
            place = f"{at}[{len(items)}]"
            if self.marks is not None:
                self.marks[place] = _place(event.start_mark)
            items.append(self.value(event, place, depth + 1))
        return items

    def mapping(self, at: str, depth: int) -> dict[str, Any]:
        data: dict[str, Any] = {}
        while not isinstance(event := self.event(), yaml.MappingEndEvent):
            if event.anchor is not None or event.tag is not None:
                raise _not_plain(event)
            if not isinstance(event, yaml.ScalarEvent):
                raise Refused("bad-key", "a key must be plain text", _place(event.start_mark))
            key: str = event.value
            if key == "<<" and event.implicit[0]:  # in quotes it is text
                raise Refused(
                    "merge-key", "merge keys (<<) are not read", _place(event.start_mark), "write the keys out"
                )
            if key in data:
                raise given_twice(key, _place(event.start_mark))
            place = f"{at}.{key}" if at else key
            if self.marks is not None:
                self.marks[place] = _place(event.start_mark)
            data[key] = self.value(self.event(), place, depth + 1)
        return data


def _not_plain(event: Any) -> Refused:
    """The refusal of a value or a key that is named for later, stands for another, or asks to be built."""
    place = _place(event.start_mark)
    if event.anchor is not None:  # an alias has the one that it points to
        hint = "write the value out each time"
        return Refused("alias", "anchors and aliases (&name, *name) are not read", place, hint)
    return Refused("tag", "tags (!name) are not read", place, "write plain text")


def given_twice(key: str, place: tuple[int, int] = (0, 0)) -> Refused:
    """The refusal of a key; one that is no plain name is not repeated, for it may be about a person."""
    named = f"'{key}'" if is_plain_name(key) else "a key"
    return Refused("duplicate-key", f"{named} is given twice", place, "keep one of them")
