"""What stands between a folder and a release: each gate says what keeps it shut."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from fasciculation_rules.assessing.firings import engine_of
from fasciculation_rules.audit.review.folder import read_folder
from fasciculation_rules.audit.review.standing import ready_for_active, weigh
from fasciculation_rules.authoring.examples import run_examples
from fasciculation_rules.authoring.lint import lint
from fasciculation_rules.engines import ENGINES
from fasciculation_rules.errors import Problem, problem
from fasciculation_rules.model.change import ChangeRecord
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.safety import unjudged
from fasciculation_rules.model.signing import Signers
from fasciculation_rules.proof.account import lines_of
from fasciculation_rules.proof.proving import Outcome, prove
from fasciculation_rules.release.changes import Changes
from fasciculation_rules.release.level import LEVELS, Needed, in_words, needed
from fasciculation_rules.shelf.locate import by_number
from fasciculation_rules.shelf.releases import Level
from fasciculation_rules.shelf.safety import ANOMALIES, CHANGES, HAZARDS, REPORTS, ForRelease, read_for_release

FIRST_WITH_RECORDS = "1.0.0"
"""Changes are recorded from the version after this one on."""

MOST_TOLD = 6
"""More reasons than this are counted, not listed."""


@dataclass(frozen=True)
class Candidate:
    """A version that somebody wants to release; `previous` is the highest release below it."""

    version: str
    ruleset: Ruleset
    previous: Ruleset | None
    level: Level
    status: str
    date: datetime.date
    safety: Path
    sign_offs: Path | None = None
    trust: Signers | None = None
    told: dict[str, str] = field(default_factory=dict)
    """What each gate found, for who asks what was looked at."""

    @cached_property
    def needed(self) -> Needed | None:
        """The level it needs; none for a first release."""
        return None if self.previous is None else needed(self.previous, self.ruleset)

    @cached_property
    def file(self) -> ForRelease:
        """What the safety files say."""
        return read_for_release(self.safety)


def problems_of(candidate: Candidate) -> list[Problem]:
    """Everything that keeps a version from being released: all gates are tried, whatever the first ones say.

    Raises EngineUnavailableError where an engine or a solver is not here, SafetyFileError where a file about safety
    cannot be read.
    """
    return [found for gate in GATES for found in gate(candidate)]


def _signed_off(candidate: Candidate) -> Iterator[Problem]:
    """Whoever asks for `active` needs the sign-offs of clinicians, by signers who are trusted."""
    if candidate.status != "active":
        return
    filed = read_folder(candidate.sign_offs) if candidate.sign_offs is not None else ()
    weighed = weigh(filed, candidate.ruleset, candidate.trust, on=candidate.date)
    missing = ready_for_active(candidate.ruleset, weighed)
    candidate.told["sign-offs"] = f"{len(filed)} read, {len(missing)} things are missing"
    if missing:
        message = "a version is active once clinicians have signed it off; missing: " + _first(missing)
        yield problem("not-signed-off", message, at="status", hint="release it as draft, or give the sign-offs")


def _first(told: Sequence[str]) -> str:
    """The first few, and how many more."""
    more = [f"and {len(told) - MOST_TOLD} more"] if len(told) > MOST_TOLD else []
    return "; ".join([*told[:MOST_TOLD], *more])


def _number(candidate: Candidate) -> Iterator[Problem]:
    """The number follows from the one before it and the level."""
    previous = candidate.previous
    if previous is None:
        return
    expected = next_version(previous.version, candidate.level)
    if candidate.version != expected:
        message = f"found {candidate.version}; expected {expected}, {candidate.level} after {previous.version}"
        yield problem("wrong-number", message, at="version")


def next_version(version: str, level: Level) -> str:
    """The number of the release that follows."""
    major, minor, patch = (number for number, _ in (*by_number(version), (0, ""), (0, ""))[:3])
    match level:
        case "major":
            return f"{major + 1}.0.0"
        case "minor":
            return f"{major}.{minor + 1}.0"
        case "patch":
            return f"{major}.{minor}.{patch + 1}"


def _lint(candidate: Candidate) -> Iterator[Problem]:
    found = lint(candidate.ruleset, on=candidate.date)
    candidate.told["lint"] = f"{len(found)} findings"
    yield from (replace(each, file=subject) for subject, each in found)


def _examples(candidate: Candidate) -> Iterator[Problem]:
    engines = tuple(ENGINES)
    for engine in engines:
        engine_of(candidate.ruleset, engine)
    run = 0
    for outcome in run_examples(candidate.ruleset, engines):
        run += 1
        if outcome.fault:
            at = f"{outcome.name} [{outcome.engine}]"
            yield Problem(outcome.subject, 0, 0, at, "example-fails", outcome.fault)
    candidate.told["examples"] = f"{run} examples and cases run on {', '.join(engines)}"


def _theorems(candidate: Candidate) -> Iterator[Problem]:
    outcomes = dict.fromkeys(Outcome, 0)
    for proved in prove(candidate.ruleset):
        outcomes[proved.outcome] += 1
        if proved.outcome in (Outcome.FAILS, Outcome.UNDECIDED):
            shown = "; ".join(line.strip() for line in list(lines_of(proved, candidate.ruleset))[1:8])
            patient = f": {shown}".replace(":; ", ": ") if shown else ""
            message = f"{proved.theorem.sentence} It {proved.outcome.value}{patient}"
            yield problem("theorem-fails", message, at=proved.theorem.id)
    candidate.told["theorems"] = f"{outcomes[Outcome.HOLDS]} hold, {outcomes[Outcome.SILENT]} have nothing to say"


def _level(candidate: Candidate) -> Iterator[Problem]:
    lowest, previous = candidate.needed, candidate.previous
    if lowest is None or previous is None:
        candidate.told["level"] = "a first release has nothing to be compared with"
        return
    why = _first(lowest.why)
    candidate.told["level"] = f"{lowest.level} is needed against {previous.version}: {why}"
    if LEVELS.index(candidate.level) < LEVELS.index(lowest.level):
        message = f"found {candidate.level}; expected {lowest.level} against {previous.version}: {why}"
        if lowest.shown is not None:
            message += f"; {in_words(lowest.shown, previous, candidate.ruleset)}"
        yield problem("wrong-level", message, at="level")


def _change_records(candidate: Candidate) -> Iterator[Problem]:
    previous = candidate.previous
    if previous is None or by_number(previous.version) < by_number(FIRST_WITH_RECORDS):
        candidate.told["changes"] = f"no records of changes are needed before {FIRST_WITH_RECORDS}"
        return
    changes = Changes(previous, candidate.ruleset)
    records = [record for record in candidate.file.changes if record.ruleset == candidate.version]
    named = {rule for record in records for rule in record.rules}
    unnamed = [rule for rule in changes.rules if rule not in named]
    candidate.told["changes"] = f"{len(changes.rules)} rules differ, {len(records)} records of changes"
    for rule in unnamed:
        message = (
            f"it is another than in {previous.version}, and no record of a change for {candidate.version} names it"
        )
        yield Problem(rule, 0, 0, "", "no-change-record", message, "write changes/CR-nnnn.yaml")
    for record in records:
        place = f"{CHANGES}/{record.change}.yaml"
        yield from _named_by(record, candidate.file, place)
        for rule in sorted(set(record.rules) - set(changes.rules)):
            yield Problem(place, 0, 0, "rules", "stale-change-record", f"'{rule}' has not changed", "take it out")
        expected = changes.digest(record.rules)
        if record.meaning != expected:
            message = f"found {record.meaning}; expected {expected}: what changed is not what was recorded"
            yield Problem(place, 0, 0, "meaning", "stale-change-record", message, "look again, then give the digest")


def _named_by(record: ChangeRecord, file: ForRelease, place: str) -> Iterator[Problem]:
    """Hazards and reports that a record names, and that there are not."""
    for hazard in sorted({*record.hazards} - {each.id for each in file.hazards.hazards}):
        message = f"found '{hazard}'; expected the id of a hazard in {HAZARDS}"
        yield Problem(place, 0, 0, "hazards", "unknown-hazard", message, "name the hazards that were looked at")
    for report in sorted({*record.reports} - {each.report for each in file.reports}):
        message = f"there is no {REPORTS}/{report}.yaml"
        yield Problem(place, 0, 0, "reports", "unknown-report", message, "write it, or take it out here")


def _anomalies(candidate: Candidate) -> Iterator[Problem]:
    for id_ in unjudged(candidate.file.anomalies):
        message = "nobody judged yet what this known anomaly means for safety"
        yield Problem(ANOMALIES, 0, 0, id_, "unjudged-anomaly", message, "judge it, and say so there")
    for report in candidate.file.reports:
        if not report.is_judged:
            place = f"{REPORTS}/{report.report}.yaml"
            message = "nobody judged yet what this problem means for safety"
            yield Problem(place, 0, 0, "severity", "unjudged-report", message, "judge it, and say so there")


GATES: tuple[Callable[[Candidate], Iterator[Problem]], ...] = (
    _signed_off,
    _number,
    _lint,
    _examples,
    _theorems,
    _level,
    _change_records,
    _anomalies,
)
