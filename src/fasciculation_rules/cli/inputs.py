"""Opens what cases are read from, and takes it apart into lines."""

from __future__ import annotations

import codecs
import os
import select
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from fasciculation_rules.shelf.strict_json import read_json
from fasciculation_rules.shelf.strict_yaml import MAX_BYTES

PATIENCE = 2.0
"""Seconds in which somebody must have begun to write to a named pipe."""


def open_input(path: str) -> BinaryIO:
    """A file, or a pipe that somebody writes to.

    Raises OSError where it cannot be opened.
    """
    return _open_named_pipe(path) if _is_named_pipe(path) else Path(path).open("rb")


def _is_named_pipe(path: str) -> bool:
    """Only such a pipe waits when it is opened; one that the shell hands over (`/dev/fd/63`) is open already."""
    return not path.startswith(("/dev/", "/proc/")) and Path(path).is_fifo()


def _open_named_pipe(path: str) -> BinaryIO:
    opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    if not _is_written_to(opened):
        os.close(opened)
        raise OSError(None, "It is a named pipe, and nobody writes to it")
    os.set_blocking(opened, True)
    return os.fdopen(opened, "rb")


def _is_written_to(pipe: int) -> bool:
    waiting = select.poll()
    waiting.register(pipe, select.POLLIN)
    if waiting.poll(PATIENCE * 1000):
        return True
    try:
        os.read(pipe, 1)
    except BlockingIOError:  # somebody holds it open, and is slow
        return True
    return False


def raw_lines(file: BinaryIO) -> Iterator[bytes]:
    """Every line with its end; of one that is far too long, enough to see that it is."""
    while raw := file.readline(MAX_BYTES + 1):
        rest = raw
        while len(rest) > MAX_BYTES and not rest.endswith(b"\n"):
            rest = file.readline(MAX_BYTES + 1)
        yield raw


def beginning(lines: Iterator[bytes]) -> list[bytes]:
    """The lines up to the second that is not blank, or up to what is too large for one case."""
    head: list[bytes] = []
    written = size = 0
    for line in lines:
        head.append(line)
        written += not _is_blank(line)
        size += len(line)
        if written > 1 or size > MAX_BYTES:
            break
    return head


def is_a_case_a_line(head: Sequence[bytes]) -> bool:
    """Whether a beginning is that of JSON lines, of which one or the other may be broken, and not of one case."""
    match [_unmarked(line) for line in head if not _is_blank(line)]:
        case [only]:
            return len(only) > MAX_BYTES and only.startswith(b"{")
        case [first, second]:
            return _is_object(first) or _is_object(second) or (first.startswith(b"{") and second.startswith(b"{"))
    return False


def _unmarked(line: bytes) -> bytes:
    return line.removeprefix(codecs.BOM_UTF8)


def _is_blank(line: bytes) -> bool:
    return not _unmarked(line).strip()


def _is_object(line: bytes) -> bool:
    return line.startswith(b"{") and read_json(line, "", []) is not None
