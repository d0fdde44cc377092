"""The caller's reference must be opaque: what looks like a patient's name, date of birth or number is refused."""

from __future__ import annotations

import re

from fasciculation_rules.errors import RecordError

LONGEST = 128
_PRINTABLE = re.compile(rf"[^\x00-\x20\x7f-\x9f\ud800-\udfff](?:[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{{0,{LONGEST - 1}}})")

_WORD = r"[^\W\d_]+"
_LETTERS_ALONE = re.compile(rf"{_WORD}(?:[\s.,'^_-]+{_WORD})*[\s.,]*")
_TWO_CAPITALS = re.compile(r"(?<![^\W_])[A-Z][^\W\d_]+[\s,^]+[A-Z]")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE = re.compile(
    r"(?<![^\W_])(?:(?:18|19|20)\d\d([-/. ]?)[01]\d\1[0-3]\d"
    r"|[0-3]?\d([-/. ])[01]?\d\2(?:18|19|20)?\d\d"
    rf"|[0-3]?\d[-/. ]*{_MONTH}[-/. ]*(?:18|19|20)?\d\d)(?![^\W_])",  # whole words: `3dec12` is also hexadecimal
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?:(?:mrn|nhs|ssn|chi|pid|patient|id|no|nr)[\s.:#_-]*)?\d(?:[\s./-]?\d){5,11}", re.IGNORECASE)

_LONG_NUMBER = re.compile(r"(?<!\d)\d(?:[\s./-]?\d){5,}(?!\d)")

_KINDS = (
    ("a date, as of birth", _DATE.search),
    ("a plain number of 6 to 12 digits, as patients have", _NUMBER.fullmatch),
    ("a name", _LETTERS_ALONE.fullmatch),
    ("a name", _TWO_CAPITALS.search),
    ("an address", re.compile(r"\w@\w").search),
)


def check_reference(reference: str, *, reference_ok: bool = False) -> None:
    """Raises RecordError, which does not repeat the reference, where it may say who the patient is.

    With `reference_ok` the caller vouches for it; it must still be printable text of some length.
    """
    if _PRINTABLE.fullmatch(reference) is None:
        raise RecordError(f"a reference is printable text of 1 to {LONGEST} characters that begins with no space")
    found = None if reference_ok else looks_like(reference)
    if found is not None:
        raise RecordError(
            f"the reference looks like {found}, and a record names no patient; give an opaque one, "
            "such as the id of the encounter in your system, or vouch for it (`--reference-ok`, `reference_ok=True`)"
        )


def looks_like(text: str) -> str | None:
    """What a text looks like that could tell who the patient is, or None."""
    return next((kind for kind, seen in _KINDS if seen(text.strip()) is not None), None)


def check_source(name: str, source: str, *, source_ok: bool = False) -> None:
    """Raises RecordError where the source of a statement is no word for a kind of source, such as `laboratory`.

    Words are let pass, because a clinic may have a person's name; a date or a long number may be of one patient.
    """
    if _PRINTABLE.fullmatch(source) is None:
        raise RecordError(f"the source of '{name}' is not printable text of 1 to {LONGEST} characters")
    if not source_ok and (_DATE.search(source) or _LONG_NUMBER.search(source)):
        raise RecordError(
            f"the source of '{name}' holds a date or a long number, and a record names no patient; "
            "name the kind of source, such as 'laboratory', or vouch for it (`--reference-ok`, `source_ok=True`)"
        )
