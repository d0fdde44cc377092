"""Why rows of the long form, or what they say, are set aside: the words of the report and of the documentation."""

from __future__ import annotations

from fasciculation_rules.population.intake.person import NOT_COUNTING

REASONS: dict[str, str] = {
    "age-by-birth": "an age beside a date of birth, which counts instead",
    "ahead-of-time": "dated after the index date",
    "another-range": "a reference interval that cannot be read, or that differs from another one; the value counts",
    "conflicting": "present and absent on one day; what is present counts",
    "denied-later": "present, and denied later while it still counts; what is present counts",
    "differs": "several values of one time; of a quantity they count as a span, else not at all",
    "no-value": "without a value",
    "nobody": "without a person, or of somebody who is not among the people",
    "not-dated": "people without an index date, who are left out",
    "out-of-range": "outside the range that is accepted; usually a wrong unit",
    "repeated": "said twice in the same words",
    "unit-disagrees": "the unit beside the value is not the one inside",
    "unit-unreadable": "the unit is lacking, or is not one that is read for it",
    "unreadable-date": "the date cannot be read",
    "value-lacking": "said to be unknown",
    "value-unreadable": "the value is not one that a case can hold",
    **NOT_COUNTING,
}
"""Every reason, and its words: about no one in particular."""
