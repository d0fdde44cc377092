"""Writes an impact as files: two tables, two pictures and a page, with nothing in them that the text would hide."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import polars as pl

from fasciculation_rules.errors import PopulationError
from fasciculation_rules.population.folder import Folder
from fasciculation_rules.population.impact.counting import WAYS
from fasciculation_rules.population.impact.groups import AGE, SEX, in_order
from fasciculation_rules.population.impact.heading import about
from fasciculation_rules.population.impact.page import Pages
from fasciculation_rules.population.impact.shown import TALLIES, Shown, tally_key

METADATA = "fasciculation_rules.impact"
NAMES = ("moves.parquet", "rules.parquet", "moves.svg", "groups.svg", "impact.html")


def refuse_other_results(place: Path) -> None:
    """Raises PopulationError where the folder holds one of the files already."""
    found = [name for name in NAMES if (place / name).exists()]
    if found:
        raise PopulationError(f"'{place}' holds {', '.join(found)} already; name another folder")


def write(found: Shown, pages: Pages, place: Path) -> None:
    """Each file appears when it is whole."""
    place.mkdir(parents=True, exist_ok=True)
    folder = Folder(place)
    metadata = {METADATA: json.dumps({**about(found.counted.table), "min_cell": found.least}, ensure_ascii=False)}
    for name, frame in (("moves.parquet", moves_frame(found)), ("rules.parquet", rules_frame(found))):
        folder.write(name, partial(frame.write_parquet, metadata=metadata))
    for name, text in (("moves.svg", pages.moves), ("groups.svg", pages.groups), ("impact.html", pages.page)):
        folder.write(name, partial(_write_text, text))


def _write_text(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8")


def moves_frame(found: Shown) -> pl.DataFrame:
    """How many people move so: of everybody, and of each group of each kind. An empty group is everybody, an empty
    number is hidden; what nobody does is left out."""
    counted = found.counted
    names = {AGE: "age_band", SEX: "sex", **{each: each for each in counted.table.asked.by}}
    moves = sorted(counted.moves, key=lambda move: [counted.table.ladder.index(rung) for rung in move])
    rows = [{"rung_old": one, "rung_new": other, "people": found.number("moves", one, other)} for one, other in moves]
    for kind, groups in counted.groups.items():
        for group in in_order(kind, set(groups)):
            rows += [
                {
                    "rung_old": one,
                    "rung_new": other,
                    names[kind]: group,
                    "people": found.number("group", kind, group, one, other),
                }
                for one, other in moves
                if (one, other) in groups[group]
            ]
    schema = dict.fromkeys(("rung_old", "rung_new", *names.values()), pl.String)
    return pl.DataFrame(rows, schema={**schema, "people": pl.Int64})


def rules_frame(found: Shown) -> pl.DataFrame:
    """Every rule that fires otherwise, and for how many; an empty number is hidden."""
    rows = []
    for rule in found.counted.rules:
        row: dict[str, object] = {"rule": rule.rule, "kind": rule.kind, "status": rule.status}
        for what in TALLIES:
            tally = getattr(rule, what)
            row[what] = found.number(*tally_key(tally))
            row |= {f"{what}_{way}": found.number(*tally_key(tally, way)) for way in WAYS}
        rows.append(row)
    numbers = {name: pl.Int64 for what in TALLIES for name in (what, *(f"{what}_{way}" for way in WAYS))}
    return pl.DataFrame(rows, schema={**dict.fromkeys(("rule", "kind", "status"), pl.String), **numbers})
