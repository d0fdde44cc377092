"""Makes people who do not exist, for benches, demonstrations and tests; their file says that they are synthetic.

Each person is of one kind, hidden in the data, which makes findings come together. A specific brings its general.
Then some of it is written down: what is absent rarely, unless the person was screened or examined.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial, reduce
from operator import or_
from pathlib import Path

import polars as pl

from fasciculation_rules._version import __version__
from fasciculation_rules.engines.columns.rules import HIGH, LOW
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.vocabulary import Finding, Quantity
from fasciculation_rules.model.vocabulary import Kind as Way
from fasciculation_rules.population.assumptions import Assumptions, assumptions
from fasciculation_rules.population.failing import failed
from fasciculation_rules.population.folder import Folder
from fasciculation_rules.population.mixing import bell, below, halves, mixed, person_base
from fasciculation_rules.population.schema import PERSON, SYNTHETIC, metadata_of

PART = 1_000_000
"""People in one file."""

_LONGEST = (7, 28, 84, 365, 3650)
"""Durations are spread evenly below one of these, in days."""


def generate(
    ruleset: Ruleset,
    people: int,
    seed: int,
    out: Path,
    *,
    part: int = PART,
    done: Callable[[int], None] = lambda _: None,
) -> list[Path]:
    """The files written, in order. The same seed gives the same people, however they are parted.

    `done` is told after each file how many people there are. Each file has its name only when it is whole.
    Raises PopulationError where one cannot be written.
    """
    out.mkdir(parents=True, exist_ok=True)
    folder, metadata = Folder(out, "people-"), synthetic_metadata(ruleset, seed)
    paths = []
    for index, start in enumerate(range(0, people, part)):
        stop = min(start + part, people)
        frame = _frame(ruleset, start, stop, seed)
        paths.append(folder.write(f"people-{index:05d}.parquet", partial(_sink, frame, metadata)))
        done(stop)
    return paths


def _sink(frame: pl.LazyFrame, metadata: dict[str, str], path: Path) -> None:
    try:
        frame.sink_parquet(path, compression="zstd", row_group_size=100_000, metadata=metadata)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise failed(error, "the people cannot be written") from None


def synthetic_metadata(ruleset: Ruleset, seed: int) -> dict[str, str]:
    """What a file of synthetic people says of itself beside the units."""
    made = {"synthetic": "these people do not exist", "seed": seed, "library": __version__}
    return {**metadata_of(ruleset), SYNTHETIC: json.dumps(made)}


def _frame(ruleset: Ruleset, start: int, stop: int, seed: int) -> pl.LazyFrame:
    return _Making(ruleset, assumptions(), seed).frame(start, stop)


class _Making:
    """The columns of one part, in stages: kinds, what is true, what is written down."""

    def __init__(self, ruleset: Ruleset, given: Assumptions, seed: int) -> None:
        self.ruleset, self.given, self.seed = ruleset, given, seed

    def frame(self, start: int, stop: int) -> pl.LazyFrame:
        people = pl.LazyFrame({PERSON: pl.int_range(start, stop, eager=True)})
        frame = people.with_columns(person_base(pl.col(PERSON), self.seed).alias("base"))
        # Each draw stands in columns of its own, because it is looked at several times.
        frame = frame.with_columns(mixed(pl.col("base"), each).alias(f"draw:{each}") for each in self._purposes())
        frame = frame.with_columns(
            half.alias(f"{name}:{each}")
            for each in self._purposes()
            for name, half in zip(("one", "other"), halves(pl.col(f"draw:{each}")), strict=True)
        )
        frame = frame.with_columns(self._kind(), *self._care())
        frame = frame.with_columns(*self._own_truths())
        frame = frame.with_columns(*self._truths())
        return frame.select(PERSON, *self._cells())

    def _purposes(self) -> Iterator[str]:
        yield from ("kind", "screened", "examined", "measured")
        for name, item in self.ruleset.vocabulary.items.items():
            if isinstance(item, Finding) or name in self._made():
                yield name
        for name in self._made():
            yield f"{name} is written down"

    def _made(self) -> list[str]:
        """The quantities of which there are values."""
        table = self.ruleset.vocabulary.quantities
        return [name for name in table if name == "age" or name in self.given.values or self._lasts(name)]

    def _lasts(self, name: str) -> bool:
        quantity = self.ruleset.vocabulary.quantities[name]
        return quantity.family is not None and quantity.unit == "d"

    def _kind(self) -> pl.Expr:
        """The number of the kind, from 1; 0 is everybody else."""
        draw, _ = _drawn("kind")
        found, share = pl.lit(0, pl.UInt8), sum(kind.share for kind in self.given.kinds)
        for number, kind in reversed(list(enumerate(self.given.kinds, start=1))):
            found = pl.when(below(draw, share)).then(pl.lit(number, pl.UInt8)).otherwise(found)
            share -= kind.share
        return found.alias("kind")

    def _care(self) -> Iterator[pl.Expr]:
        """Whether somebody screened, examined or took blood."""
        for way in ("screened", "examined", "measured"):
            yield below(_drawn(way)[0], self.given.recorded[way]).alias(way)

    # ---------------------------------------------------------------- what is true

    def _plain(self) -> dict[str, Finding]:
        return {name: item for name, item in self.ruleset.vocabulary.findings.items() if not item.values}

    def _own_truths(self) -> Iterator[pl.Expr]:
        for name, finding in self._plain().items():
            draw, _ = _drawn(name)
            usual = self.given.sign if finding.kind in (Way.ELICITED, Way.TEST) else self.given.finding
            if self.ruleset.vocabulary.is_summary(name):
                usual = 0.0
            truth = below(draw, self.given.usual.get(name, usual))
            for number, kind in enumerate(self.given.kinds, start=1):
                if name in kind.findings:
                    of_it = pl.col("kind") == pl.lit(number, pl.UInt8)
                    truth = pl.when(of_it).then(below(draw, kind.findings[name])).otherwise(truth)
            yield truth.alias(f"own:{name}")

    def _truths(self) -> Iterator[pl.Expr]:
        """A specific brings its general; of two that exclude each other the first in the vocabulary stays."""
        closure, plain = self.ruleset.closure, list(self._plain())
        for place, name in enumerate(plain):
            sources = [name, *(each for each in plain if each in closure.specifics[name])]
            earlier = [each for each in plain[:place] if each in closure.excluded[name]]
            truth = reduce(or_, [pl.col(f"own:{each}") for each in sources])
            for each in earlier:
                truth = truth & ~pl.col(f"own:{each}")
            yield truth.alias(f"true:{name}")

    # ---------------------------------------------------------------- what is written down

    def _cells(self) -> Iterator[pl.Expr]:
        for name, item in self.ruleset.vocabulary.items.items():
            if isinstance(item, Quantity):
                yield from self._quantity(name, item)
            elif item.values:
                yield self._listed(name, item)
            else:
                yield self._finding(name, item)

    def _finding(self, name: str, finding: Finding) -> pl.Expr:
        recorded, (_, draw) = self.given.recorded, _drawn(name)
        care, asked = "", 0.0
        if finding.screen is not None:
            care, asked = "screened", recorded["absent_if_screened"]
        elif finding.kind is Way.ELICITED and not self.ruleset.vocabulary.is_summary(name):
            care, asked = "examined", recorded["absent_if_examined"]
        denied = below(draw, recorded["absent"])
        if care:
            denied = pl.when(pl.col(care)).then(below(draw, asked)).otherwise(denied)
        there = pl.col(f"true:{name}")
        return (
            pl.when(there & below(draw, recorded["present"]))
            .then(pl.lit(1, pl.Int8))
            .when(~there & denied)
            .then(pl.lit(0, pl.Int8))
            .otherwise(pl.lit(None, pl.Int8))
            .alias(name)
        )

    def _listed(self, name: str, finding: Finding) -> pl.Expr:
        draw, written = _drawn(name)
        number = (draw % len(finding.values) + 1).cast(pl.Int8)
        return pl.when(below(written, self.given.recorded["sex"])).then(number).otherwise(None).alias(name)

    def _quantity(self, name: str, quantity: Quantity) -> Iterator[pl.Expr]:
        """A point in both columns."""
        if name not in self._made():
            yield from (pl.lit(None, pl.Int32).alias(name + end) for end in (LOW, HIGH))
            return
        (draw, other), (written, _) = _drawn(name), _drawn(f"{name} is written down")
        value: pl.Expr
        if name == "age":
            there = below(written, self.given.recorded["age"])
            value = self._by_kind(draw, other, {n: k.age for n, k in enumerate(self.given.kinds, 1)}, self.given.age)
            value = value.clip(0, 100)
        elif name in self.given.values:
            there = pl.col("measured") & below(written, self.given.recorded["value_if_measured"])
            kinds = {n: k.quantities[name] for n, k in enumerate(self.given.kinds, 1) if name in k.quantities}
            value = self._by_kind(draw, other, kinds, self.given.values[name])
        else:
            of_it = [f"true:{each}" for each, item in self._plain().items() if item.family == quantity.family]
            there = pl.any_horizontal(of_it) & below(written, self.given.recorded["duration"])
            longest = pl.lit(_LONGEST[-1], pl.UInt32)
            for place, days in enumerate(_LONGEST[:-1]):
                longest = pl.when(other % len(_LONGEST) == place).then(pl.lit(days, pl.UInt32)).otherwise(longest)
            value = draw % longest
        cell = pl.when(there).then(value.clip(*quantity.bounds())).otherwise(None).cast(pl.Int32)
        yield cell.alias(name + LOW)
        yield cell.alias(name + HIGH)

    def _by_kind(
        self, draw: pl.Expr, other: pl.Expr, kinds: dict[int, tuple[int, int]], usual: tuple[int, int]
    ) -> pl.Expr:
        value = bell(draw, other, *usual)
        for number, pair in kinds.items():
            value = pl.when(pl.col("kind") == pl.lit(number, pl.UInt8)).then(bell(draw, other, *pair)).otherwise(value)
        return value


def _drawn(purpose: str) -> tuple[pl.Expr, pl.Expr]:
    """Both halves of the draw for a purpose."""
    return pl.col(f"one:{purpose}"), pl.col(f"other:{purpose}")
