"""`audit`: everything about one version on one page."""

from __future__ import annotations

from enum import StrEnum
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fasciculation_rules.cli.days import read_day, today
from fasciculation_rules.errors import SafetyFileError
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.shelf.locate import by_number, shelf_root
from fasciculation_rules.shelf.opening import known_releases, open_ruleset

if TYPE_CHECKING:
    from fasciculation_rules.audit.overall.gathering import Ran
    from fasciculation_rules.audit.safety.tracing import Trace
    from fasciculation_rules.shelf.safety import SafetyFile

DONE = 0
ENGINES = ("reference", "compiled", "durable")


class Form(StrEnum):
    """How the report is printed."""

    HTML = "html"


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("audit")(audit_command)


def audit_command(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="A version, or the path of a folder.")],
    _as: Annotated[Form, typer.Option("--as", help="html: one page, without scripts.")] = Form.HTML,
    on: Annotated[
        str | None, typer.Option(metavar="DATE", help="The day on which reviews are due or overdue. Default: today.")
    ] = None,
    before: Annotated[
        str | None, typer.Option(metavar="VERSION", help="The version to compare with. Default: the release before it.")
    ] = None,
    second_opinion: Annotated[bool, typer.Option("--second-opinion", help="Put theorems to z3 as well.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Leave out what solvers say; the page says so.")] = False,
    sign_offs: Annotated[
        Path, typer.Option("--sign-offs", metavar="DIR", file_okay=False, help="The folder in which sign-offs are.")
    ] = Path("sign-offs"),
    trust: Annotated[
        Path | None, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="The signers you trust.")
    ] = None,
) -> int:
    """Print an audit report: what a version decides, and what was proved, tested, traced, signed and left undone.

    Takes about a minute, or seconds with --quick. Needs the extra `audit`, and `prove` unless --quick.
    """
    from fasciculation_rules.audit.overall.gathering import Gathered, solve
    from fasciculation_rules.audit.overall.page import audit_page
    from fasciculation_rules.audit.review.folder import read_folder
    from fasciculation_rules.audit.review.standing import Worth, ready_for_active, weigh
    from fasciculation_rules.shelf.signers import read_signers

    ruleset = open_ruleset(version)
    day = read_day(on) or today()
    signers = read_signers(trust) if trust is not None else None
    weighed = weigh(read_folder(sign_offs), ruleset, signers, on=day)
    safety = _safety()
    found = Gathered(
        ruleset,
        day,
        signatures_unchecked(shelf_root(), ruleset.version) if trust is None else _signatures(version, trust),
        _ran(ruleset, ("compiled",) if quick else ENGINES),
        None if quick else solve(ruleset, _before(ruleset, before), second_opinion=second_opinion),
        _trace(ruleset, safety),
        safety.anomalies if safety is not None else None,
        ready_for_active(ruleset, weighed),
        sum(each.worth is Worth.STANDS for each in weighed),
    )
    typer.echo(audit_page(found), nl=False)
    return DONE


def _before(ruleset: Ruleset, named: str | None) -> Ruleset | None:
    if named is not None:
        return open_ruleset(named)
    below = [name for name in known_releases() if by_number(name) < by_number(ruleset.version)]
    return open_ruleset(max(below, key=by_number)) if below else None


def _ran(ruleset: Ruleset, engines: tuple[str, ...]) -> Ran:
    from fasciculation_rules.audit.overall.gathering import Ran
    from fasciculation_rules.authoring.examples import run_examples

    outcomes = list(run_examples(ruleset, engines))
    faults = tuple(f"{each.subject}, {each.name} ({each.engine}): {each.fault}" for each in outcomes if each.fault)
    return Ran(engines, len(outcomes) - len(faults), faults)


def _safety() -> SafetyFile | None:
    """The safety file where this installation has one."""
    from fasciculation_rules.shelf.safety import read_safety, safety_folder

    try:
        folder = safety_folder()
    except SafetyFileError:
        return None
    return read_safety(folder)


def _trace(ruleset: Ruleset, safety: SafetyFile | None) -> Trace | None:
    """The trace, where there are tests to trace to and the safety file speaks of this version."""
    from fasciculation_rules.audit.safety.sources import NodeIds, folder_of_tests
    from fasciculation_rules.audit.safety.tracing import trace

    if safety is None or by_number(ruleset.version) < by_number(safety.requirements.begins):
        return None
    try:
        folder = folder_of_tests()
    except SafetyFileError:
        return None
    return trace(ruleset, safety, NodeIds(folder))


def signatures_unchecked(shelf: Traversable, version: str) -> str:
    """How many signatures of a release lie on a shelf; nobody was trusted, so none is worth anything."""
    from fasciculation_rules.release.signing import signatures

    count = sum(1 for _ in signatures(shelf, version))
    return f"{count} {'lies' if count == 1 else 'lie'} here; authenticity not checked" if count else "none"


def _signatures(version: str, trust: Path) -> str:
    """What the signatures of a release are worth, in words."""
    from fasciculation_rules.release.verifying import verify
    from fasciculation_rules.shelf.signers import read_signers

    (verified,) = verify(version, trust=read_signers(trust))
    return "; ".join(map(str, verified.signatures or ())) or "none"
