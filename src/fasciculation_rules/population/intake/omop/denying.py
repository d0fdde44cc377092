"""Which findings may count as absent because nothing was recorded: those that are drugs or procedures, and no others.

Each is one that a dispensing or an operation makes, so that a source may hold all of them. A symptom or a sign that
nobody wrote down may have been there all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from fasciculation_rules.errors import PopulationError, did_you_mean
from fasciculation_rules.model.concept_sets import Domain
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.population.intake.columns import TIME, UNREADABLE
from fasciculation_rules.population.intake.omop.matching import statements
from fasciculation_rules.population.intake.omop.sets import Meanings
from fasciculation_rules.population.intake.tables import Table
from fasciculation_rules.population.schema import INDEX_DATE, PERSON

TABLES = {Domain.DRUG: "drug_exposure", Domain.PROCEDURE: "procedure_occurrence"}

DRUGS_AND_PROCEDURES = frozenset(
    {
        "ace_inhibitor_use",
        "arb_use",
        "beta_agonist_or_theophylline_use",
        "desmopressin_use",
        "digoxin_use",
        "diuretic_use",
        "levothyroxine_use",
        "lid_twitch_drug_use",
        "metformin_use",
        "neck_surgery",
        "oxaliplatin_use",
        "phenytoin_use",
        "potassium_raising_drug",
        "potassium_sparing_drug_use",
        "potassium_supplement_use",
        "ppi_use",
        "qt_prolonging_drug",
        "radiotherapy_history",
        "statin_use",
        "suxamethonium_recent",
        "thiazide_use",
        "warfarin_use",
    }
)


def check_absent(names: Sequence[str], ruleset: Ruleset, meanings: Meanings, tables: Mapping[str, Table]) -> None:
    """Raises PopulationError where a finding is none of these, or where its records could not have been found."""
    if names and "observation_period" not in tables:
        raise PopulationError("--absent-within-observation needs the table 'observation_period'")
    for name in names:
        if name not in ruleset.vocabulary.findings:
            hint = did_you_mean(name, DRUGS_AND_PROCEDURES) or "see `fasciculation-rules show VERSION`"
            raise PopulationError(f"--absent-within-observation: the ruleset has no finding '{name}'; {hint}")
        if name not in DRUGS_AND_PROCEDURES:
            raise PopulationError(
                f"--absent-within-observation: '{name}' is neither a drug nor a procedure; that it was not recorded "
                "does not say that it is absent"
            )
        domains = {domain for each in meanings.meant if each.item == name for domain in each.domains}
        if not domains or not domains <= {*TABLES}:
            raise PopulationError(
                f"--absent-within-observation: '{name}' needs a concept set of its own of the domain drug or procedure"
            )
        if lacking := sorted(TABLES[domain] for domain in domains if TABLES[domain] not in tables):
            raise PopulationError(
                f"--absent-within-observation: '{name}' needs the table '{lacking[0]}', which is not there"
            )


def denials(names: Sequence[str], persons: pl.DataFrame, periods: pl.DataFrame, seen: pl.DataFrame) -> pl.DataFrame:
    """Absent on the index date: of those observed then who have no record of it by then. `seen` has such records."""
    day = pl.col(INDEX_DATE)
    observed = periods.join(persons.select(PERSON, INDEX_DATE), on=PERSON).filter(
        day.is_between("observed_from", "observed_to")
    )
    every = observed.select(PERSON, INDEX_DATE).unique().join(pl.DataFrame({"item": [*names]}), how="cross")
    without = every.join(seen.select(PERSON, "item").unique(), on=[PERSON, "item"], how="anti")
    return statements(
        without.with_columns(
            pl.lit("absent").alias("value"),
            day.alias("date"),
            pl.lit(None, pl.Time).alias("date" + TIME),
            pl.lit(False).alias("date" + UNREADABLE),
        )
    )
