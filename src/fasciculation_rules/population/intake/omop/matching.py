"""Which rows of a table say something, and of which item: by the standard concept first, else by the source."""

from __future__ import annotations

import polars as pl

from fasciculation_rules.population.intake.columns import TIME, UNREADABLE
from fasciculation_rules.population.intake.long.people import SAID
from fasciculation_rules.population.schema import PERSON


def concerning(frame: pl.LazyFrame, ids: list[str], concept: str, source: str) -> pl.LazyFrame:
    """The rows with a concept that says something."""
    return frame.filter(pl.col(concept).is_in(ids) | pl.col(source).is_in(ids))


def matched(rows: pl.DataFrame, meant: pl.DataFrame, concept: str, source: str) -> pl.DataFrame:
    """Each row with what it says: `item`, `says`, `exact`, `bare`, `about`, and the `concept` that said so."""
    known = meant["concept"].unique().to_list()
    standard = pl.col(concept).is_in(known).fill_null(False)
    found = [
        rows.filter(chosen).with_columns(pl.col(column).alias("concept")).join(meant, on="concept", how="inner")
        for column, chosen in ((concept, standard), (source, ~standard))
    ]
    return pl.concat(found)


def dated(rows: pl.DataFrame, day: str, moment: str | None = None) -> pl.DataFrame:
    """With the day and the time of a record. Midnight is no time: that is how a day without one is written."""
    time = pl.lit(None, pl.Time)
    if moment is not None:
        known = (pl.col(moment) == pl.col(day)) & (pl.col(moment + TIME) != pl.time(0, 0, 0))
        time = pl.when(known).then(pl.col(moment + TIME))
    return rows.with_columns(
        pl.col(day).alias("date"),
        time.alias("date" + TIME),
        (pl.col(day + UNREADABLE) | pl.col(day).is_null()).alias("date" + UNREADABLE),
    )


def statements(rows: pl.DataFrame) -> pl.DataFrame:
    """In the columns of the long form; what is not there is nothing."""
    lacking = [pl.lit(None, pl.String).alias(name) for name in SAID if name not in rows.columns]
    return rows.with_columns(lacking).select(PERSON, *SAID)
