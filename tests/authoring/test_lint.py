"""What `lint` hears in words. That each finding can fire is shown by the gallery in tests/shelf/broken/lint."""

from __future__ import annotations

import pytest

from fasciculation_rules import Ruleset
from fasciculation_rules.authoring.lint_words import TOO_SURE, names
from fasciculation_rules.authoring.synonyms import EMPTY, SYNONYMS


@pytest.mark.parametrize(
    ("question", "label"),
    [
        ("Slurred speech, or difficulty swallowing?", "slurred speech"),
        ("Do you choke on food?", "choking"),
        ("Is there real loss of strength?", "weakness of the legs"),
        ("Are you pregnant?", "pregnancy of 20 weeks or more"),
        ("Any fits?", "a fit now"),
        ("A condition such as MS?", "multiple sclerosis"),
    ],
)
def test_a_question_names_what_a_person_would_hear_in_it(question: str, label: str) -> None:
    assert names(question, label)


@pytest.mark.parametrize(
    ("question", "label"),
    [
        ("Slurred speech?", "difficulty swallowing"),
        ("Do you have new pain?", "a new locked jaw"),
        ("Is one of your legs weak?", "one enlarged pupil"),
    ],
)
def test_empty_words_name_nothing(question: str, label: str) -> None:
    assert not names(question, label)


def test_the_table_of_synonyms_is_in_order_and_has_no_empty_words() -> None:
    assert list(SYNONYMS) == sorted(SYNONYMS)
    assert not set(SYNONYMS) & EMPTY
    assert all(words for words in SYNONYMS.values())


def test_every_synonym_is_needed_by_the_shipped_words(ruleset: Ruleset) -> None:
    """A line that no label has would be a line that nobody can review."""
    labels = " ".join(finding.label.lower() for finding in ruleset.vocabulary.findings.values())
    assert [word for word in SYNONYMS if word not in labels] == []


@pytest.mark.parametrize("sentence", ["This rules out ALS.", "It confirms the diagnosis.", "This was ruled out."])
def test_a_sentence_that_is_too_sure_is_heard(sentence: str) -> None:
    assert TOO_SURE.search(sentence)


@pytest.mark.parametrize("sentence", ["Consider ALS.", "It makes ALS less likely."])
def test_a_careful_sentence_is_left_alone(sentence: str) -> None:
    assert not TOO_SURE.search(sentence)
