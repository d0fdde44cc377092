"""Adds an event to the history of releases: whole or not at all, and nothing that stands there is touched."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from fasciculation_rules.errors import RulesetInvalidError, RulesetReleasedError
from fasciculation_rules.shelf.alone import alone
from fasciculation_rules.shelf.releases import FILE, Event, events_in

_BEGUN = "# What was released, and what became of it. Lines are only ever added.\nformat: 1\nevents:\n"


def append_event(shelf: Path, event: Event) -> None:
    """Writes the event after those there are.

    Raises RulesetInvalidError where it does not fit them, or the file does not follow its form; RulesetReleasedError
    where somebody else adds one at this moment. Then the file is as it was.
    """
    fault = f"{FILE}: somebody else adds to it at this moment; nothing was added; try again"
    with alone(shelf, RulesetReleasedError(fault)):
        _append(shelf / FILE, event)


def _append(file: Path, event: Event) -> None:
    before = file.read_bytes() if file.exists() else b""
    known = events_in(before) if before else ()
    after = _with_event(before or _BEGUN.encode(), event)
    try:
        found = events_in(after)
    except RulesetInvalidError as error:
        raise RulesetInvalidError(f"the event does not fit {FILE}; nothing was added", error.problems) from None
    if found != (*known, event):
        raise AssertionError("a history with an event more says that event more")
    _replace(file, before, after)


def _with_event(before: bytes, event: Event) -> bytes:
    gap = b"" if before.endswith(b"\n") else b"\n"
    return before + gap + "".join(f"{line}\n" for line in _lines(event)).encode()


def _lines(event: Event) -> Iterator[str]:
    """The event as people wrote the first ones: words plain where YAML reads them so, else quoted as JSON."""
    start = "  - "
    for key, value in event.model_dump(mode="json", exclude_none=True).items():
        plain = key in ("event", "version", "date", "recorded", "status", "level", "text_digest", "logic_digest")
        yield f"{start}{key}: {value if plain else json.dumps(value, ensure_ascii=False)}"
        start = "    "


def _replace(file: Path, before: bytes, after: bytes) -> None:
    """Puts the new file in the place of the old one, once the disk has it."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(after)
            opened.flush()
            os.fsync(opened.fileno())
        mode = file.stat().st_mode & 0o777 if file.exists() else 0o644
        Path(name).chmod(mode)
        if (file.read_bytes() if file.exists() else b"") != before:
            raise RulesetReleasedError(f"{FILE} was changed by somebody else meanwhile; nothing was added; try again")
        Path(name).replace(file)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(name).unlink()
        raise


def write_whole(file: Path, content: bytes) -> None:
    """A new file, whole or not there at all; its folder is made where it is missing.

    Raises FileExistsError where there is one with other content.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.exists():
        if file.read_bytes() != content:
            raise FileExistsError(17, "there is one already, and it says something else", str(file))
        return
    _replace(file, b"", content)
