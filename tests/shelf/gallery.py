"""The gallery of broken files. An entry alters something small and says exactly what must be reported.

    broken/rulesets/    one alteration of the small valid ruleset in tests/rulesets/mini
    broken/lint/        the same, for a ruleset that loads but is not well written
    broken/cases/       a case file
    broken/profiles/    a site profile
    broken/releases/    a history of releases
    broken/fhir/        the FHIR record of one person, or a site mapping beside it
    broken/tables/      a Parquet file of people; `columns` are added to a sound one (`{name: [values]}`)
    broken/records/     records of another form, to be prepared; a file of the folder of that name
    broken/sites/       a site of the service, or its orders

Keys of an entry: `name` (a sentence), `expect` (what is printed: all of it), `exit` (where it is not the usual one);
`options` and `command` of the command line; `form` (the suffix of a case file); and the alteration: `file` with one of
`replace` (pairs of old and new), `text`, `hex` (bytes), `delete`, `folder`, `move`, `link` (to where) or `pipe`.
`text` is repeated `times`, and may go on with `lines` times `line` (numbered from 0), and then with `then`.
More alterations stand in `and`. In a history, TEXT_DIGEST and LOGIC_DIGEST stand for those of the ruleset there;
what is expected says DIGEST for any of them. A history may have `listed` (the list of files lies beside it) and
`versions` (the small ruleset lies there under these names instead; the digests are those of the first).
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml

from fasciculation_rules.cli.app import run
from fasciculation_rules.shelf import locate
from fasciculation_rules.shelf.digest import manifest
from fasciculation_rules.shelf.opening import open_ruleset
from fasciculation_rules.shelf.read import read_files

HERE = Path(__file__).resolve().parent
MINI = HERE.parent / "rulesets" / "mini"
FOLDER = f".{os.sep}mini"
TODAY = "2026-11-01"
USUAL_EXIT = {
    "rulesets": 2,
    "lint": 1,
    "cases": 2,
    "profiles": 2,
    "releases": 2,
    "fhir": 2,
    "tables": 2,
    "records": 2,
    "sites": 2,
}
WHOLE = "given: {age: 60 years, dysarthria: present}\n"
"""A case with nothing wrong in it."""

SITE = "format: 1\nsite: general\ntime_zone: Europe/London\nruleset: ./mini\norders: orders.yaml\n"
"""A site with nothing wrong in it, once its orders are there."""

RECORD = '{"resourceType": "Patient", "id": "p"}'
"""A record with nothing wrong in it, and nothing said."""


@dataclass(frozen=True)
class Entry:
    """One broken thing."""

    room: str
    slug: str
    data: dict[str, Any]

    @property
    def id(self) -> str:
        return f"{self.room}/{self.slug}"

    @property
    def expect(self) -> str:
        text: str = self.data["expect"]
        return text

    @property
    def exit(self) -> int:
        code: int = self.data.get("exit", USUAL_EXIT[self.room])
        return code

    @property
    def command(self) -> list[str]:
        match self.room:
            case "rulesets" | "lint":
                usual = ["lint", FOLDER]
            case "cases":
                usual = ["assess", self.file, "--ruleset", FOLDER, "--on", TODAY]
            case "profiles":
                usual = ["assess", "case.yaml", "--ruleset", FOLDER, "--profile", "site.yaml"]
            case "fhir":
                place = ["--as-of", "2026-11-22T17:00:00Z", "--time-zone", "Europe/London", "--ruleset", FOLDER]
                usual = ["from-fhir", "record.json", *place]
                if self.data.get("file") == "site.yaml":
                    usual += ["--mapping", "site.yaml"]
            case "tables":
                usual = ["screen", "people", "--out", "answers", "--as-of", TODAY, "--ruleset", FOLDER]
            case "records":
                place = ["--out", "table", "--as-of", TODAY, "--ruleset", FOLDER]
                usual = ["population", "prepare", "records", "--from", "long", *place]
            case "sites":
                usual = ["serve", "--config", "site.yaml", "--public-url", "https://cds.example", "--insecure-no-auth"]
            case _:
                usual = ["verify"]
        command: list[str] = self.data.get("command", usual)
        return [*command, *self.data.get("options", [])]

    @property
    def file(self) -> str:
        name: str = self.data.get("file", f"case.{self.data.get('form', 'yaml')}")
        return name

    @property
    def codes(self) -> set[str]:
        """The codes among what is reported."""
        return set(re.findall(r"(?<=: )[a-z]+(?:-[a-z0-9]+)*(?=: )", self.expect))


@dataclass(frozen=True)
class Said:
    """What a command line did."""

    code: int
    out: str
    err: str
    written: bool


def entries(room: str) -> list[Entry]:
    """The entries of one room, by name of file."""
    files = sorted((HERE / "broken" / room).glob("*.yaml"))
    return [Entry(room, file.stem, yaml.safe_load(file.read_text(encoding="utf-8"))) for file in files]


def tried(entry: Entry) -> Said:
    """Sets up what an entry says in a folder of its own, and runs its command line there."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        shelf = Path("package", "rulesets")
        ruleset = Path("mini")
        if entry.room != "releases":
            shutil.copytree(MINI, ruleset)
        Path("case.yaml").write_text(WHOLE, encoding="utf-8")
        Path("record.json").write_text(RECORD, encoding="utf-8")
        if entry.room == "sites":
            Path("site.yaml").write_text(SITE, encoding="utf-8")
        if entry.room == "releases":
            _write_history(entry, shelf)
        elif entry.room == "tables":
            _write_tables(entry.data, Path("people"))
        else:
            base = {"rulesets": ruleset, "lint": ruleset}.get(entry.room, Path())
            usual = {
                "profiles": "site.yaml",
                "fhir": "record.json",
                "sites": "orders.yaml",
                "records": "records/a.csv",
            }.get(entry.room, entry.file)
            alter(base, {"file": usual, **entry.data})
        with patch.object(locate, "files", lambda _: Path(folder, "package")):
            return said(entry.command)


