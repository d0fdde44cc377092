"""The table `person` and what is beside it: when somebody was born, died and was observed, her sex, and her site."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from fasciculation_rules.population.intake.columns import TIME, UNREADABLE
from fasciculation_rules.population.intake.long.people import ABOUT, PERIOD, SITE
from fasciculation_rules.population.intake.omop.matching import statements
from fasciculation_rules.population.schema import INDEX_DATE, PERSON

Held = Mapping[str, pl.DataFrame]
"""The rows of a part by table."""


def persons_of(held: Held) -> pl.DataFrame:
    """As the long form has them, `index_date` already there; two rows that differ stay two."""
    persons = held["person"].unique()
    year, month, day = (pl.col(f"{unit}_of_birth") for unit in ("year", "month", "day"))
    partial = [year.str.zfill(4), month.str.zfill(2), day.str.zfill(2)]
    known = [year.is_not_null(), month.is_not_null(), day.is_not_null()]
    birth = (
        pl.when(known[0] & known[1] & known[2])
        .then(pl.concat_str(partial, separator="-"))
        .when(known[0] & known[1])
        .then(pl.concat_str(partial[:2], separator="-"))
        .when(known[0])
        .then(partial[0])
        .otherwise(pl.col("birth_datetime").cast(pl.String))
    )
    died = "death_date"
    if "death" in held:
        deaths = held["death"].group_by(PERSON).agg(pl.col(died).min(), _lacking(died).any().alias(died + UNREADABLE))
        persons = persons.join(deaths, on=PERSON, how="left")
    else:
        persons = persons.with_columns(pl.lit(None, pl.Date).alias(died), pl.lit(False).alias(died + UNREADABLE))
    return persons.with_columns(
        birth.alias("birth_date"),
        pl.col(died + UNREADABLE).fill_null(False),
        pl.lit(None, pl.String).alias("alive"),
        pl.col("care_site_id").alias(SITE),
    ).select(PERSON, *ABOUT)


def _lacking(day: str) -> pl.Expr:
    return pl.col(day + UNREADABLE) | pl.col(day).is_null()


def periods_of(held: Held) -> pl.DataFrame:
    """For how long people were observed; both ends belong to it."""
    if "observation_period" not in held:
        return pl.DataFrame(schema={PERSON: pl.String, **dict.fromkeys(PERIOD, pl.Date)})
    names = {"observation_period_start_date": PERIOD[0], "observation_period_end_date": PERIOD[1]}
    return held["observation_period"].select(PERSON, *names).rename(names).drop_nulls()


def sexes_of(held: Held, sexes: Mapping[str, str]) -> pl.DataFrame:
    """The sex of those who have one of the two concepts of the vocabulary."""
    value = pl.col("gender_concept_id").replace_strict(dict(sexes), default=None, return_dtype=pl.String)
    found = held["person"].with_columns(value.alias("value"), pl.lit("sex").alias("item"))
    return statements(
        found.filter(pl.col("value").is_not_null()).with_columns(
            pl.lit(None, pl.Date).alias("date"),
            pl.lit(None, pl.Time).alias("date" + TIME),
            pl.lit(False).alias("date" + UNREADABLE),
        )
    )


def with_day(rows: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """Each row with the index date of its person."""
    days = persons.select(PERSON, INDEX_DATE).unique(PERSON, keep="any")
    return rows.join(days, on=PERSON, how="left")
