"""The wide form: a row a person, a column a finding, two columns a quantity; every cell a whole number or empty."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from fasciculation_rules.engines.columns.formula import NEVER, Test, Truth, some
from fasciculation_rules.engines.columns.rules import HIGH, LOW
from fasciculation_rules.errors import PopulationError
from fasciculation_rules.logic.frozen import FrozenMapping
from fasciculation_rules.logic.grammar import print_number
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.vocabulary import Quantity

PERSON = "person_id"

INDEX_DATE = "index_date"
"""The day of which a row speaks, where each person has her own."""

ALIVE, OBSERVED_DAYS = "alive", "observed_days"
"""1 alive on that day, 0 not; for how many days before it the person had been observed."""

ABOUT_ROWS = (INDEX_DATE, ALIVE, OBSERVED_DAYS)
"""Columns that say something of the row itself, and nothing that a rule could read."""

Kind = Literal["finding", "values", "low", "high"]


QUARANTINE = "quarantine.parquet"
"""How the name of a file ends that names people whose rows or records cannot be; only its owner may read it."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the wide form, with the numbers that it may hold."""

    name: str
    item: str
    kind: Kind
    least: int
    most: int
    about: Mapping[str, str]
    """What the schema of a file says of it, beside its type."""


@dataclass(frozen=True)
class WideForm:
    """The columns of one ruleset's wide form, in the order of its vocabulary. `person_id` comes before them."""

    ruleset: Ruleset

    @classmethod
    def of(cls, ruleset: Ruleset) -> WideForm:
        """The form of a ruleset, made once."""
        return ruleset.kept(cls)

    @cached_property
    def columns(self) -> Mapping[str, Column]:
        """Every column by name. Raises PopulationError where a name of the vocabulary is needed for something else."""
        found: dict[str, Column] = {}
        for name, finding in self.ruleset.vocabulary.findings.items():
            if finding.values:
                listed = ", ".join(f"{number}={value}" for number, value in enumerate(finding.values, start=1))
                found[name] = Column(name, name, "values", 1, len(finding.values), FrozenMapping({"values": listed}))
            else:
                about = FrozenMapping({"values": "1=present, 0=absent"})
                found[name] = Column(name, name, "finding", 0, 1, about)
        for name, quantity in self.ruleset.vocabulary.quantities.items():
            low, high = quantity.bounds()
            about = FrozenMapping(unit_of(quantity))
            found[name + LOW] = Column(name + LOW, name, "low", low, high, about)
            found[name + HIGH] = Column(name + HIGH, name, "high", low, high, about)
        self._check([*self.ruleset.vocabulary.findings, *self._ends()])
        return FrozenMapping(found)

    def _ends(self) -> list[str]:
        return [name + end for name in self.ruleset.vocabulary.quantities for end in (LOW, HIGH)]

    def _check(self, names: Sequence[str]) -> None:
        """Raises PopulationError where a table would have two columns of one name."""
        counts = Counter((PERSON, *ABOUT_ROWS, *names))
        if twice := [name for name, count in counts.items() if count > 1]:
            listed = ", ".join(f"'{name}'" for name in twice)
            raise PopulationError(f"a table of people would have two columns that are called {listed}; rename the item")

    def said(self, finding: str, *, present: bool) -> Truth:
        """Whether a row says that a finding, as the rails see it (`sex=male`), is present, or absent."""
        item, _, value = finding.partition("=")
        if not value:
            return Test(item, "==", int(present))
        values = self.ruleset.vocabulary.findings[item].values
        numbers = [number for number, each in enumerate(values, start=1) if (each == value) is present]
        return some(Test(item, "==", number) for number in numbers) if numbers else NEVER


METADATA = "fasciculation_rules.wide"
"""The key under which a Parquet file of the wide form says what its columns hold."""

FORMAT = 1
"""The number of the form of what stands there."""


SYNTHETIC = "fasciculation_rules.synthetic"
"""The key under which a file says that its people do not exist."""


def metadata_of(ruleset: Ruleset) -> dict[str, str]:
    """What such a file says, so that no unit is ever guessed."""
    columns = {name: dict(column.about) for name, column in WideForm.of(ruleset).columns.items()}
    return {METADATA: json.dumps({"format": FORMAT, "columns": columns}, sort_keys=True)}


def unit_of(quantity: Quantity) -> dict[str, str]:
    """What stands in the metadata of both columns of a quantity: its unit, and how much a count of one is."""
    return {"unit": quantity.unit, "resolution": print_number(quantity.resolution)}
