"""Checks that examples and cases are written in words that the vocabulary has."""

from __future__ import annotations

from collections.abc import Iterable

from fasciculation_rules.errors import did_you_mean
from fasciculation_rules.model.vocabulary import Vocabulary
from fasciculation_rules.shelf.parts import Parts


def check_examples(parts: Parts, vocabulary: Vocabulary) -> None:
    """Every name that is given or asked for is an item, and no derived finding is given."""
    for name, rule in parts.rules.items():
        for index, example in enumerate(rule.examples):
            _check_names(parts, vocabulary, parts.file_of[name], example.given, f"examples[{index}].given")
            _check_names(parts, vocabulary, parts.file_of[name], example.asks or (), f"examples[{index}].asks")
    for stem, vignette in parts.cases.items():
        _check_names(parts, vocabulary, parts.file_of[f"case {stem}"], vignette.given, "given")


def _check_names(parts: Parts, vocabulary: Vocabulary, file: str, names: Iterable[str], above: str) -> None:
    for name in names:
        at = f"{above}.{name}"
        if name in vocabulary.derived:
            hint = "give the findings it is derived from"
            parts.note(file, "derived-given", f"'{name}' is derived, never given", at=at, hint=hint)
        elif name not in vocabulary.items:
            hint = did_you_mean(name, vocabulary.items)
            parts.note(file, "unknown-finding", f"unknown finding '{name}'", at=at, hint=hint)
