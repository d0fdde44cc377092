"""`review pack`, `review sign`, `review status`: what clinicians read, what they sign, and what it is worth."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fasciculation_rules.cli.days import read_day, today
from fasciculation_rules.cli.keys import read_key_file
from fasciculation_rules.cli.recording import read_time_option
from fasciculation_rules.errors import UnknownNameError, did_you_mean
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.shelf.opening import open_ruleset

if TYPE_CHECKING:
    from fasciculation_rules.audit.review.standing import Weighed

DONE, NO = 0, 1


class Form(StrEnum):
    """How the state of a review is printed."""

    TEXT = "text"
    JSON = "json"


class Said(StrEnum):
    """What a reviewer may decide."""

    AGREE = "agree"
    WITH_COMMENT = "agree-with-comment"
    DISAGREE = "disagree"


class As(StrEnum):
    """In which role a reviewer signs."""

    CLINICIAN = "clinical reviewer"
    SAFETY_OFFICER = "safety officer"


Version = Annotated[str, typer.Argument(metavar="VERSION", help="A version, or the path of a folder.")]
SignOffs = Annotated[
    Path, typer.Option("--sign-offs", metavar="DIR", file_okay=False, help="The folder in which sign-offs are kept.")
]
Trust = Annotated[
    Path | None,
    typer.Option(metavar="FILE", exists=True, dir_okay=False, help="The list of signers (signers.yaml) you trust."),
]
On = Annotated[str | None, typer.Option(metavar="DATE", help="The day on which it counts. Default: today.")]


def register(app: typer.Typer) -> None:
    """Adds the verbs."""
    group = typer.Typer(help="Have rules reviewed by clinicians: packs, sign-offs, and what is missing.")
    group.command("pack")(pack_command)
    group.command("sign")(sign_command)
    group.command("status")(status_command)
    app.add_typer(group, name="review")


def pack_command(
    version: Version,
    reader: Annotated[str, typer.Option("--for", metavar="WHO", help="Whom it is for; stands at the top.")],
    rule: Annotated[
        list[str] | None, typer.Option("--rule", metavar="RULE", help="Only this rule; may be given again.")
    ] = None,
    sign_offs: SignOffs = Path("sign-offs"),
    trust: Trust = None,
    on: On = None,
) -> int:
    """Print what a reviewer reads as one page of HTML: a sheet a rule, with differences since the last sign-off."""
    from fasciculation_rules.audit.review.account import pack

    ruleset = open_ruleset(version)
    wanted = [_rule(name, ruleset) for name in rule] if rule else list(ruleset.rules)
    typer.echo(pack(ruleset, wanted, _weighed(ruleset, sign_offs, trust, on), reader=reader), nl=False)
    return DONE


def sign_command(
    version: Version,
    rule: Annotated[
        str | None, typer.Argument(metavar="RULE", help="The rule. Default: the version as a whole.")
    ] = None,
    *,
    key: Annotated[
        Path, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Your Ed25519 private key (PEM).")
    ],
    role: Annotated[As, typer.Option(help="In which role you sign.")],
    decision: Annotated[Said, typer.Option(help="What you say of it.")],
    interests: Annotated[str, typer.Option(metavar="TEXT", help="Your interests; write 'none' where you have none.")],
    at: Annotated[str, typer.Option(metavar="TIME", help="When you sign, with an offset.")],
    comment: Annotated[str | None, typer.Option(metavar="TEXT", help="Why, or what to change.")] = None,
    sign_offs: SignOffs = Path("sign-offs"),
) -> int:
    """Sign a rule, or a version as a whole, as it is now. A sign-off is a file of its own; none is written over."""
    from fasciculation_rules.audit.review.folder import add_to
    from fasciculation_rules.audit.review.signing_off import sign_off

    ruleset = open_ruleset(version)
    subject = None if rule is None else _rule(rule, ruleset)
    time = read_time_option(at, "--at")
    made = read_key_file(key)
    envelope, said = sign_off(
        ruleset, subject, made, role=role.value, decision=decision.value, interests=interests, at=time, comment=comment
    )
    typer.echo(f"{add_to(sign_offs, envelope, said)}: {said.decision}, until {said.until} or until it changes")
    return DONE


def status_command(
    version: Version,
    sign_offs: SignOffs = Path("sign-offs"),
    trust: Trust = None,
    on: On = None,
    as_: Annotated[Form, typer.Option("--as", help="text for people, json for programs.")] = Form.TEXT,
) -> int:
    """Show every sign-off and what it is worth, and what is missing before the version may be active.

    Exit code 0: it may be. 1: something is missing.
    """
    from fasciculation_rules.audit.review.account import as_json, lines_of
    from fasciculation_rules.audit.review.standing import ready_for_active

    ruleset = open_ruleset(version)
    weighed = _weighed(ruleset, sign_offs, trust, on)
    if as_ is Form.JSON:
        typer.echo(json.dumps(as_json(ruleset, weighed), ensure_ascii=False, indent=2))
    else:
        typer.echo("\n".join(lines_of(ruleset, weighed)))
    if trust is None:
        typer.echo("authenticity: not checked, so no sign-off counts; --trust names the signers you trust", err=True)
    return NO if ready_for_active(ruleset, weighed) else DONE


def _weighed(ruleset: Ruleset, sign_offs: Path, trust: Path | None, on: str | None) -> tuple[Weighed, ...]:
    from fasciculation_rules.audit.review.folder import read_folder
    from fasciculation_rules.audit.review.standing import weigh
    from fasciculation_rules.shelf.signers import read_signers

    signers = read_signers(trust) if trust is not None else None
    day = read_day(on) or today()
    return weigh(read_folder(sign_offs), ruleset, signers, on=day)


def _rule(name: str, ruleset: Ruleset) -> str:
    if name not in ruleset.rules:
        hint = did_you_mean(name, ruleset.rules)
        raise UnknownNameError(f"ruleset {ruleset.version} has no rule '{name}'" + (f"; {hint}" if hint else ""))
    return name
