"""What looks like a patient's name, date of birth or number is refused; what systems use for themselves is not."""

from __future__ import annotations

import random
import uuid

import pytest
from tests.audit.making import DAY, Asked

from fasciculation_rules import Case, open_ruleset
from fasciculation_rules.audit.reference import check_reference, looks_like
from fasciculation_rules.errors import RecordError

NAMES = [
    "Mary Smith", "SMITH, Mary", "smith^mary", "mary.smith", "Smith", "O'Brien", "Jean-Pierre Dupont", "van der Berg",
    "Zoë Müller", "mary_smith", "Smith M", "Mr Smith 2", "Mary Smith 1961",
]  # fmt: skip
DATES = [
    "1961-03-12", "19610312", "12/03/1961", "12.3.1961", "3-12-61", "12 Mar 1961", "12MAR1961", "1961/03/12",
    "smith-1961-03-12", "dob:12.03.1961",
]  # fmt: skip
NUMBERS = [
    "123456",
    "943 476 5919",
    "943-476-5919",
    "123-45-6789",
    "MRN 00123456",
    "mrn:123456",
    "pid#1234567",
    "123456789012",
]
OPAQUE = [
    "visit-7f3a", "encounter/8842", "7", "12345", "1234567890123", "enc_01HF3Z7Q9", "a1b2c3d4", "batch-9/1",
    "urn:uuid:d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "sha256:0011", "W3-B12",
]  # fmt: skip


@pytest.mark.parametrize("text", [*NAMES, *DATES, *NUMBERS, "mary@example.org"])
def test_what_may_say_who_it_is_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(RecordError, match="looks like") as caught:
        check_reference(text)
    assert text not in str(caught.value)
    check_reference(text, reference_ok=True)


@pytest.mark.parametrize(("texts", "word"), [(NAMES, "a name"), (DATES, "a date"), (NUMBERS, "a plain number")])
def test_it_is_said_what_it_looks_like(texts: list[str], word: str) -> None:
    assert {text for text in texts if word not in (looks_like(text) or "")} == set()


@pytest.mark.parametrize("text", OPAQUE)
def test_what_is_opaque_is_taken(text: str) -> None:
    check_reference(text)


def test_the_ids_that_systems_make_are_taken() -> None:
    chance = random.Random(7)
    for _ in range(5_000):
        check_reference(str(uuid.UUID(int=chance.getrandbits(128), version=4)))
        check_reference(f"Encounter/{chance.getrandbits(64):x}-1")


@pytest.mark.parametrize("text", ["", " visit-1", "visit\n1", "visit\x00", "x" * 129, "visit \ud800"])
def test_what_is_no_printable_text_is_refused_whoever_vouches_for_it(text: str) -> None:
    with pytest.raises(RecordError, match="printable"):
        check_reference(text, reference_ok=True)


@pytest.mark.parametrize("source", ["Observation/12345678", "letter of 12.03.1961", "seen by\nsomebody", "\ud800"])
def test_a_source_that_may_be_of_one_patient_is_refused_and_not_repeated(source: str) -> None:
    asked = Asked(Case.read({"given": {"dysarthria": {"value": "present", "source": source}}}), open_ruleset("0.1.0"))
    with pytest.raises(RecordError, match="the source of 'dysarthria'") as caught:
        asked.record()
    assert source not in str(caught.value)


@pytest.mark.parametrize("source", ["laboratory", "Royal Infirmary", "letter", "EHR v2", "questionnaire 3"])
def test_a_kind_of_source_is_taken(source: str) -> None:
    given = {"dysarthria": {"value": "present", "source": source, "at": str(DAY)}}
    asked = Asked(Case.read({"given": given}), open_ruleset("0.1.0"))
    assert source in str(asked.record())
