"""The terms of HPO that are narrower than a term of ours, each with the nearest of these."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

FILE = "hpo.csv"


@cache
def nearest_known() -> Mapping[str, tuple[str, ...]]:
    """From hpo.csv: a term, and those above it that a codes.csv has, of which none is above another."""
    text = files(__package__).joinpath(FILE).read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {row["term"]: tuple(row["ancestors"].split()) for row in rows}
