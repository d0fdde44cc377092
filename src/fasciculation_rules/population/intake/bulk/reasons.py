"""Why lines of an export are set aside before anybody's record is read: the words of the report and of the docs."""

from __future__ import annotations

from fasciculation_rules.population.intake.person import NOT_COUNTING

REASONS: dict[str, str] = {
    "another-subject": "about this patient and somebody else as well",
    "deleted": "deleted by the export that has it, or by a later one",
    "deletion-unclear": "a deletion that does not name one resource by its id",
    "no-patient": "about no patient, or about one who is not named by an id",
    "not-a-person": "patient records that were deleted, or merged into another",
    "not-a-resource": "lines that are no FHIR resource",
    "not-dated": "people without an index date, who are left out",
    "outdated": "an older version of a resource",
    "repeated": "a resource that is there twice",
    "text-only": "a concept with words and no code",
    "type-not-read": "of a type of which nothing is read",
    **NOT_COUNTING,
}
"""Every reason, and its words: about no one in particular."""
