"""Conditions, drugs, procedures and terms of notes: their record is a presence, as long as it lasts."""

from __future__ import annotations

import polars as pl

from fasciculation_rules.model.concept_sets import Domain, Switch
from fasciculation_rules.population.intake.omop.context import Context
from fasciculation_rules.population.intake.omop.matching import dated, matched, statements
from fasciculation_rules.population.intake.tally import Tally
from fasciculation_rules.population.schema import INDEX_DATE, PERSON

ERA_DAYS = 30
"""For how long nothing was recorded when an era ends: the persistence window of OMOP's condition eras."""


def conditions(rows: pl.DataFrame, eras: pl.DataFrame | None, context: Context, tally: Tally) -> pl.DataFrame:
    """Guesses left out, and what is over by the index date, unless the item asks for the past too.

    An end on the day of the start is how a snapshot is written, and ends nothing.
    """
    found = _findings(matched(rows, *_of(Domain.CONDITION, context, "condition")), context)
    guess = _in("condition_status_concept_id", context.suspicions) | _in(
        "condition_type_concept_id", context.suspicions
    )
    found = _without(found, guess, "suspicion", tally)
    over = pl.lit(False)
    if context.site.end_dates is Switch.YES:
        end = pl.col("condition_end_date")
        over = (end > pl.col("condition_start_date")) & (end <= pl.col(INDEX_DATE))
    if eras is not None and context.site.condition_eras is Switch.YES:
        found = found.join(_ended(eras, found), on=[PERSON, "condition_concept_id", "condition_start_date"], how="left")
        over = over | pl.col("over").fill_null(False)
    found = _without(found, over & ~pl.col("item").is_in(context.past_counts), "history", tally)
    return _said(dated(found, "condition_start_date", "condition_start_datetime"))


def _ended(eras: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Which records are only in eras that had been over for so long that no later record can belong to them."""
    key = [PERSON, "condition_concept_id", "condition_start_date"]
    pairs = found.select(*key, INDEX_DATE).unique().join(eras, on=[PERSON, "condition_concept_id"])
    start, end = pl.col("condition_era_start_date"), pl.col("condition_era_end_date")
    holding = pairs.filter(pl.col("condition_start_date").is_between(start, end))
    ended = end + pl.duration(days=ERA_DAYS) < pl.col(INDEX_DATE)
    return holding.group_by(key).agg(ended.all().alias("over"))


def drugs(rows: pl.DataFrame, context: Context, tally: Tally) -> pl.DataFrame:
    """Current ones, dated on the index date; of those of which nobody says how long, the day on which they began."""
    found = _findings(matched(rows, *_of(Domain.DRUG, context, "drug")), context)
    found = _without(found, _in("drug_type_concept_id", context.suspicions), "suspicion", tally)
    start, end = pl.col("drug_exposure_start_date"), pl.col("drug_exposure_end_date")
    days = pl.col("days_supply").cast(pl.Float64, strict=False).cast(pl.Int64, strict=False)
    supplied = pl.when(days.is_between(1, 3_660)).then(start + pl.duration(days=days))
    last = pl.max_horizontal(pl.when(end > start).then(end), supplied)
    found = found.with_columns(last.alias("last"))
    began, on = start <= pl.col(INDEX_DATE), pl.col(INDEX_DATE)
    over = began & (pl.col("last") < on) & ~pl.col("item").is_in(context.past_counts)
    found = dated(_without(found, over, "history", tally), "drug_exposure_start_date", "drug_exposure_start_datetime")
    current = began & (pl.col("last") >= on)
    return _said(found.with_columns(pl.when(current).then(on).otherwise(pl.col("date")).alias("date")))


def procedures(rows: pl.DataFrame, context: Context, tally: Tally) -> pl.DataFrame:
    """Each on its day."""
    found = _findings(matched(rows, *_of(Domain.PROCEDURE, context, "procedure")), context)
    found = _without(found, _in("procedure_type_concept_id", context.suspicions), "suspicion", tally)
    return _said(dated(found, "procedure_date", "procedure_datetime"))


_DOUBTFUL = (
    r"(?i)negat\w*\s*=\s*(true|yes)|conditional\s*=\s*true|rule_?out\s*=\s*true|general\s*=\s*true|histor\w*\s*=\s*true"
)
_SOMEBODY_ELSE = r"(?i)subject\s*=\s*(\w+)"
_UNSURE = r"(?i)certain\w*\s*=\s*(very[ _]?)?(low|no|none|false)"


def notes(rows: pl.DataFrame, context: Context, tally: Tally) -> pl.DataFrame:
    """Terms that exist, are present, and whose modifiers leave them standing. No term makes anything absent."""
    found = _findings(matched(rows, *_of(Domain.CONDITION, context, "note_nlp", source="note_nlp_source")), context)
    modifiers = pl.col("term_modifiers").fill_null("")
    subject = modifiers.str.extract(_SOMEBODY_ELSE, 1).str.to_lowercase()
    stands = (
        (pl.col("term_exists").str.to_uppercase() == "Y").fill_null(False)
        & (pl.col("term_temporal").fill_null("present").str.to_lowercase() == "present")
        & ~modifiers.str.contains(_DOUBTFUL)
        & ~modifiers.str.contains(_UNSURE)
        & (subject.is_null() | (subject == "patient"))
    )
    return _said(dated(_without(found, ~stands, "not-of-patient", tally), "note_date"))


def _of(domain: Domain, context: Context, name: str, source: str = "") -> tuple[pl.DataFrame, str, str]:
    return context.meanings.frame(domain), f"{name}_concept_id", f"{source or f'{name}_source'}_concept_id"


def _findings(found: pl.DataFrame, context: Context) -> pl.DataFrame:
    """A number is never said by a record that has none."""
    return found.filter(~pl.col("item").is_in(context.quantities))


def _in(column: str, ids: list[str]) -> pl.Expr:
    return pl.col(column).is_in(ids).fill_null(False)


def _without(found: pl.DataFrame, which: pl.Expr, reason: str, tally: Tally) -> pl.DataFrame:
    """The rows that are left; the others are counted."""
    left = found.filter(~which.fill_null(False))
    tally.set_aside(reason, found.height - left.height)
    return left


def _said(found: pl.DataFrame) -> pl.DataFrame:
    return statements(found.with_columns(pl.col("says").alias("value")))
