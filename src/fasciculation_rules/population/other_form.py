"""Says of an input that is no table of the wide form which other form it seems to be, and how it becomes one."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from fasciculation_rules.population.schema import PERSON

_TABLES = {"person", "condition_occurrence"}


def form_of(place: Path, columns: Collection[str] = ()) -> str:
    """The form of a folder, or of a Parquet file with these columns; an empty text where it is none that is known."""
    if {PERSON, "item", "value"} <= {*columns}:
        return "long"
    inside = [*place.glob("*"), *place.glob("*/*.ndjson*")] if place.is_dir() else []
    if any(each.name.endswith((".ndjson", ".ndjson.gz")) for each in inside):
        return "fhir"
    if {each.name.partition(".")[0].lower() for each in inside} >= _TABLES:
        return "omop"
    return ""


def advice(form: str) -> str:
    """What to do with an input of another form."""
    return f"this seems to be of the form {form}: make a table of it with `population prepare --from {form}`"
