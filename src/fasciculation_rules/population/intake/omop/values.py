"""Observations and measurements: their value says what they say, and without one they say nothing."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from fasciculation_rules.model.concept_sets import Domain
from fasciculation_rules.population.intake.columns import TIME
from fasciculation_rules.population.intake.long.words import Row, Words
from fasciculation_rules.population.intake.omop.context import NOTHING, Context
from fasciculation_rules.population.intake.omop.matching import dated, matched, statements
from fasciculation_rules.population.intake.tally import Tally
from fasciculation_rules.population.schema import PERSON

_AT = ["concept", "item", PERSON, "date", "date" + TIME]


def observations(rows: pl.DataFrame, context: Context, words: Words, tally: Tally) -> pl.DataFrame:
    """Answers, numbers with units, and what a concept set lets count without a value."""
    found = matched(
        rows, context.meanings.frame(Domain.OBSERVATION), "observation_concept_id", "observation_source_concept_id"
    )
    denying = [concept for item, concept, said in context.meanings.answers if not item and said == "absent"]
    doubtful = pl.col("qualifier_concept_id").is_in([*context.suspicions, *denying]).fill_null(False)
    kept = found.filter(~doubtful)
    tally.set_aside("suspicion", found.height - kept.height)
    return _read(dated(kept, "observation_date", "observation_datetime"), context, words, tally)


def measurements(rows: pl.DataFrame, context: Context, words: Words, tally: Tally) -> pl.DataFrame:
    """Numbers with their operator, unit and reference interval, and answers."""
    found = matched(
        rows, context.meanings.frame(Domain.MEASUREMENT), "measurement_concept_id", "measurement_source_concept_id"
    )
    return _read(dated(found, "measurement_date", "measurement_datetime"), context, words, tally)


def _read(found: pl.DataFrame, context: Context, words: Words, tally: Tally) -> pl.DataFrame:
    number = pl.col("item").is_in(context.quantities)
    return pl.concat(
        [_numbers(found.filter(number), context, words, tally), _answers(found.filter(~number), context, tally)]
    )


# ---------------------------------------------------------------- findings


def _answers(found: pl.DataFrame, context: Context, tally: Tally) -> pl.DataFrame:
    """What the concept of the value says; a denial only of what means the same as the item."""
    said = [*context.meanings.answers]
    own = pl.DataFrame(
        [each for each in said if each[0]], ["item", "value_as_concept_id", "own"], orient="row", schema_overrides=_TEXT
    )
    usual = pl.DataFrame(
        [each[1:] for each in said if not each[0]],
        ["value_as_concept_id", "usual"],
        orient="row",
        schema_overrides=_TEXT,
    )
    found = found.join(own, on=["item", "value_as_concept_id"], how="left").join(
        usual, on="value_as_concept_id", how="left"
    )
    answer = pl.coalesce("own", "usual")
    empty = _nothing("value_as_concept_id") & pl.all_horizontal(
        pl.col(name).is_null() for name in ("value_as_number", "value_as_string") if name in found.columns
    )
    value = pl.when(empty & pl.col("bare")).then(pl.col("says")).when(answer == "present").then(pl.col("says"))
    found = found.with_columns(value.otherwise(answer).alias("value"), empty.alias("empty"))
    for reason, which in (
        ("no-value", pl.col("value").is_null() & pl.col("empty")),
        ("value-unreadable", pl.col("value").is_null() & ~pl.col("empty")),
        ("narrower-denied", (pl.col("value") == "absent") & (~pl.col("exact") | (pl.col("says") != "present"))),
    ):
        left = found.filter(~which.fill_null(False))
        tally.set_aside(reason, found.height - left.height)
        found = left
    return statements(found)


_TEXT = {"item": pl.String, "value_as_concept_id": pl.String, "own": pl.String, "usual": pl.String}


def _nothing(column: str) -> pl.Expr:
    return pl.col(column).is_null() | pl.col(column).is_in(NOTHING)


# ---------------------------------------------------------------- quantities


def _numbers(found: pl.DataFrame, context: Context, words: Words, tally: Tally) -> pl.DataFrame:
    """As a case writes them. An operator that nobody knows leaves the number unread."""
    operator = pl.lit("")
    if "operator_concept_id" in found.columns:
        known = pl.col("operator_concept_id").replace_strict(
            context.vocabulary.operators, default=None, return_dtype=pl.String
        )
        operator = pl.when(_nothing("operator_concept_id")).then(pl.lit("")).otherwise(known.fill_null("?"))
    ranges = [
        pl.col(name).alias(own) if name in found.columns else pl.lit(None, pl.String).alias(own)
        for name, own in (("range_low", "reference_low"), ("range_high", "reference_high"))
    ]
    found = found.with_columns(
        pl.concat_str(operator, pl.col("value_as_number")).alias("value"), _unit(context), *ranges
    )
    return statements(_apart(_agreeing(found, context, tally), words, tally))


def _unit(context: Context) -> pl.Expr:
    """In UCUM by its concept; where it has none, as the file of the site says."""
    known = pl.col("unit_concept_id").replace_strict(context.vocabulary.units, default=None, return_dtype=pl.String)
    unit: pl.Expr = pl.when(~_nothing("unit_concept_id")).then(known)
    for local in reversed(context.site.units):
        there = pl.col("unit_source_value")
        same = there.is_null() if local.source_unit is None else there == local.source_unit
        of_it = _nothing("unit_concept_id") & (pl.col("item") == local.item) & same
        unit = pl.when(of_it.fill_null(False)).then(pl.lit(local.unit)).otherwise(unit)
    return unit.alias("unit")


def _agreeing(found: pl.DataFrame, context: Context, tally: Tally) -> pl.DataFrame:
    """Without those whose code is about moles and whose unit about mass, or the other way round."""
    kinds = (
        found.select("item", "about", "unit").unique().filter(pl.col("unit").is_not_null() & (pl.col("about") != ""))
    )
    wrong = [kind for kind in kinds.iter_rows() if context.disagrees(*kind)]
    left = found.join(
        pl.DataFrame(wrong, dict.fromkeys(kinds.columns, pl.String), orient="row"), on=kinds.columns, how="anti"
    )
    tally.set_aside("unit-disagrees", found.height - left.height)
    return left


def _apart(found: pl.DataFrame, words: Words, tally: Tally) -> pl.DataFrame:
    """Without the values of one person, concept and time that differ, in whatever units."""
    differing = pl.struct("value", "unit").n_unique().over(_AT) > 1
    doubled = found.filter(differing) if found.height else found
    if doubled.is_empty():
        return found
    clashing = [
        key
        for key, rows in doubled.partition_by(_AT, as_dict=True).items()
        if len({counts for row in _rows(rows) if (counts := words.read(row).counts) is not None}) > 1
    ]
    schema = {name: found.schema[name] for name in _AT}
    left = found.join(pl.DataFrame(clashing, schema, orient="row"), on=_AT, how="anti", nulls_equal=True)
    tally.set_aside("differs", found.height - left.height)
    return left


def _rows(rows: pl.DataFrame) -> Sequence[Row]:
    return [Row(*each) for each in rows.select("item", "value", "unit", "reference_low", "reference_high").iter_rows()]