def said(command: list[str]) -> Said:
    """What a command line does in the folder where we are, and whether it wrote there."""
    out, err, before = io.StringIO(), io.StringIO(), _contents()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(command)
    return Said(code, out.getvalue(), err.getvalue(), _contents() != before)


def alter(folder: Path, data: dict[str, Any]) -> None:
    """Makes the alterations of an entry in a folder."""
    for change in [data, *data.get("and", [])]:
        if change.keys() & {"replace", "text", "hex", "delete", "folder", "link", "move", "pipe"}:
            _alter(folder / change["file"], change)


def _alter(path: Path, change: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    match change:
        case {"replace": pairs}:
            text = path.read_text(encoding="utf-8")
            for pair in pairs:
                assert text.count(pair["old"]) == 1, (
                    f"{path}: '{pair['old']}' stands there {text.count(pair['old'])} times"
                )
                text = text.replace(pair["old"], pair["new"])
            path.write_text(text, encoding="utf-8", newline="\n")
        case {"text": text}:
            whole = text * change.get("times", 1) + "".join(
                map(change.get("line", "").format, range(change.get("lines", 0)))
            )
            path.write_text(whole + change.get("then", ""), encoding="utf-8", newline="\n")
        case {"hex": digits}:
            path.write_bytes(bytes.fromhex(digits))
        case {"delete": _}:
            path.unlink()
        case {"folder": _}:
            path.unlink(missing_ok=True)
            path.mkdir()
        case {"link": target}:
            path.symlink_to(target)
        case {"move": target}:
            path.rename(path.parent / target)
        case {"pipe": _}:
            path.unlink()
            os.mkfifo(path)


def _write_history(entry: Entry, shelf: Path) -> None:
    versions = entry.data.get("versions", ["mini"])
    for version in versions:
        shutil.copytree(MINI, shelf / version)
        if version != "mini":
            renamed = {"replace": [{"old": "ruleset: mini", "new": f"ruleset: {version}"}]}
            alter(shelf / version, {"file": "ruleset.yaml", **renamed})
    ruleset = open_ruleset(shelf / versions[0])
    if "listed" in entry.data:
        (shelf / "manifests").mkdir()
        (shelf / "manifests" / f"{versions[0]}.sha256").write_text(manifest(read_files(shelf / versions[0])), "utf-8")
    history: str = entry.data["history"]
    history = history.replace("TEXT_DIGEST", ruleset.text_digest).replace("LOGIC_DIGEST", ruleset.logic_digest)
    (shelf / "releases.yaml").write_text(history, encoding="utf-8", newline="\n")
    alter(shelf, {**entry.data, "file": entry.data.get("file", "releases.yaml")})


def _write_tables(data: dict[str, Any], folder: Path) -> None:
    """A sound file, and after it the broken one; or a folder where a file should be."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from fasciculation_rules.population.schema import metadata_of

    ruleset = open_ruleset(Path("mini"))
    sound = {"person_id": [1], "dysarthria": [1]}
    folder.mkdir()
    for number, columns in enumerate(({}, data.get("columns"))):
        if columns is None:
            (folder / "part-1.parquet").mkdir()
            continue
        held = {name: values for name, values in {**sound, **columns}.items() if values is not None}
        words = metadata_of(ruleset)
        if number and "units" in data:
            about = {name: data["units"].get(name, said) for name, said in _columns(words).items()}
            words = {key: json.dumps({"format": 1, "columns": about}) for key in words} if data["units"] else {}
        table = pa.table(held).replace_schema_metadata(words)
        pq.write_table(table, folder / f"part-{number}.parquet")


def _columns(words: dict[str, str]) -> dict[str, Any]:
    columns: dict[str, Any] = json.loads(next(iter(words.values())))["columns"]
    return columns


def _contents() -> dict[str, bytes]:
    return dict(_files(Path()))


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield str(path), path.read_bytes()
