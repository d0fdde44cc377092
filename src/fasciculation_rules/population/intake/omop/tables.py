"""The tables of the OMOP common data model 5.4 that are read, with the columns that are read of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from fasciculation_rules.errors import PopulationError, Problem
from fasciculation_rules.population.intake.columns import Kind, Wanted
from fasciculation_rules.population.intake.tables import READ_AS, SUFFIXES, Table, files_of, open_table
from fasciculation_rules.population.unread import left_out, looks_like_data, refuse


def _columns(required: str, ids: str = "", days: str = "", numbers: str = "", texts: str = "") -> tuple[Wanted, ...]:
    """Names by kind; of `required` the end of a name tells the kind."""
    found = [Wanted(name, _kind(name), required=True) for name in required.split()]
    for kind, names in ((Kind.WHOLE, ids), (Kind.DAY, days), (Kind.NUMBER, numbers), (Kind.TEXT, texts)):
        found += [Wanted(name, kind) for name in names.split()]
    return tuple(found)


def _kind(name: str) -> Kind:
    if name.endswith("_date"):
        return Kind.DAY
    return Kind.WHOLE if name.endswith("concept_id") else Kind.ID


COLUMNS: dict[str, tuple[Wanted, ...]] = {
    "person": _columns(
        "person_id",
        ids="gender_concept_id year_of_birth month_of_birth day_of_birth care_site_id",
        days="birth_datetime",
    ),
    "observation_period": _columns("person_id observation_period_start_date observation_period_end_date"),
    "death": _columns("person_id death_date"),
    "condition_occurrence": _columns(
        "person_id condition_concept_id condition_start_date",
        ids="condition_source_concept_id condition_type_concept_id condition_status_concept_id",
        days="condition_start_datetime condition_end_date",
    ),
    "condition_era": _columns("person_id condition_concept_id condition_era_start_date condition_era_end_date"),
    "observation": _columns(
        "person_id observation_concept_id observation_date",
        ids="observation_source_concept_id value_as_concept_id qualifier_concept_id unit_concept_id",
        days="observation_datetime",
        numbers="value_as_number",
        texts="value_as_string unit_source_value",
    ),
    "measurement": _columns(
        "person_id measurement_concept_id measurement_date",
        ids="measurement_source_concept_id operator_concept_id value_as_concept_id unit_concept_id",
        days="measurement_datetime",
        numbers="value_as_number range_low range_high",
        texts="unit_source_value",
    ),
    "drug_exposure": _columns(
        "person_id drug_concept_id drug_exposure_start_date",
        ids="drug_source_concept_id drug_type_concept_id",
        days="drug_exposure_start_datetime drug_exposure_end_date",
        numbers="days_supply",
    ),
    "procedure_occurrence": _columns(
        "person_id procedure_concept_id procedure_date",
        ids="procedure_source_concept_id procedure_type_concept_id",
        days="procedure_datetime",
    ),
    "note": _columns("note_id person_id note_date"),
    "note_nlp": _columns(
        "note_id note_nlp_concept_id",
        ids="note_nlp_source_concept_id",
        texts="term_exists term_temporal term_modifiers",
    ),
    "concept": _columns("concept_id concept_code vocabulary_id", texts="concept_name domain_id"),
    "concept_ancestor": _columns("ancestor_concept_id descendant_concept_id"),
    "vocabulary": _columns("vocabulary_id", texts="vocabulary_version"),
    "cdm_source": _columns("vocabulary_version"),
}

NOTES = ("note", "note_nlp")
"""Read only when asked for."""


def open_tables(place: str, *, notes: bool) -> dict[str, Table]:
    """Those that are there: for each a file, or a folder of files, by its name in letters of any size.

    Raises PopulationError with every problem of every table, and where there is no `person`.
    """
    folder = Path(place)
    if not folder.is_dir():
        raise PopulationError(f"'{place}' is no folder with the tables of the OMOP common data model")
    wanted = [name for name in COLUMNS if notes or name not in NOTES]
    refuse(place, _left_out(folder, wanted), READ_AS)
    inside: dict[str, list[Path]] = {}
    for file in sorted(folder.iterdir()):
        inside.setdefault((file.stem if file.suffix in SUFFIXES else file.name).lower(), []).append(file)
    problems: list[Problem] = []
    found: dict[str, Table] = {}
    for name in wanted:
        if name in inside:
            columns = COLUMNS[name]
            first, *others = inside[name]
            files = files_of(str(first))
            if others:
                message = f"the table '{name}' is there {len(others) + 1} times, as '{others[0].name}' too"
                hint = "leave one; the files of one table lie in a folder of its name"
                problems.append(Problem(str(first), 0, 0, "", "table-twice", message, hint))
            elif not files:
                message = "the folder of the table holds no Parquet and no CSV file"
                problems.append(Problem(str(first), 0, 0, "", "empty-folder", message))
            elif (table := open_table(files, columns, problems)) is not None:
                found[name] = table
    if problems:
        raise PopulationError(f"the tables of '{place}' cannot be read", problems)
    if "person" not in found:
        raise PopulationError(
            f"'{place}' has no table 'person' (person.parquet or person.csv), which says who there is"
        )
    return found


def _left_out(folder: Path, wanted: Collection[str]) -> Iterator[Path]:
    """Files that are called like a table and end otherwise, and those in the folder of a table."""
    for file in folder.iterdir():
        if file.name.partition(".")[0].lower() not in wanted:
            continue
        if file.is_dir():
            yield from left_out(str(file), files_of(str(file)))
        elif file.suffix not in SUFFIXES and looks_like_data(file):
            yield file
