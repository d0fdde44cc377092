"""Reads the OMOP common data model: its tables become statements of the long form, and these the people."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import polars as pl

from fasciculation_rules.errors import MappingError, PopulationError
from fasciculation_rules.model.concept_sets import Domain
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.population.intake.dates import IndexDates
from fasciculation_rules.population.intake.long.people import SITE, Part, people_of
from fasciculation_rules.population.intake.long.words import Words
from fasciculation_rules.population.intake.omop import events, values
from fasciculation_rules.population.intake.omop.concepts import Vocabulary
from fasciculation_rules.population.intake.omop.context import NO_SITE, NOTHING, Context
from fasciculation_rules.population.intake.omop.denying import TABLES, check_absent, denials
from fasciculation_rules.population.intake.omop.files import read_site
from fasciculation_rules.population.intake.omop.matching import concerning, matched
from fasciculation_rules.population.intake.omop.persons import Held, periods_of, persons_of, sexes_of, with_day
from fasciculation_rules.population.intake.omop.sets import meanings_of, of_folder
from fasciculation_rules.population.intake.omop.tables import NOTES, open_tables
from fasciculation_rules.population.intake.person import Person, Refused
from fasciculation_rules.population.intake.reader import Reached
from fasciculation_rules.population.intake.spreading import part_of, parts_for, spread
from fasciculation_rules.population.intake.tables import Table, reading
from fasciculation_rules.population.intake.tally import Tally
from fasciculation_rules.population.schema import INDEX_DATE, PERSON

EVENTS: dict[str, tuple[Domain, str, str]] = {
    "condition_occurrence": (Domain.CONDITION, "condition_concept_id", "condition_source_concept_id"),
    "observation": (Domain.OBSERVATION, "observation_concept_id", "observation_source_concept_id"),
    "measurement": (Domain.MEASUREMENT, "measurement_concept_id", "measurement_source_concept_id"),
    "drug_exposure": (Domain.DRUG, "drug_concept_id", "drug_source_concept_id"),
    "procedure_occurrence": (Domain.PROCEDURE, "procedure_concept_id", "procedure_source_concept_id"),
    "note_nlp": (Domain.CONDITION, "note_nlp_concept_id", "note_nlp_source_concept_id"),
}
"""Tables whose records say something: the domain of their concepts, and where these stand."""

ABOUT_PEOPLE = ("person", "observation_period", "death", "condition_era")

_INDEX = "index_dates"


@dataclass(frozen=True)
class OmopReader:
    """Tables, concepts and days that were looked at already. `day` is None where each person has her own."""

    context: Context
    tables: Mapping[str, Table]
    dates: IndexDates | None
    day: datetime.date | None
    absent: tuple[str, ...] = ()
    form: str = "omop"

    @property
    def as_of(self) -> str | None:
        return None if self.day is None else self.day.isoformat()

    @property
    def about(self) -> tuple[str, ...]:
        return (SITE,) if "care_site_id" in self.tables["person"].types else ()

    def identity(self) -> Mapping[str, Any]:
        read = {**self.tables, **({_INDEX: self.dates.table} if self.dates else {})}
        return {
            "tables": {name: sorted(each["sha256"] for each in table.inputs) for name, table in read.items()},
            "tables_not_there": [name for name in (*ABOUT_PEOPLE, *EVENTS) if name not in self.tables],
            "vocabulary": self.context.vocabulary.version,
            "vocabulary_read_as": self.context.vocabulary.read_as,
            "concept_sets": self.context.meanings.digest,
            "site": self.context.site.model_dump(mode="json"),
            "absent_within_observation": list(self.absent),
            "notes": "note_nlp" in self.tables,
            "polars": pl.__version__,
            "parts": self._parts,
        }

    def inputs(self) -> list[dict[str, Any]]:
        return [each for table in self.tables.values() for each in table.inputs]

    def incomplete(self) -> list[str]:
        return []

    @cached_property
    def _parts(self) -> int:
        rows = sum(self.tables[name].rows for name in EVENTS if name in self.tables)
        return parts_for(rows // 4, self.tables["person"].rows)

    # ---------------------------------------------------------------- on the disk

    def spread(self, place: Path, tally: Tally, done: Reached) -> int:
        tally.set_aside("concept-not-found", self.context.meanings.lacking)
        self._spread_people(place)
        there = [name for name in EVENTS if name in self.tables]
        tally.read.update({f"{name} (no such table)": 0 for name in EVENTS if name not in there and name not in NOTES})
        for number, name in enumerate(there):
            domain, concept, source = EVENTS[name]
            ids = self.context.meanings.frame(domain)["concept"].unique().to_list()
            table = self.tables[name]
            self._count(name, ids, tally)
            if name == "note_nlp":
                self._spread_notes(place, ids)
            else:
                spread(table, place / name, self._parts, partial(concerning, ids=ids, concept=concept, source=source))
            done(number + 1, len(there))
        return self._parts

    def _spread_people(self, place: Path) -> None:
        for name in ABOUT_PEOPLE:
            if name in self.tables:
                spread(self.tables[name], place / name, self._parts)
        if self.dates is not None:
            spread(self.dates.table, place / _INDEX, self._parts)

    def _count(self, name: str, ids: list[str], tally: Tally) -> None:
        """How many records there are, and how many have no concept, or concept 0."""
        _, concept, source = EVENTS[name]
        table = self.tables[name]
        tally.read[name] += table.rows
        nothing = pl.col(concept).is_null() | pl.col(concept).is_in(NOTHING)
        with reading(table):
            unmapped = table.read().filter(nothing & ~pl.col(source).is_in(ids).fill_null(False)).select(pl.len())
            count = int(unmapped.collect(engine="streaming").item())
        if count:
            tally.unknown[name, "0"] += count

    def _spread_notes(self, place: Path, ids: list[str]) -> None:
        """Terms that say something, with the person and the day of their note."""
        _, concept, source = EVENTS["note_nlp"]
        with reading("note_nlp"):
            terms = concerning(self.tables["note_nlp"].read(), ids, concept, source).collect(engine="streaming")
        spread(
            self.tables["note"],
            place / "note_nlp",
            self._parts,
            lambda notes: notes.join(terms.lazy(), on="note_id", how="inner"),
        )

    # ---------------------------------------------------------------- one part

    def people(self, place: Path, part: int, tally: Tally) -> Iterator[Person | Refused]:
        held = self._held(place, part)
        days = held[_INDEX].select(PERSON, INDEX_DATE).unique() if _INDEX in held else None
        person = held["person"]
        if days is None:
            held["person"] = person.with_columns(pl.lit(self.day, pl.Date).alias(INDEX_DATE))
        else:
            held["person"] = person.join(days, on=PERSON, how="left")
        persons, periods = persons_of(held), periods_of(held)
        words = Words(self.context.ruleset)
        said = pl.concat([*self._said(held, persons, periods, words, tally)])
        return people_of(Part(persons, periods, said), words, tally)

    def _held(self, place: Path, part: int) -> dict[str, pl.DataFrame]:
        names = [name for name in (*ABOUT_PEOPLE, *EVENTS) if name in self.tables]
        held = {name: part_of(place / name, part, self._schema(name)) for name in names}
        if self.dates is not None:
            held[_INDEX] = part_of(place / _INDEX, part, self.dates.table.schema)
        return held

    def _schema(self, name: str) -> pl.Schema:
        if name != "note_nlp":
            return self.tables[name].schema
        return pl.Schema({**self.tables["note"].schema, **self.tables["note_nlp"].schema})

    def _said(
        self, held: Held, persons: pl.DataFrame, periods: pl.DataFrame, words: Words, tally: Tally
    ) -> Iterator[pl.DataFrame]:
        """The statements of each table."""
        context, dated = self.context, {name: with_day(held[name], persons) for name in EVENTS if name in held}
        if "sex" in context.ruleset.vocabulary.items:
            yield sexes_of(held, context.vocabulary.sexes)
        if "condition_occurrence" in dated:
            yield events.conditions(dated["condition_occurrence"], held.get("condition_era"), context, tally)
        if "observation" in dated:
            yield values.observations(dated["observation"], context, words, tally)
        if "measurement" in dated:
            yield values.measurements(dated["measurement"], context, words, tally)
        if "drug_exposure" in dated:
            yield events.drugs(dated["drug_exposure"], context, tally)
        if "procedure_occurrence" in dated:
            yield events.procedures(dated["procedure_occurrence"], context, tally)
        if "note_nlp" in dated:
            yield events.notes(dated["note_nlp"], context, tally)
        if self.absent:
            yield denials(self.absent, persons, periods, self._seen(dated))

    def _seen(self, dated: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
        """Of whom a drug or procedure was ever recorded until the index date, over or not."""
        found = []
        for domain, name in TABLES.items():
            if name in dated:
                day = "drug_exposure_start_date" if domain is Domain.DRUG else "procedure_date"
                rows = dated[name].filter((pl.col(day) <= pl.col(INDEX_DATE)) | pl.col(day).is_null())
                found.append(
                    matched(rows, self.context.meanings.frame(domain), *EVENTS[name][1:]).select(PERSON, "item")
                )
        return pl.concat(found)


def open_omop(
    place: str,
    ruleset: Ruleset,
    day: datetime.date | None,
    dates: IndexDates | None,
    *,
    concept_sets: Path | None = None,
    site: Path | None = None,
    notes: bool = False,
    absent: Sequence[str] = (),
) -> OmopReader:
    """Opens a folder of tables.

    Raises PopulationError with every problem of every table, where nothing or two things say which day it is, and where
    the vocabulary has none of the concepts; MappingError where a file of the site cannot be read.
    """
    if (day is None) is (dates is None):
        raise PopulationError(
            "which day it is is said by --as-of DATE for everybody, or by --index-dates FILE for each; give one of them"
        )
    own = of_folder(concept_sets, ruleset) if concept_sets is not None else []
    written = read_site(site) if site is not None else NO_SITE
    for each in written.units:
        if each.item not in ruleset.vocabulary.quantities:
            raise MappingError(f"the file of the site gives '{each.item}' a unit, which is no quantity of the ruleset")
    tables = open_tables(place, notes=notes)
    if notes and not all(name in tables for name in NOTES):
        raise PopulationError("--notes needs the tables 'note' and 'note_nlp'")
    vocabulary = Vocabulary({name: tables.pop(name) for name in _VOCABULARY if name in tables})
    meanings = meanings_of(ruleset, own, vocabulary)
    check_absent(absent, ruleset, meanings, tables)
    return OmopReader(Context(ruleset, vocabulary, meanings, written), tables, dates, day, tuple(absent))


_VOCABULARY = ("concept", "concept_ancestor", "vocabulary", "cdm_source")
