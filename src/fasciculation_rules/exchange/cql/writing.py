"""The text of a CQL library, definition by definition."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, field

WIDTH = 116


def quoted(name: str) -> str:
    """A name as CQL writes one that is not a plain word."""
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def text(value: str) -> str:
    """A string literal."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def listed(members: Iterable[str]) -> str:
    """A list, a member a line."""
    return "{\n" + ",\n".join(indented(member) for member in members) + "\n}"


def indented(expression: str) -> str:
    """The same two spaces further in."""
    return textwrap.indent(expression, "  ")


def joined(word: str, members: Iterable[str]) -> str:
    """The members in brackets, with a word between them, a member a line; a single one as it is."""
    parts = list(members)
    return parts[0] if len(parts) == 1 else "(\n" + f" {word}\n".join(indented(part) for part in parts) + "\n)"


@dataclass
class Library:
    """A library in the making. A definition of the same name and text is written once."""

    name: str
    version: str
    blocks: list[str] = field(default_factory=list)
    defined: dict[str, str] = field(default_factory=dict)

    def head(self, *lines: str, about: Iterable[str] = ()) -> None:
        """What stands before every definition: what the library is, then its name and these lines."""
        self.blocks.append("\n".join([*comments(about), f"library {self.name} version {text(self.version)}", *lines]))

    def section(self, *words: str) -> None:
        """A heading."""
        self.blocks.append("\n".join([f"// {'-' * 64}", *comments(words)]))

    def define(self, name: str, expression: str, *words: str) -> str:
        """Adds a definition with its comment, and returns the reference to it."""
        if name not in self.defined:
            self.defined[name] = expression
            body = f"define {quoted(name)}:\n{indented(expression)}"
            self.blocks.append("\n".join([*comments(words), body]))
        elif self.defined[name] != expression:
            raise ValueError(f"two definitions of {name}")
        return quoted(name)

    def add(self, block: str, *words: str) -> None:
        """Adds a parameter, a code or a function with its comment."""
        self.blocks.append("\n".join([*comments(words), block]))

    def __str__(self) -> str:
        return "\n\n".join(self.blocks) + "\n"


def comments(paragraphs: Iterable[str]) -> list[str]:
    """Each paragraph as comment lines; a name is never broken."""
    wrapper = textwrap.TextWrapper(WIDTH, break_on_hyphens=False, break_long_words=False)
    return [f"// {line}" for words in paragraphs for line in wrapper.wrap(words)]
