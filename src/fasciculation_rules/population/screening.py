"""Screens a cohort: Parquet in, Parquet out, part by part, so that a run that was stopped goes on where it was."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from fasciculation_rules._version import __version__
from fasciculation_rules.engines.columns.to_polars import Printed
from fasciculation_rules.errors import PopulationError, TooManyBadRowsError
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.population.cohort import ADULT, ENTERED, FAULT, OF_AGE, Attrition, Marks
from fasciculation_rules.population.digest import Sums, added, digest_of, sums_of
from fasciculation_rules.population.folder import MANIFEST, Folder
from fasciculation_rules.population.schema import PERSON
from fasciculation_rules.population.sheets import answer_columns, sheet_of
from fasciculation_rules.population.source import Source, open_source

ROWS = 1_000_000
"""Rows of a part."""

QUARANTINE = "quarantine.parquet"
"""Names people, so nobody but the owner may read it."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Options:
    """How a cohort is screened. `everyone` counts also those without an entry finding and under 16."""

    as_of: datetime.date
    engine: str = "columns"
    everyone: bool = False
    max_bad: float = 0.01
    rows: int = ROWS


@dataclass(frozen=True, slots=True)
class Screened:
    """What a run came to. `rungs` counts people by the rung that is shown."""

    attrition: Attrition
    rungs: Mapping[str, int]
    digest: str
    missing: tuple[str, ...]
    ignored: tuple[str, ...]
    parts: int
    resumed: int


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows of one file; or, without a file, one row each of the people who have several that are the same."""

    number: int
    file: Path | None
    digest: str
    offset: int
    rows: int

    @property
    def name(self) -> str:
        return f"part-{self.number:05d}"


def screen(
    place: str, out: Path, ruleset: Ruleset, options: Options, *, done: Callable[[int, int], None] = lambda _, __: None
) -> Screened:
    """Assesses everybody in a table, and writes the answers of those who are counted.

    `done` is told how many of how many rows are done. Raises PopulationError where the table cannot be read, or the
    folder holds another run; and where more rows than `max_bad` cannot be, after having named them in the quarantine.
    """
    source = open_source(place, ruleset)
    run = _run_of(ruleset, options)
    folder = Folder(out)
    folder.prepare(run)
    total = sum(source.rows)
    clashing, same = _read(lambda: _duplicates(source), "the table")
    whole = _Whole(source, ruleset, options, run, clashing, same)
    parts = list(_parts(source, options.rows))
    if len(same):
        parts.append(_Part(len(parts), None, "", 0, 0))
    said: list[dict[str, Any]] = []
    finished = resumed = 0
    for part in parts:
        work = _Work(part, whole)
        found = folder.read(f"{part.name}.json")
        if found is None or found["key"] != work.key or not (out / f"{part.name}.parquet").exists():
            found = _read(partial(work.done, folder), f"'{part.file}'" if part.file else "the table")
        else:
            resumed += 1
        said.append(found)
        finished += part.rows
        done(finished, total)
    return _finish(said, source, ruleset, options, run, folder, resumed)


def _read(work: Callable[[], Result], what: str) -> Result:
    """Done; or one clear error where Polars fails, of whose message nobody knows what is in it."""
    try:
        return work()
    except pl.exceptions.PolarsError:
        raise PopulationError(f"rows of {what} cannot be read, or their answers cannot be written") from None


def _run_of(ruleset: Ruleset, options: Options) -> dict[str, Any]:
    """All but the table that the answers depend on."""
    return {
        "format": 1,
        "ruleset": ruleset.version,
        "text_digest": ruleset.text_digest,
        "logic_digest": ruleset.logic_digest,
        "effective_digest": ruleset.effective_digest,
        "profile_digest": ruleset.profile_digest,
        "library": __version__,
        "engine": options.engine,
        "polars": pl.__version__,
        "as_of": options.as_of.isoformat(),
        "cohort": "everyone" if options.everyone else f"entry and age >= {ADULT}",
    }


def _parts(source: Source, most: int) -> Iterator[_Part]:
    number = 0
    for file, digest, rows in zip(source.files, source.digests, source.rows, strict=True):
        for offset in range(0, max(rows, 1), most):
            yield _Part(number, file, digest, offset, min(most, rows - offset))
            number += 1


def _duplicates(source: Source) -> tuple[pl.Series, pl.Series]:
    """People with rows that differ, and people with several rows that are all the same."""
    people = pl.scan_parquet(list(source.files))
    columns = [PERSON, *source.columns]
    counted = people.select(PERSON).group_by(PERSON).len().filter(pl.col("len") > 1).select(PERSON)
    twice = counted.collect(engine="streaming")[PERSON]
    if twice.is_empty():
        return twice, twice
    rows = people.select(columns).filter(pl.col(PERSON).is_in(twice.implode())).collect(engine="streaming")
    kinds = rows.unique().group_by(PERSON).len()
    return kinds.filter(pl.col("len") > 1)[PERSON], kinds.filter(pl.col("len") == 1)[PERSON]


@dataclass(frozen=True)
class _Whole:
    """What all parts of a run share. `clashing` and `same` are people with several rows."""

    source: Source
    ruleset: Ruleset
    options: Options
    run: Mapping[str, Any]
    clashing: pl.Series
    same: pl.Series

    @cached_property
    def marks(self) -> Marks:
        """Who is counted."""
        return Marks(self.ruleset, self.source.columns, self.source.doubtful)

    @cached_property
    def printed(self) -> Printed:
        """What is answered."""
        return Printed(sheet_of(self.ruleset), self.source.columns)


@dataclass(frozen=True)
class _Work:
    """One part, to be answered."""

    part: _Part
    whole: _Whole

    @property
    def key(self) -> str:
        """What the answers of this part depend on."""
        said = {**self.whole.run, "input": self.part.digest, "offset": self.part.offset, "rows": self.part.rows}
        if len(self.whole.clashing) or len(self.whole.same):  # then other files speak of the same people
            said["inputs"] = self.whole.source.digests
        return "sha256:" + hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()

    def done(self, folder: Folder) -> dict[str, Any]:
        """Writes the answers, then what there is to say of them."""
        rows = self._rows()
        counts, bad = pl.collect_all(self._looked_at(rows), engine="streaming")
        answers = self._answers(rows)
        path = folder.write(f"{self.part.name}.parquet", lambda path: self._sink(answers, path))
        kept = list(answer_columns(self.whole.ruleset))
        sums = sums_of(pl.scan_parquet(path), kept)
        rungs = pl.scan_parquet(path).group_by("rung").len().collect(engine="streaming")
        said = {
            "run": dict(self.whole.run),
            "key": self.key,
            "counts": counts.row(0, named=True),
            "sums": asdict(sums),
            "rungs": {str(rung): count for rung, count in sorted(rungs.iter_rows())},
            "quarantine": f"{self.part.name}-{QUARANTINE}" if len(bad) else None,
        }
        if len(bad):
            folder.write(f"{self.part.name}-{QUARANTINE}", bad.write_parquet, private=True)
        folder.write_json(f"{self.part.name}.json", said)
        return said

    def _rows(self) -> pl.LazyFrame:
        columns = [PERSON, *self.whole.source.columns]
        if self.part.file is None:
            people = pl.scan_parquet(list(self.whole.source.files)).select(columns)
            return people.filter(pl.col(PERSON).is_in(self.whole.same.implode())).unique()
        return pl.scan_parquet(self.part.file).select(columns).slice(self.part.offset, self.part.rows)

    def _looked_at(self, rows: pl.LazyFrame) -> list[pl.LazyFrame]:
        """How many rows there are of each fate, and the people whose rows cannot be."""
        found = self._marked(rows)
        fault, clash, again = pl.col(FAULT), pl.col("clash"), pl.col("again")
        sound = ~fault & ~clash & ~again
        # Rows set aside as one of several come back, one for each person, in the part without a file.
        first = self.part.file is not None
        counts = found.select(
            (pl.len() if first else pl.lit(0)).alias("rows"),
            (again.sum().cast(pl.Int64) if first else -pl.len().cast(pl.Int64)).alias("collapsed"),
            ((fault | clash) & ~again).sum().alias("quarantined"),
            (sound & ~pl.col(ENTERED)).sum().alias("without_entry"),
            (sound & pl.col(ENTERED) & ~pl.col(OF_AGE)).sum().alias("not_adult"),
        )
        reason = pl.when(clash).then(pl.lit("rows of this person differ")).otherwise(pl.lit("a value that cannot be"))
        return [counts, found.filter((fault | clash) & ~again).select(PERSON, reason.alias("reason"))]

    def _marked(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        same = self.whole.same if self.part.file is not None else self.whole.same.clear()
        found = self.whole.marks.marked(rows)
        return found.with_columns(_among(self.whole.clashing).alias("clash"), _among(same).alias("again"))

    def _answers(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        counted = self._marked(rows).filter(~pl.col(FAULT) & ~pl.col("clash") & ~pl.col("again"))
        if not self.whole.options.everyone:
            counted = counted.filter(pl.col(ENTERED) & pl.col(OF_AGE))
        return counted.select(PERSON, *self.whole.source.columns)

    def _sink(self, answers: pl.LazyFrame, path: Path) -> None:
        if self.whole.options.engine == "sql":
            from fasciculation_rules.population.in_duckdb import sink_with_duckdb

            wide = path.with_name(path.name + ".wide")
            try:
                answers.sink_parquet(wide)
                sink_with_duckdb(self.whole.ruleset, [wide], self.whole.source.columns, path)
            finally:
                wide.unlink(missing_ok=True)
            return
        self.whole.printed.answer(answers, [PERSON]).sink_parquet(path, compression="zstd", metadata=self._metadata())

    def _metadata(self) -> dict[str, str]:
        ruleset = self.whole.ruleset
        about = {
            "ruleset": ruleset.version,
            "review": ruleset.about.review,
            "rungs": list(ruleset.outcomes.ladder),
            "names": list(ruleset.program.names),
            "conditions": list(ruleset.outcomes.conditions),
            "screen": list(ruleset.vocabulary.screen),
        }
        return {"fasciculation_rules.answer": json.dumps(about)}


def _among(people: pl.Series) -> pl.Expr:
    return pl.col(PERSON).is_in(people.implode()) if len(people) else pl.lit(False)


def _finish(
    said: list[dict[str, Any]],
    source: Source,
    ruleset: Ruleset,
    options: Options,
    run: dict[str, Any],
    folder: Folder,
    resumed: int,
) -> Screened:
    """The manifest, which makes the run a whole."""
    totals = {key: sum(part["counts"][key] for part in said) for key in said[0]["counts"]}
    sums = added(Sums(**part["sums"]) for part in said)
    attrition = Attrition(**totals, counted=sums.rows)
    ladder = ruleset.outcomes.ladder
    rungs = {rung: sum(part["rungs"].get(str(height), 0) for part in said) for height, rung in enumerate(ladder)}
    if totals["quarantined"] > options.max_bad * max(totals["rows"], 1):
        raise TooManyBadRowsError(
            f"{totals['quarantined']} of {totals['rows']} rows cannot be, more than --max-bad allows; "
            f"they are named in the files *-{QUARANTINE} of the result"
        )
    digest = digest_of(sums, answer_columns(ruleset))
    folder.write_json(
        MANIFEST,
        {
            "run": run,
            "inputs": [
                {"file": file.name, "sha256": each, "rows": rows}
                for file, each, rows in zip(source.files, source.digests, source.rows, strict=True)
            ],
            "missing": list(source.missing),
            "ignored": list(source.ignored),
            "attrition": asdict(attrition),
            "digest": digest,
            "parts": [part["key"] for part in said],
        },
    )
    return Screened(attrition, rungs, digest, source.missing, source.ignored, len(said), resumed)
