"""`python tests/shelf/make_errors_page.py` writes docs/reference/errors.md from the gallery. Read the diff after it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent))

from gallery import HERE, Entry, entries

PAGE = HERE.parents[1] / "docs" / "reference" / "errors.md"
LONGEST = 300
"""Of a longer alteration only the beginning is shown."""

GONE = ("releases/altered", "releases/folder-gone-and-assessed", "releases/nothing-released")


def chapters() -> list[dict[str, Any]]:
    """What codes.yaml says, chapter by chapter."""
    found: list[dict[str, Any]] = yaml.safe_load((HERE / "broken" / "codes.yaml").read_text(encoding="utf-8"))
    return found


def page() -> str:
    """The page as it should be."""
    known = {
        entry.id: entry
        for room in ("rulesets", "lint", "cases", "profiles", "releases", "fhir", "tables", "records", "sites")
        for entry in entries(room)
    }
    parts = [(HERE / "broken" / "head.md").read_text(encoding="utf-8") + "\n"]
    parts += [f"{_sentence(known[name])}\n\n{_block(known[name].expect)}\n" for name in GONE]
    for chapter in chapters():
        parts.append(f"## {chapter['title']}\n\n")
        if "about" in chapter:
            parts.append(f"{chapter['about']}\n\n")
        for code, said in chapter["codes"].items():
            parts.append(_section(code, said, known[said["show"]]))
    return "".join(parts).rstrip("\n") + "\n"


def _section(code: str, said: dict[str, str], entry: Entry) -> str:
    shown = _alteration(entry)
    example = f"For example, {entry.data['name']}"
    example += f":\n\n{_block(shown)}\nis answered with\n\n" if shown else " is answered with\n\n"
    return f"### `{code}`\n\n{said['means']}\n\n**What to do.** {said['do']}\n\n{example}{_block(entry.expect)}\n"


def _sentence(entry: Entry) -> str:
    name: str = entry.data["name"]
    return f"{name[0].upper()}{name[1:]}:"


def _block(text: str) -> str:
    return f"```text\n{text.rstrip()}\n```\n"


def _alteration(entry: Entry) -> str:
    """What was altered, as far as it can be shown in a few lines."""
    data = entry.data
    if "history" in data and "file" not in data:
        history: str = data["history"]
        return history
    if "replace" in data:
        changes = [change for change in (data, *data.get("and", [])) if "replace" in change]
        return "\n".join(line for change in changes for pair in change["replace"] for line in _difference(**pair))
    text: str = data.get("text", "")
    return "" if data.keys() & {"times", "lines"} or len(text) > LONGEST or "\t" in text else text


def _difference(old: str, new: str) -> list[str]:
    return [f"- {line}" for line in old.splitlines()] + [f"+ {line}" for line in new.splitlines()]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
