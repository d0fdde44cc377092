"""What other terminologies call an item: one row of codes.csv, with where each code was seen."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Concept:
    """A concept with its codes; an empty text is a code that nobody has verified.

    `hpo` is written with its prefix, `HP:0002380`. `icd10` is of ICD-10-CM. `unit` is that of the `loinc` code.
    """

    concept: str
    label: str
    hpo: str
    snomed: str
    icd10: str
    loinc: str
    unit: str
    verified_by: str


COLUMNS = tuple(each.name for each in fields(Concept))
"""The columns of codes.csv."""
