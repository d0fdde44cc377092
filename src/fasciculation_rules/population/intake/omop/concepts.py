"""The site's own vocabulary: which concept a code is, what a concept is called, and what stands below it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from fasciculation_rules.errors import PopulationError
from fasciculation_rules.model.concept_sets import Concept
from fasciculation_rules.population.intake.tables import Table, reading

UCUM, GENDER = "UCUM", "Gender"
_SMALL = (UCUM, GENDER, "Condition Status")
"""Vocabularies that are read whole."""

_OPERATORS = {"<": "<", "<=": "<=", "≤": "<=", "=": "", ">=": ">=", "≥": ">=", ">": ">"}
"""What an operator is called, and what a case writes for it."""

_SUSPICIONS = ("admission", "admitting", "preliminary", "provisional", "suspected", "rule out", "differential")
"""Words in the name of a status with which a condition is a guess, or one of several."""


def digest_of(said: object) -> str:
    """Of plain values."""
    return "sha256:" + hashlib.sha256(json.dumps(said).encode()).hexdigest()


_RELATIVES = ("family history", "fh:")


@dataclass(frozen=True, slots=True)
class Named:
    """One concept of the vocabulary."""

    id: str
    vocabulary: str
    code: str
    name: str
    domain: str


@dataclass(frozen=True)
class Vocabulary:
    """The tables `concept`, `concept_ancestor`, `vocabulary` and `cdm_source`, as far as they are there."""

    tables: Mapping[str, Table]

    @cached_property
    def version(self) -> str:
        """Of the whole vocabulary, as its own row or the source says it; empty where neither does."""
        said: list[str] = []
        if "vocabulary" in self.tables:
            whole = self._frame("vocabulary").filter(pl.col("vocabulary_id") == "None")
            said = whole.collect()["vocabulary_version"].drop_nulls().to_list()
        if not said and "cdm_source" in self.tables:
            said = self._frame("cdm_source").collect()["vocabulary_version"].drop_nulls().to_list()
        return min(said, default="")

    def found(self, wanted: Iterable[Concept]) -> dict[Concept, str]:
        """The ids of concepts, of those that are there; an id stands for itself."""
        listed = list(wanted)
        found = {one: str(one.concept_id) for one in listed if one.concept_id is not None}
        codes = {(one.vocabulary, one.code): one for one in listed if one.concept_id is None}
        if codes and "concept" not in self.tables:
            raise PopulationError(
                "concepts are named by their code, and there is no table 'concept' to look them up in"
            )
        if codes:
            keys = pl.DataFrame(list(codes), schema=["vocabulary_id", "concept_code"], orient="row")
            for each in self._named(self._frame("concept").join(keys.lazy(), on=keys.columns, how="semi")):
                found[codes[each.vocabulary, each.code]] = each.id
        return found

    def below(self, ancestors: Iterable[str]) -> dict[str, set[str]]:
        """All that stand below each of some concepts, the concepts themselves left out."""
        wanted = sorted(set(ancestors))
        found: dict[str, set[str]] = {}
        if not wanted:
            return {}
        if "concept_ancestor" not in self.tables:
            raise PopulationError("concept sets ask for descendants, and there is no table 'concept_ancestor'")
        rows = self._frame("concept_ancestor").filter(pl.col("ancestor_concept_id").is_in(wanted))
        with reading("concept_ancestor"):
            pairs = rows.unique().collect(engine="streaming").iter_rows()
        for ancestor, descendant in pairs:
            if ancestor != descendant:
                found.setdefault(ancestor, set()).add(descendant)
        return found

    def of_relatives(self, ids: Iterable[str]) -> set[str]:
        """Those whose name says that they are about the family."""
        if "concept" not in self.tables:
            return set()
        rows = self._frame("concept").filter(pl.col("concept_id").is_in(sorted(set(ids))))
        return {each.id for each in self._named(rows) if each.name.casefold().startswith(_RELATIVES)}

    @cached_property
    def _small(self) -> list[Named]:
        if "concept" not in self.tables:
            return []
        small = pl.col("vocabulary_id").is_in(_SMALL) | (pl.col("domain_id") == "Meas Value Operator")
        return self._named(self._frame("concept").filter(small))

    @property
    def read_as(self) -> str:
        """Of what units, operators, sexes and statuses are read as, so that another vocabulary is another run."""
        said = [sorted(each.items()) for each in (self.units, self.operators, self.sexes)]
        return digest_of([*said, sorted(self.suspicions)])

    @cached_property
    def units(self) -> dict[str, str]:
        """Unit concepts, and the text of UCUM."""
        return {each.id: each.code for each in self._small if each.vocabulary == UCUM}

    @cached_property
    def sexes(self) -> dict[str, str]:
        """Gender concepts, and the value of the item."""
        said = {"M": "male", "F": "female"}
        return {each.id: said[each.code] for each in self._small if each.vocabulary == GENDER and each.code in said}

    @cached_property
    def operators(self) -> dict[str, str]:
        """Operator concepts, and what a case writes for them."""
        operators = [each for each in self._small if each.domain == "Meas Value Operator"]
        return {each.id: _OPERATORS[each.name] for each in operators if each.name in _OPERATORS}

    @cached_property
    def suspicions(self) -> set[str]:
        """Statuses whose name says that the condition is a guess."""
        statuses = [each for each in self._small if each.vocabulary == "Condition Status"]
        return {each.id for each in statuses if any(word in each.name.casefold() for word in _SUSPICIONS)}

    def _frame(self, name: str) -> pl.LazyFrame:
        return self.tables[name].read()

    def _named(self, frame: pl.LazyFrame) -> list[Named]:
        columns = ("concept_id", "vocabulary_id", "concept_code", "concept_name", "domain_id")
        with reading("concept"):
            rows = frame.select(pl.col(columns).fill_null("")).collect(engine="streaming")
        return [Named(*row) for row in rows.iter_rows()]
