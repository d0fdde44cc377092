"""Makes a table of the wide form out of another form, part by part, so that a run that was stopped goes on."""

from __future__ import annotations

import multiprocessing
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from fasciculation_rules._version import __version__
from fasciculation_rules.errors import CaseError, TooManyBadRowsError
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.population.folder import MANIFEST, TEMPORARY, Folder
from fasciculation_rules.population.intake.origin import key_of
from fasciculation_rules.population.intake.person import Person, Refused, cells_of
from fasciculation_rules.population.intake.reader import Reached, Reader
from fasciculation_rules.population.intake.table import write_table
from fasciculation_rules.population.intake.tally import Tally
from fasciculation_rules.population.schema import PERSON, QUARANTINE

SPREAD = f"{TEMPORARY}spread"
"""The folder of records by person while a table is made; it names people, and is taken away at the end."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a run came to."""

    people: int
    quarantined: int
    tally: Tally
    incomplete: tuple[str, ...]
    parts: int
    resumed: int


def prepare(
    reader: Reader,
    out: Path,
    ruleset: Ruleset,
    *,
    max_bad: float = 0.01,
    processes: int = 1,
    done: Reached = lambda _, __: None,
) -> Prepared:
    """Writes `people-*.parquet`, and `manifest.json` at last.

    So many `processes` make parts at a time. `done` is told how many parts of how many are done. Raises
    PopulationError where the input cannot be read or the folder holds another run, and where more people than
    `max_bad` cannot be read, after having named them in the quarantine.
    """
    run = _run_of(reader, ruleset)
    folder = Folder(out, "people-")
    with folder.held(run):
        tally = Tally()
        place = out / SPREAD
        place.mkdir(mode=0o700)
        try:
            said, resumed = _parts(_Work(reader, place, folder, ruleset, run), tally, processes, done)
        finally:
            shutil.rmtree(place, ignore_errors=True)
        return _finish(reader, said, tally, run, folder, resumed, max_bad)


@dataclass(frozen=True)
class _Work:
    """What every part of a run needs, in whatever process it is made."""

    reader: Reader
    place: Path
    folder: Folder
    ruleset: Ruleset
    run: Mapping[str, Any]

    def found(self, number: int) -> dict[str, Any] | None:
        """What an earlier run said of a part."""
        found = self.folder.read(f"{_name(number)}.json")
        return found if found and (self.folder.place / f"{_name(number)}.parquet").exists() else None

    def made(self, number: int) -> dict[str, Any]:
        """What there is to say of a part, which is written."""
        return _part(self.reader, self.place, number, _name(number), self.folder, self.ruleset, self.run)


def _name(number: int) -> str:
    return f"people-{number:05d}"


def _parts(work: _Work, tally: Tally, processes: int, done: Reached) -> tuple[list[dict[str, Any]], int]:
    """What there is to say of each part, and how many were there already."""
    parts = work.reader.spread(work.place, tally, lambda _, __: None)
    said = {number: found for number in range(parts) if (found := work.found(number)) is not None}
    resumed = len(said)
    wanted = [number for number in range(parts) if number not in said]
    with _made(work, wanted, processes) as made:
        for number, found in zip(wanted, made, strict=True):
            said[number] = found
            done(len(said), parts)
    return [said[number] for number in range(parts)], resumed


@contextmanager
def _made(work: _Work, wanted: Sequence[int], processes: int) -> Iterator[Iterable[dict[str, Any]]]:
    """The parts as they are made, here or by other processes."""
    if processes < 2 or len(wanted) < 2:
        yield map(work.made, wanted)
        return
    # A process that is forked may hang in Polars, whose threads are not copied.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(processes, len(wanted)), context, _begin, (work,)) as pool:
        try:
            yield pool.map(_made_there, wanted)
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


_there: list[_Work] = []
"""The work of this process, if it was started to make parts."""


def _begin(work: _Work) -> None:
    _there.append(work)


def _made_there(number: int) -> dict[str, Any]:
    return _there[0].made(number)


def _run_of(reader: Reader, ruleset: Ruleset) -> dict[str, Any]:
    return {
        "format": 1,
        "form": reader.form,
        "ruleset": ruleset.version,
        "text_digest": ruleset.text_digest,
        "logic_digest": ruleset.logic_digest,
        "library": __version__,
        "as_of": reader.as_of,
        **reader.identity(),
    }


def _part(
    reader: Reader,
    place: Path,
    number: int,
    name: str,
    folder: Folder,
    ruleset: Ruleset,
    run: Mapping[str, Any],
) -> dict[str, Any]:
    """Writes the people of one part, those who cannot be read apart, then what there is to say of them."""
    tally = Tally()
    rows: list[tuple[Person, Mapping[str, int]]] = []
    bad: list[Refused] = []
    for person in reader.people(place, number, tally):
        if isinstance(person, Refused):
            bad.append(person)
            continue
        try:
            rows.append((person, cells_of(person, ruleset, tally)))
        except CaseError:
            bad.append(Refused(person.id, "the record cannot be assessed"))
    folder.write(
        f"{name}.parquet",
        lambda path: write_table(
            rows, path, ruleset, about=reader.about, dated=reader.as_of is None, run_key=key_of(run)
        ),
        private=True,
    )
    if bad:
        frame = pl.DataFrame({PERSON: [each.id for each in bad], "reason": [each.reason for each in bad]})
        folder.write(f"{name}-{QUARANTINE}", frame.write_parquet, private=True)
    said = {"run": dict(run), "people": len(rows), "quarantined": len(bad), "tally": tally.as_json()}
    folder.write_json(f"{name}.json", said)
    return said


def _finish(
    reader: Reader,
    said: list[dict[str, Any]],
    tally: Tally,
    run: Mapping[str, Any],
    folder: Folder,
    resumed: int,
    max_bad: float,
) -> Prepared:
    """The manifest, which makes the table a whole."""
    for part in said:
        tally.add(Tally.from_json(part["tally"]))
    people, quarantined = (sum(part[key] for part in said) for key in ("people", "quarantined"))
    if quarantined > max_bad * max(people + quarantined, 1):
        raise TooManyBadRowsError(
            f"the records of more people cannot be read than --max-bad allows ({max_bad:.3g} of all); they are named "
            f"in the files *-{QUARANTINE} of the result"
        )
    incomplete = reader.incomplete()
    manifest = {
        "run": dict(run),
        "inputs": reader.inputs(),
        "parts": len(said),
        "people": people,
        "quarantined": quarantined,
        "incomplete": incomplete,
        "tally": tally.as_json(),
    }
    folder.write_json(MANIFEST, manifest)
    return Prepared(people, quarantined, tally, tuple(incomplete), len(said), resumed)
