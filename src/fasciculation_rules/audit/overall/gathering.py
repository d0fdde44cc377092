"""Gathers what an auditor reads of a version; what was not looked at is None, and the page says so."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from fasciculation_rules.audit.safety.tracing import Trace
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.safety import Anomalies
from fasciculation_rules.proof.compare.account import Comparison, compare
from fasciculation_rules.proof.coverage.survey import coverage_of
from fasciculation_rules.proof.kept.goal import Fate
from fasciculation_rules.proof.kept.survey import Survey
from fasciculation_rules.proof.mutation.survey import mutation_of
from fasciculation_rules.proof.proving import Outcome, Proved, prove
from fasciculation_rules.shelf.kept import kept_folder, read_kept


@dataclass(frozen=True, slots=True)
class Measured:
    """How many goals of a survey somebody who is kept meets, of those that anybody can; and how many nobody can."""

    met: int
    able: int
    impossible: int
    undecided: int

    @property
    def share(self) -> str:
        """In tenths of a per cent, rounded down."""
        tenths = 1000 * self.met // self.able if self.able else 1000
        return "100 %" if tenths == 1000 else f"{tenths // 10}.{tenths % 10} %"


@dataclass(frozen=True, slots=True)
class Ran:
    """Examples and cases that hold, and those that do not, on these engines."""

    engines: tuple[str, ...]
    held: int
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Solved:
    """What solvers said: theorems, coverage, mutation, and what changed since the version before."""

    proved: tuple[Proved, ...]
    coverage: Measured
    mutation: Measured
    comparison: Comparison | None
    second_opinion: bool

    @property
    def outcomes(self) -> Mapping[Outcome, int]:
        """How many theorems came out how."""
        return Counter(each.outcome for each in self.proved)


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything on the page. `signatures` says in words what is known of who made the release."""

    ruleset: Ruleset
    on: datetime.date
    signatures: str
    ran: Ran | None
    solved: Solved | None
    trace: Trace | None
    anomalies: Anomalies | None
    missing_for_active: tuple[str, ...]
    sign_offs: int


def solve(ruleset: Ruleset, previous: Ruleset | None, *, second_opinion: bool = False) -> Solved:
    """Asks the solvers everything.

    Raises EngineUnavailableError without the extra `prove`.
    """
    kept = read_kept(ruleset.version, kept_folder()) if ruleset.version else ()
    proved = tuple(prove(ruleset, second_opinion=second_opinion))
    coverage = _measured(coverage_of(ruleset, kept, second_opinion=second_opinion))
    mutation = _measured(mutation_of(ruleset, kept, second_opinion=second_opinion))
    comparison = compare(previous, ruleset) if previous is not None else None
    return Solved(proved, coverage, mutation, comparison, second_opinion)


def _measured(survey: Survey) -> Measured:
    names = survey.ruleset.program.names
    fates = Counter(each.fate for _, decided in survey.decided(names) for each in decided)
    able = fates.total() - fates[Fate.IMPOSSIBLE]
    return Measured(fates[Fate.MET], able, fates[Fate.IMPOSSIBLE], fates[Fate.UNDECIDED])
