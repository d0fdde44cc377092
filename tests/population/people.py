"""People for the tests of columns: rows as records have them, contradictions and all; what `assess` says of each."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random

import polars as pl

from fasciculation_rules import Assessment, Case, Ruleset, assess
from fasciculation_rules.assessing.admit import admit
from fasciculation_rules.assessing.differential import differential_of
from fasciculation_rules.assessing.disposition import disposition_of, screen_of
from fasciculation_rules.assessing.findings import close
from fasciculation_rules.assessing.firings import fire
from fasciculation_rules.assessing.scope import scope_of
from fasciculation_rules.assessing.tables import Tables
from fasciculation_rules.assessing.urgency import urgency_of
from fasciculation_rules.engines.columns.dialects import DIALECTS
from fasciculation_rules.engines.columns.rules import HIGH, LOW
from fasciculation_rules.engines.columns.sheet import FIRINGS
from fasciculation_rules.engines.columns.to_polars import to_polars
from fasciculation_rules.logic.condition import Compare, Count, leaves
from fasciculation_rules.logic.grammar import print_number
from fasciculation_rules.model.vocabulary import Finding
from fasciculation_rules.population.in_duckdb import connected
from fasciculation_rules.population.outcomes import BOUNDS
from fasciculation_rules.population.query import query_of
from fasciculation_rules.population.rows import Decoded, Decoder, to_row
from fasciculation_rules.population.schema import WideForm
from fasciculation_rules.population.sheets import sheet_of
from fasciculation_rules.shelf.kept import kept_folder, read_kept

Row = Mapping[str, int]
TODAY = datetime.date(2026, 11, 1)


def cut_points(ruleset: Ruleset) -> dict[str, set[int]]:
    """The counts with which some condition, or a normal range, compares a quantity."""
    found: dict[str, set[int]] = {}
    program = ruleset.program
    for condition in (*program.rules.values(), *program.derivations.values()):
        for leaf in leaves(condition):
            if isinstance(leaf, Compare) and isinstance(leaf.limit, Count):
                found.setdefault(leaf.name, set()).add(leaf.limit.value)
    for name, quantity in ruleset.vocabulary.quantities.items():
        if quantity.normal is not None:
            found.setdefault(name, set()).update(int(end / quantity.resolution) for end in quantity.normal)
    return found


def beside_every_limit(ruleset: Ruleset) -> Iterator[Row]:
    """Each limit, one count below and one above: as a point, as an interval across it, and beside normal bloods."""
    for name, cuts in cut_points(ruleset).items():
        least, most = ruleset.vocabulary.quantities[name].bounds()
        for cut in sorted(cuts):
            for low, high in ((-1, -1), (0, 0), (1, 1), (-1, 0), (-1, 1), (0, 1)):
                ends = {name + LOW: min(max(cut + low, least), most), name + HIGH: min(max(cut + high, least), most)}
                yield {**ends, "age_low": 40, "age_high": 40, "fasciculation": 1} if name != "age" else ends
                if low == high and "basic_bloods_normal" in ruleset.vocabulary.findings:
                    yield {**ends, "basic_bloods_normal": 1, "sex": 1}


def random_row(random: Random, ruleset: Ruleset) -> Row:
    """Mostly unknown, or mostly denied, a few things present; nobody has looked whether that can be."""
    vocabulary, cuts = ruleset.vocabulary, cut_points(ruleset)
    plain = [name for name, finding in vocabulary.findings.items() if not finding.values]
    row: dict[str, int] = {}
    match random.choice(("empty", "few", "screened", "denied")):
        case "few":
            row |= dict.fromkeys(random.sample(plain, random.randint(1, min(12, len(plain)))), 0)
        case "screened":
            row |= dict.fromkeys(vocabulary.screen, 0)
        case "denied":
            row |= dict.fromkeys(plain, 0)
    row |= dict.fromkeys(random.sample(plain, random.choice((0, 1, 1, 2, 3, 6))), 1)
    if random.random() < 0.3:
        row["fasciculation"] = 1
    for name in vocabulary.findings:
        if vocabulary.is_summary(name) and random.random() < 0.3:
            row[name] = 1
    if random.random() < 0.6:
        row["sex"] = random.choice((1, 2))
    quantities = list(vocabulary.quantities)
    for name in {"age", *random.sample(quantities, min(random.choice((0, 1, 3, 8)), len(quantities)))}:
        least, most = vocabulary.quantities[name].bounds()
        near = [cut + step for cut in cuts.get(name, ()) for step in (-1, 0, 1)] or [least]
        low = random.choice((random.choice(near), random.randint(least, most)))
        high = low + random.choice((0, 0, 0, 0, 1, 50))
        row[name + LOW], row[name + HIGH] = min(max(low, least), most), min(max(high, least), most)
    return row


def to_case(row: Row, ruleset: Ruleset) -> Case:
    """The same as a case of which every item bears one day."""
    given: dict[str, object] = {}
    for name, item in ruleset.vocabulary.items.items():
        if isinstance(item, Finding):
            if name in row:
                values = ("absent", "present") if not item.values else ("", *item.values)
                given[name] = {"value": values[row[name]], "at": TODAY}
        elif name + LOW in row:
            low, high = (f"{print_number(row[name + end] * item.resolution)} {item.unit}" for end in (LOW, HIGH))
            given[name] = {"value": low if low == high else {"from": low, "to": high}, "at": TODAY}
    return Case.read({"given": given})


def said_by_assess(row: Row, ruleset: Ruleset, engine: str = "compiled") -> Decoded:
    """The oracle: one person at a time."""
    found = assess(to_case(row, ruleset), ruleset, engine=engine, on=TODAY, reconcile=True)
    return in_short(found, unanswered(to_case(row, ruleset), ruleset))


def said_by_steps(row: Row, ruleset: Ruleset, engines: Sequence[str] = ("compiled",)) -> tuple[Decoded, dict[str, int]]:
    """The same oracle without the sentences, a third of its time: the steps of `assess` that columns repeat.

    Beside it the bits of every name, derived findings too. Each engine is asked; `fire` refuses where one differs
    from `compiled`.
    """
    tables, case = Tables.of(ruleset), to_case(row, ruleset)
    findings = close(admit(case, ruleset, on=TODAY, reconcile=True), case, ruleset, reconcile=True)
    for engine in engines:
        fired = fire(findings.facts, ruleset, engine=engine)
    urgency, screen = urgency_of(fired, tables), screen_of(findings, tables)
    disposition = disposition_of(urgency, screen, tables.known(findings.facts), fired, tables)
    of = tables.rules.of
    decoded = Decoded(
        entry=scope_of(fired, tables).entry,
        urgency={bound: getattr(urgency.range, bound) for bound in BOUNDS},
        rung=disposition.rung,
        settled=disposition.settled,
        unanswered=screen.unanswered,
        fired=tuple(of(fired.true & tables.signed)),
        discharged=tuple(of(urgency.discharged)),
        open=tuple(of(fired.open & tables.signed)),
        awaits_examination=tuple(of(fired.awaits_examination & tables.signed)),
        awaits_test=tuple(of(fired.awaits_test & tables.signed)),
        differential=tuple((each.condition, each.standing) for each in differential_of(fired, tables)),
    )
    bits = {"fired": fired.true, **{name: getattr(fired, name) for name in FIRINGS if name != "fired"}}
    return decoded, bits


def unanswered(case: Case, ruleset: Ruleset, on: datetime.date = TODAY) -> tuple[str, ...]:
    """The questions of the screen that a case leaves open."""
    closed = close(admit(case, ruleset, on=on, reconcile=True), case, ruleset, reconcile=True)
    return screen_of(closed, Tables.of(ruleset)).unanswered


def in_short(found: Assessment, screen: tuple[str, ...]) -> Decoded:
    """What an assessment and a row of an answer both say."""
    urgency, firings = found.urgency, found.firings
    return Decoded(
        entry=found.scope.entry,
        urgency={bound: getattr(urgency, bound) for bound in BOUNDS},
        rung=found.disposition.rung,
        settled=found.disposition.settled,
        unanswered=screen,
        fired=firings.fired,
        discharged=firings.discharged,
        open=firings.open,
        awaits_examination=firings.awaits_examination,
        awaits_test=firings.awaits_test,
        differential=tuple((each.condition, each.standing) for each in found.differential),
    )


def to_frame(rows: Sequence[Row], ruleset: Ruleset) -> pl.DataFrame:
    """Rows as a table of the wide form."""
    schema = {"person_id": pl.String, **dict.fromkeys(WideForm.of(ruleset).columns, pl.Int32)}
    table = [{"person_id": f"p{number}", **row} for number, row in enumerate(rows)]
    return pl.DataFrame(table, schema=schema)


def said_by_polars(rows: Sequence[Row], ruleset: Ruleset) -> list[Decoded]:
    """All of them as columns."""
    frame = to_frame(rows, ruleset)
    columns = WideForm.of(ruleset).columns
    answer = to_polars(sheet_of(ruleset), frame.lazy(), list(columns)).collect(engine="streaming")
    decoder = Decoder(ruleset)
    return [decoder.decode(cells) for cells in answer.iter_rows(named=True)]


def said_by_duckdb(rows: Sequence[Row], ruleset: Ruleset, *, bits: bool = True) -> list[Decoded]:
    """All of them by the SQL, in either of its forms."""
    frame = to_frame(rows, ruleset)
    query = query_of(ruleset, DIALECTS["duckdb"] if bits else replace(DIALECTS["duckdb"], bits=""))
    decoder = Decoder(ruleset)
    with connected() as connection:
        connection.register("cohort", frame.to_arrow())
        answer = connection.sql(query).pl()
    ordered = answer.sort(answer["person_id"].str.slice(1).cast(pl.Int64))
    return [decoder.decode(cells) for cells in ordered.iter_rows(named=True)]


def closed_row(case: Case, on: object, ruleset: Ruleset) -> Row:
    """A case as a row: what is left once it is admitted, settled and closed."""
    admitted = admit(case, ruleset, on=on, reconcile=True)  # type: ignore[arg-type]
    return to_row(close(admitted, case, ruleset, reconcile=True).facts, ruleset)


def rows_of_cases(ruleset: Ruleset) -> list[Row]:
    """The cases of a ruleset and those that were kept for it, each row once."""
    rows = [closed_row(Case.read({"given": each.given}), each.on, ruleset) for each in ruleset.cases.values()]
    for kept in read_kept(ruleset.version, kept_folder()):
        for cases in kept.cases.values():
            rows += [closed_row(Case.read({"given": each.given}), each.on, ruleset) for each in cases]
    assert len(rows) > 1_000
    return [*{tuple(sorted(row.items())): row for row in rows}.values()]
