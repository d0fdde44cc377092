"""What a synthetic population is made of: kinds of people, shares of findings, what gets written down; each figure
with a row of the evidence or a named assumption."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

FILE = "assumptions.toml"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of person. `findings`: of 1,000 of them, so many have it; `quantities`: middle and spread in counts."""

    name: str
    share: float
    age: tuple[int, int]
    findings: Mapping[str, float]
    quantities: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Assumptions:
    """The whole file. Shares are of 1; `recorded` says what gets written down."""

    named: Mapping[str, str]
    kinds: tuple[Kind, ...]
    age: tuple[int, int]
    finding: float
    sign: float
    usual: Mapping[str, float]
    recorded: Mapping[str, float]
    values: Mapping[str, tuple[int, int]]
    sources: tuple[str, ...]
    """Every row and assumption that a figure names, in order."""


@cache
def assumptions() -> Assumptions:
    """As they lie beside this module."""
    data = tomllib.loads(files(__package__).joinpath(FILE).read_text(encoding="utf-8"))
    background, recorded = data["background"], data["recorded"]
    return Assumptions(
        named=data["assumptions"],
        kinds=tuple(_kind(each) for each in data["kinds"]),
        age=_pair(data["others"]["age"]),
        finding=background["finding"] / 1_000,
        sign=background["sign"] / 1_000,
        usual={name: share / 1_000 for name, share in background["usual"].items()},
        recorded={name: share / 1_000 for name, share in recorded.items() if name != "source"},
        values={name: _pair(pair) for name, pair in data["values"].items() if name != "source"},
        sources=tuple(dict.fromkeys(_sources(data))),
    )


def _kind(data: Mapping[str, Any]) -> Kind:
    """One of `kinds`; a line of `findings` is [of 1,000, source], of `quantities` [middle, spread, source]."""
    return Kind(
        name=str(data["name"]),
        share=float(data["per_million"]) / 1_000_000,
        age=_pair(data["age"]),
        findings={name: line[0] / 1_000 for name, line in data.get("findings", {}).items()},
        quantities={name: _pair(line[:2]) for name, line in data.get("quantities", {}).items()},
    )


def _pair(data: Sequence[Any]) -> tuple[int, int]:
    middle, spread = data
    return int(middle), int(spread)


def _sources(data: object) -> Iterator[str]:
    match data:
        case {"source": str(source), **rest}:
            yield source
            yield from _sources(rest)
        case dict():
            for name, each in data.items():
                if name != "assumptions":
                    yield from _sources(each)
        case [*_, str(source)]:
            yield source
        case list():
            for each in data:
                yield from _sources(each)
