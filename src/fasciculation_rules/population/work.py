"""Answers one part of a cohort: who is counted of its rows, what is said of each, and what there is to say of all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from fasciculation_rules.engines.columns.to_polars import Printed
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.population.cohort import ENTERED, FAULT, LIVING, OBSERVED, OF_AGE, Marks
from fasciculation_rules.population.digest import sums_of
from fasciculation_rules.population.folder import Folder, private_file
from fasciculation_rules.population.part import Part, Parted
from fasciculation_rules.population.schema import INDEX_DATE, PERSON, QUARANTINE
from fasciculation_rules.population.sheets import answer_columns, sheet_of

CLASH, AGAIN = "?clash", "?again"
MONTH = "month"
STEPS = {"without_entry": ENTERED, "not_adult": OF_AGE, "not_alive": LIVING, "not_observed": OBSERVED}
"""The conditions of the cohort, in the order in which people are counted out by them."""


@dataclass(frozen=True)
class Whole:
    """What all parts of a run share. `run` is what it depends on beside the table; `cohort` are its conditions."""

    parted: Parted
    ruleset: Ruleset
    run: Mapping[str, Any]
    engine: str
    cohort: tuple[str, ...]
    observed: int | None

    @cached_property
    def marks(self) -> Marks:
        """Who is counted."""
        return Marks(self.ruleset, self.parted.source, self.observed)

    @cached_property
    def printed(self) -> Printed:
        """What is answered."""
        return Printed(sheet_of(self.ruleset), self.parted.source.columns)

    @cached_property
    def beside(self) -> list[str]:
        """What stands beside each answer: the person, her own day, and what tells people apart."""
        source = self.parted.source
        return [PERSON, *(name for name in source.about if name == INDEX_DATE), *source.by]


@dataclass(frozen=True)
class Work:
    """One part, to be answered."""

    part: Part
    whole: Whole

    @property
    def key(self) -> str:
        """What the answers of this part depend on."""
        slices = [[each.digest, each.offset, each.rows] for each in self.part.slices]
        said = {**self.whole.run, "slices": slices}
        if self.whole.parted.repeated.any:  # then other files speak of the same people
            said["inputs"] = self.whole.parted.source.digests
        return "sha256:" + hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()

    def counts(self) -> dict[str, int]:
        """How many rows there are of each fate; nothing is written."""
        found, _ = self._looked_at(self.whole.parted.rows(self.part))
        return found.collect(engine="streaming").row(0, named=True)

    def done(self, folder: Folder) -> dict[str, Any]:
        """Writes the answers, then what there is to say of them."""
        rows = self.whole.parted.rows(self.part)
        counts, bad, known = pl.collect_all([*self._looked_at(rows), self._known(rows)], engine="streaming")
        name = f"{self.part.name}.parquet"
        path = folder.write(name, lambda path: self._sink(self._counted(rows), path), private=True)
        answers = pl.scan_parquet(path, glob=False)
        sums = sums_of(answers, list(answer_columns(self.whole.ruleset)))
        rungs = answers.group_by("rung").len().collect(engine="streaming")
        said = {
            "name": self.part.name,
            "run": dict(self.whole.run),
            "key": self.key,
            "counts": counts.row(0, named=True),
            "sums": asdict(sums),
            "rungs": {str(rung): count for rung, count in sorted(rungs.iter_rows())},
            "known": [_stratum(row, self._strata()) for row in known.iter_rows(named=True)],
            "quarantine": f"{self.part.name}-{QUARANTINE}" if len(bad) else None,
        }
        if len(bad):
            folder.write(f"{self.part.name}-{QUARANTINE}", bad.write_parquet, private=True)
        folder.write_json(f"{self.part.name}.json", said)
        return said

    # ---------------------------------------------------------------- who is counted

    def _marked(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        repeated = self.whole.parted.repeated
        same = repeated.same if self.part.slices else repeated.same.clear()
        found = self.whole.marks.marked(rows)
        return found.with_columns(_among(repeated.clashing).alias(CLASH), _among(same).alias(AGAIN))

    def _looked_at(self, rows: pl.LazyFrame) -> list[pl.LazyFrame]:
        """How many rows there are of each fate, and the people whose rows cannot be."""
        found = self._marked(rows)
        fault, clash, again = pl.col(FAULT), pl.col(CLASH), pl.col(AGAIN)
        # Rows set aside as one of several come back, one for each person, in the part without a file.
        first = self.part.slices
        left = ~fault & ~clash & ~again
        steps = []
        for step, condition in STEPS.items():
            if condition in self.whole.cohort:
                steps.append((left & ~pl.col(condition)).sum().alias(step))
                left &= pl.col(condition)
            else:
                steps.append(pl.lit(0).alias(step))
        counts = found.select(
            (pl.len() if first else pl.lit(0)).alias("rows"),
            (again.sum().cast(pl.Int64) if first else -pl.len().cast(pl.Int64)).alias("collapsed"),
            ((fault | clash) & ~again).sum().alias("quarantined"),
            *steps,
        )
        reason = pl.when(clash).then(pl.lit("rows of this person differ")).otherwise(pl.lit("a value that cannot be"))
        return [counts, found.filter((fault | clash) & ~again).select(PERSON, reason.alias("reason"))]

    def _counted(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        sound = ~pl.col(FAULT) & ~pl.col(CLASH) & ~pl.col(AGAIN)
        conditions = [pl.col(condition) for condition in self.whole.cohort]
        found = self._marked(rows).filter(pl.all_horizontal([sound, *conditions]))
        return found.select(PERSON, *self.whole.parted.source.told)

    # ---------------------------------------------------------------- what is known of them

    def _strata(self) -> list[str]:
        source = self.whole.parted.source
        return [*source.by, *([MONTH] if INDEX_DATE in source.about else [])]

    def _known(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """For those counted, how often each column holds something: of everybody, or by what tells people apart."""
        found, strata = self._counted(rows), self._strata()
        if MONTH in strata:
            found = found.with_columns(pl.col(INDEX_DATE).dt.strftime("%Y-%m").alias(MONTH))
        columns = [pl.len().alias("rows"), *(pl.col(name).count() for name in self.whole.parted.source.columns)]
        return found.group_by(strata).agg(columns).sort(strata) if strata else found.select(columns)

    # ---------------------------------------------------------------- what is answered

    def _sink(self, answers: pl.LazyFrame, path: Path) -> None:
        if self.whole.engine == "sql":
            self._sink_with_sql(answers, path)
        else:
            self.whole.printed.sink(answers, path, self.whole.beside, self._metadata())

    def _sink_with_sql(self, answers: pl.LazyFrame, path: Path) -> None:
        from fasciculation_rules.population.in_duckdb import sink_with_duckdb

        wide = path.with_name(path.name + ".wide")
        columns = self.whole.parted.source.columns
        try:
            private_file(wide)
            answers.sink_parquet(wide)
            sink_with_duckdb(self.whole.ruleset, [wide], columns, path, beside=self.whole.beside)
        finally:
            wide.unlink(missing_ok=True)

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


def _stratum(row: Mapping[str, Any], strata: list[str]) -> dict[str, Any]:
    known = {name: count for name, count in row.items() if name not in strata and name != "rows"}
    return {"stratum": {name: row[name] for name in strata}, "rows": row["rows"], "known": known}


def _among(people: pl.Series) -> pl.Expr:
    return pl.col(PERSON).is_in(people.implode()).fill_null(False) if len(people) else pl.lit(False)
