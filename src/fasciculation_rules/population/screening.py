"""Screens a cohort: Parquet in, Parquet out, part by part, so that a run that was stopped goes on where it was."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from fasciculation_rules._version import __version__
from fasciculation_rules.errors import PopulationError, TooManyBadRowsError
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.population.cohort import ADULT, Attrition
from fasciculation_rules.population.digest import Sums, added, digest_of
from fasciculation_rules.population.failing import failed
from fasciculation_rules.population.folder import MANIFEST, Folder
from fasciculation_rules.population.intake.origin import Origin
from fasciculation_rules.population.known import known_of, mapping_of
from fasciculation_rules.population.part import Parted
from fasciculation_rules.population.schema import INDEX_DATE, OBSERVED_DAYS, QUARANTINE
from fasciculation_rules.population.sheets import answer_columns
from fasciculation_rules.population.source import Source, open_source
from fasciculation_rules.population.work import MONTH, STEPS, Whole, Work

ROWS = 1_000_000
"""Rows of a part."""

ENGINES = ("columns", "sql")
"""What may work out the columns."""

OWN_DAY = "the index date of each person"

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Options:
    """How a cohort is screened. Without `as_of` each person has a day of her own, or the table was made for one.

    `everyone` counts also those without an entry finding, under 16 or dead. `observed` is for how many days before
    somebody must have been observed. `by` are columns of the table by which people are told apart.
    """

    as_of: datetime.date | None = None
    engine: str = "columns"
    everyone: bool = False
    observed: int | None = None
    by: tuple[str, ...] = ()
    max_bad: float = 0.01
    rows: int = ROWS
    extend: bool = False


@dataclass(frozen=True, slots=True)
class Screened:
    """What a run came to. `rungs` counts people by the rung that is shown; `day` says of which day the answers are."""

    attrition: Attrition
    rungs: Mapping[str, int]
    digest: str
    missing: tuple[str, ...]
    ignored: tuple[str, ...]
    parts: int
    resumed: int
    day: str
    origin: Origin | None = None
    synthetic: bool = False


def screen(
    place: str, out: Path, ruleset: Ruleset, options: Options, *, done: Callable[[int, int], None] = lambda _, __: None
) -> Screened:
    """Assesses everybody in a table, and writes the answers of those who are counted.

    `done` is told how many of how many rows are done. Raises PopulationError where the table cannot be read, or the
    folder holds another run; and where more rows than `max_bad` cannot be, after having named them in the quarantine.
    """
    source = open_source(place, ruleset, options.by)
    run = run_of(ruleset, options, source)
    folder = Folder(out)
    with folder.held(run):
        _check_table(folder, source, options)
        parted = Parted(source, options.rows)
        parts = _read(lambda: parted.parts, "the table")
        whole = Whole(parted, ruleset, run, options.engine, _cohort(options), options.observed)
        works = [Work(part, whole) for part in parts]
        if options.extend:
            _check_growth(works, options)
        said, resumed = _work(works, folder, sum(source.rows), done)
        return _finish(said, place, source, ruleset, options, run, folder, resumed)


def _work(
    works: list[Work], folder: Folder, total: int, done: Callable[[int, int], None]
) -> tuple[list[dict[str, Any]], int]:
    """What there is to say of each part, and how many were there already."""
    _begin(folder, works)
    said: list[dict[str, Any]] = []
    finished = resumed = 0
    for work in works:
        part = work.part
        found = folder.read(f"{part.name}.json")
        if found is None or found["key"] != work.key or not (folder.place / f"{part.name}.parquet").exists():
            _begin_part(folder, part.name)
            found = _read(partial(work.done, folder), part.place)
        else:
            resumed += 1
        said.append(found)
        finished += part.rows
        done(finished, total)
    return said, resumed


def _check_growth(works: list[Work], options: Options) -> None:
    """Raises TooManyBadRowsError before anything of the result so far is touched."""
    counts = [_read(work.counts, work.part.place) for work in works]
    bad, rows = (sum(each[what] for each in counts) for what in ("quarantined", "rows"))
    if bad > options.max_bad * max(rows, 1):
        raise TooManyBadRowsError(
            f"with these files more of the rows cannot be than --max-bad allows ({options.max_bad:.3g} of all), "
            "such as people with rows that differ; nothing was changed"
        )


def _check_table(folder: Folder, source: Source, options: Options) -> None:
    """Raises PopulationError where the folder holds the result of another table, unless that has grown as allowed."""
    manifest = folder.read(MANIFEST)
    if manifest is None:
        return
    before, now = {each["sha256"] for each in manifest["inputs"]}, set(source.digests)
    if before != now and not (options.extend and before < now):
        hint = "name another folder"
        if before < now:
            hint += ", or add --extend: the files that it was made from are here, with others"
        raise PopulationError(f"'{folder.place}' holds the result of another table; {hint}")


def _begin(folder: Folder, works: list[Work]) -> None:
    """While other parts are made than the manifest names, there is none."""
    planned = [{"name": work.part.name, "key": work.key} for work in works]
    manifest = folder.read(MANIFEST)
    if manifest is not None and manifest["parts"] != planned:
        folder.take_away(MANIFEST)
    folder.keep_only({work.part.name for work in works})


def _begin_part(folder: Folder, name: str) -> None:
    """While a part is made anew, nothing of the one before it is there: what was said of that is not true of this."""
    for end in (".json", ".parquet", f"-{QUARANTINE}"):
        folder.take_away(f"{name}{end}")


def _read(work: Callable[[], Result], what: str) -> Result:
    """Done; or one clear error where Polars fails, of whose message nobody knows what is in it."""
    try:
        return work()
    except pl.exceptions.PolarsError as error:
        raise failed(error, f"rows of {what} cannot be read, or their answers cannot be written") from None


def run_of(ruleset: Ruleset, options: Options, source: Source) -> dict[str, Any]:
    """All but the rows that the answers depend on.

    Raises PopulationError where no day is known, or two are, where nobody knows for how long people were observed, and
    where a column of `by` is given twice or has the name of one of the result.
    """
    for name in options.by:
        if name.casefold() in (*answer_columns(ruleset), MONTH, "rows") or name.startswith("?"):
            raise PopulationError(
                f"people cannot be told apart by '{name}', because the result has a column of that name; rename it"
            )
        if [each.casefold() for each in options.by].count(name.casefold()) > 1:
            raise PopulationError(f"--by names '{name}' twice; leave one of them away")
    if options.observed is not None and OBSERVED_DAYS not in source.about:
        raise PopulationError(f"the table does not say for how long people were observed (column '{OBSERVED_DAYS}')")
    said: dict[str, Any] = {
        "format": 1,
        "ruleset": ruleset.version,
        "text_digest": ruleset.text_digest,
        "logic_digest": ruleset.logic_digest,
        "effective_digest": ruleset.effective_digest,
        "profile_digest": ruleset.profile_digest,
        "library": __version__,
        "engine": options.engine,
        "polars": pl.__version__,
        "duckdb": version("duckdb") if options.engine == "sql" else None,
        "as_of": _day(options, source),
        "cohort": "everyone" if options.everyone else f"entry and age >= {ADULT} and alive",
        "observed": options.observed,
        "by": list(options.by),
    }
    return {**said, "origin": source.origin.key} if source.origin else said


def _day(options: Options, source: Source) -> str:
    """The day of which the rows speak: given here, in each row, or when the table was made."""
    given = None if options.as_of is None else options.as_of.isoformat()
    made = source.origin.as_of if source.origin else None
    if INDEX_DATE in source.about:
        if given:
            raise PopulationError(f"each row has a day of its own (column '{INDEX_DATE}'); leave --as-of away")
        return OWN_DAY
    if given and made and given != made:
        raise PopulationError(f"the table was made as of {made}; leave --as-of away, or make it anew for {given}")
    if not given and not made:
        raise PopulationError(
            f"nobody says of which day the table speaks: give --as-of, or each row a column '{INDEX_DATE}'"
        )
    return given or made or ""


def _cohort(options: Options) -> tuple[str, ...]:
    """The conditions that are asked."""
    asked = [] if options.everyone else ["without_entry", "not_adult", "not_alive"]
    return tuple(STEPS[step] for step in [*asked, *(["not_observed"] if options.observed is not None else [])])


def _finish(
    said: list[dict[str, Any]],
    place: str,
    source: Source,
    ruleset: Ruleset,
    options: Options,
    run: dict[str, Any],
    folder: Folder,
    resumed: int,
) -> Screened:
    """The manifest, which makes the run a whole."""
    totals = {key: sum(part["counts"][key] for part in said) for key in said[0]["counts"]}
    sums = added(Sums(**part["sums"]) for part in said)
    attrition = Attrition(**totals, counted=sums.rows)
    ladder = ruleset.outcomes.ladder
    rungs = {rung: sum(part["rungs"].get(str(height), 0) for part in said) for height, rung in enumerate(ladder)}
    if totals["quarantined"] > options.max_bad * max(totals["rows"], 1):
        raise TooManyBadRowsError(
            f"more of the rows cannot be than --max-bad allows ({options.max_bad:.3g} of all); "
            f"they are named in the files *-{QUARANTINE} of the result"
        )
    digest = digest_of(sums, answer_columns(ruleset))
    folder.write_json(
        MANIFEST,
        {
            "run": run,
            "table": place,
            "inputs": [
                {"file": file.name, "sha256": each, "rows": rows}
                for file, each, rows in zip(source.files, source.digests, source.rows, strict=True)
            ],
            "missing": list(source.missing),
            "ignored": list(source.ignored),
            "attrition": asdict(attrition),
            "digest": digest,
            "rungs": rungs,
            "known": known_of(part["known"] for part in said),
            "mapping": mapping_of(source.origin),
            "incomplete": list(source.origin.incomplete) if source.origin else [],
            "synthetic": source.synthetic,
            "parts": [{"name": part["name"], "key": part["key"]} for part in said],
        },
    )
    return Screened(
        attrition,
        rungs,
        digest,
        source.missing,
        source.ignored,
        len(said),
        resumed,
        run["as_of"],
        source.origin,
        source.synthetic,
    )
