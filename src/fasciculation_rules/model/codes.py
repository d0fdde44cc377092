"""One row of codes.csv: what a concept is called in the code systems of others."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CodeRow:
    """Codes of one concept; empty where none was verified. `unit` is the one that the LOINC code is about.

    `icd10` is of ICD-10-CM; `verified_by` says where each code was seen.
    """

    concept: str
    label: str = ""
    hpo: str = ""
    snomed: str = ""
    icd10: str = ""
    loinc: str = ""
    unit: str = ""
    verified_by: str = ""
