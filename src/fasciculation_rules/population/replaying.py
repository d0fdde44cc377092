"""Screens the table of a manifest once more, and compares what it comes to with what the manifest says."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fasciculation_rules.errors import PopulationError
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.population.folder import Folder
from fasciculation_rules.population.screening import ENGINES, OWN_DAY, Options, Screened, run_of, screen
from fasciculation_rules.population.source import open_source

ABOUT_RULES = ("text_digest", "logic_digest", "effective_digest", "profile_digest")


@dataclass(frozen=True, slots=True)
class Replayed:
    """What the manifest says and what came out, by name, where they differ; `aside` is what was not the same before."""

    found: Screened
    differing: Mapping[str, tuple[object, object]]
    aside: Mapping[str, tuple[object, object]]


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest of a screening. Raises PopulationError where it is none."""
    said = Folder(path.parent).read(path.name)
    if said is None or not _is_manifest(said):
        raise PopulationError(f"'{path}' is not the manifest of a screening; `screen` writes one when it is done")
    return said


def _is_manifest(said: Mapping[str, Any]) -> bool:
    """Whether all that a replay needs is there, each of its kind."""
    if not {"run", "table", "inputs", "attrition", "digest", "rungs", "known"} <= {*said}:
        return False
    run, inputs = said["run"], said["inputs"]
    if not isinstance(run, dict) or not isinstance(inputs, list) or not isinstance(said["table"], str):
        return False
    of_run = {"ruleset", "as_of", "engine", "cohort", "observed", "by", *ABOUT_RULES}
    return (
        of_run <= {*run}
        and isinstance(run["ruleset"], str)
        and _is_day(run["as_of"])
        and run["engine"] in ENGINES
        and (run["observed"] is None or isinstance(run["observed"], int))
        and isinstance(run["by"], list)
        and all(isinstance(name, str) for name in run["by"])
        and all(isinstance(each, dict) and isinstance(each.get("sha256"), str) for each in inputs)
    )


def _is_day(text: object) -> bool:
    try:
        return text == OWN_DAY or bool(datetime.date.fromisoformat(str(text)))
    except ValueError:
        return False


def replay(
    manifest: Mapping[str, Any],
    ruleset: Ruleset,
    *,
    place: str | None = None,
    engine: str | None = None,
    done: Callable[[int, int], None] = lambda _, __: None,
) -> Replayed:
    """The same screening again, with the table where the manifest says or at `place`, perhaps on another engine.

    The answers are written to a folder that is taken away. Raises PopulationError where ruleset or table are not those
    of the manifest.
    """
    run, options = manifest["run"], _options(manifest["run"], engine)
    table = manifest["table"] if place is None else place
    try:
        source = open_source(table, ruleset, options.by)
    except PopulationError as error:
        if place is None and not Path(table).is_absolute() and not Path(table).exists():
            raise PopulationError(
                f"{error}; the manifest names the table so, seen from where it was screened: go "
                "there, or name it with --input"
            ) from None
        raise
    _check_ruleset(run, ruleset)
    _check_inputs(manifest["inputs"], dict(zip(map(str, source.files), source.digests, strict=True)))
    with tempfile.TemporaryDirectory(prefix="fasciculation-rules-") as folder:
        found = screen(table, Path(folder), ruleset, options, done=done)
        said = Folder(Path(folder)).read("manifest.json") or {}
    differing = {
        name: (manifest[name], said[name])
        for name in ("digest", "attrition", "rungs", "known")
        if manifest[name] != said[name]
    }
    now = run_of(ruleset, options, source)
    aside = {name: (run.get(name), now.get(name)) for name in sorted({*run, *now}) if run.get(name) != now.get(name)}
    return Replayed(found, differing, aside)


def lines_of(replayed: Replayed, ruleset: Ruleset) -> Iterator[str]:
    """What came out, for people."""
    yield f"Ruleset {ruleset.version} ({ruleset.status}), {ruleset.about.review}."
    for name, (before, now) in replayed.aside.items():
        yield f"Other than then: {name} was {before}, is {now}"
    for name in replayed.differing:
        yield f"DIFFERENT: {name}"
    if "digest" in replayed.differing:
        before, now = replayed.differing["digest"]
        yield f"  then {before}"
        yield f"  now  {now}"
    else:
        yield f"The same logical digest: {replayed.found.digest}"


def _options(run: Mapping[str, Any], engine: str | None) -> Options:
    day = run["as_of"]
    return Options(
        as_of=None if day == OWN_DAY or "origin" in run else datetime.date.fromisoformat(day),
        engine=engine or run["engine"],
        everyone=run["cohort"] == "everyone",
        observed=run["observed"],
        by=tuple(run["by"]),
        max_bad=1.0,
    )


def _check_ruleset(run: Mapping[str, Any], ruleset: Ruleset) -> None:
    if any(run[name] != getattr(ruleset, name) for name in ABOUT_RULES):
        profile = "; name the site profile that was used" if run["profile_digest"] and not ruleset.profile else ""
        raise PopulationError(
            f"ruleset {ruleset.version} as it is here is not the one that answered then: other digests{profile}"
        )


def _check_inputs(inputs: list[dict[str, Any]], digests: Mapping[str, str]) -> None:
    before, now = sorted(each["sha256"] for each in inputs), sorted(digests.values())
    if before != now:
        other = [name for name, digest in digests.items() if digest not in before]
        what = f"'{other[0]}' holds other bytes" if other else "files are missing"
        raise PopulationError(f"the table is not the one that was screened then: {what}; name that one with --input")
