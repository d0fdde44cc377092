"""The folder of a result: a part appears under its name only when it is whole, and the manifest comes last."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from fasciculation_rules.errors import PopulationError
from fasciculation_rules.shelf.alone import alone

MANIFEST = "manifest.json"
TEMPORARY = ".unfinished-"


def private_file(path: Path) -> None:
    """An empty file that only its owner may read. Raises FileExistsError where there is one."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


class Folder:
    """One result folder, of one run key. Its files begin with `prefix`, but for the manifest."""

    def __init__(self, place: Path, prefix: str = "part-") -> None:
        self.place, self.prefix = place, prefix

    @contextlib.contextmanager
    def held(self, run: Mapping[str, Any]) -> Iterator[None]:
        """Makes the folder, keeps other processes out, and clears away what a run that was stopped left unfinished.

        Raises PopulationError where another process works in it, or it holds other files or the result of another run.
        """
        self.place.mkdir(parents=True, exist_ok=True)
        fault = f"another run is at work in '{self.place}'; wait for it, or name another folder"
        with alone(self.place, PopulationError(fault)):
            self._check_files()
            self._check_run(run)
            for left in self.place.glob(f"{TEMPORARY}*"):
                if left.is_dir():
                    shutil.rmtree(left)
                else:
                    left.unlink()
            yield

    def _check_files(self) -> None:
        """Nothing is written beside what somebody else put there, such as the table itself."""
        ours = (self.prefix, TEMPORARY)
        other = sorted(
            each.name for each in self.place.iterdir() if not each.name.startswith(ours) and each.name != MANIFEST
        )
        if other:
            raise PopulationError(f"'{self.place}' holds other files, such as '{other[0]}'; name a folder of its own")

    def _check_run(self, run: Mapping[str, Any]) -> None:
        for said in sorted(self.place.glob("*.json")):
            found = self.read(said.name)
            if found is None or found.get("run") != run:
                before = (found or {}).get("run", {})
                differing = sorted(key for key in {*run, *before} if before.get(key) != run.get(key))
                raise PopulationError(
                    f"'{self.place}' holds the result of another run, which differs in: {', '.join(differing)}; "
                    "name another folder"
                )

    def keep_only(self, names: Collection[str]) -> None:
        """Takes away the files of all parts but these."""
        ends = tuple(f"{name}{mark}" for name in names for mark in ".-")
        for file in self.place.glob(f"{self.prefix}*"):
            if not file.name.startswith(ends):
                file.unlink()

    def take_away(self, name: str) -> None:
        """A file, if it is there."""
        (self.place / name).unlink(missing_ok=True)
        self._sync()

    def read(self, name: str) -> dict[str, Any] | None:
        """A JSON file of the folder, or None where there is none that can be read."""
        try:
            found = json.loads((self.place / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def write(self, name: str, make: Callable[[Path], object], *, private: bool = False) -> Path:
        """Makes a file under another name, brings it to the disk, and only then gives it its own."""
        path, temporary = self.place / name, self.place / f"{TEMPORARY}{os.getpid()}-{name}"
        try:
            if private:
                private_file(temporary)
            make(temporary)
            with temporary.open("rb") as written:
                os.fsync(written.fileno())
            temporary.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        self._sync()
        return path

    def write_json(self, name: str, values: Mapping[str, Any]) -> Path:
        """The same for plain values; their counts are not shielded, so only its owner may read them."""
        text = json.dumps(values, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        return self.write(name, lambda path: path.write_text(text, encoding="utf-8"), private=True)

    def _sync(self) -> None:
        opened = os.open(self.place, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
