"""`ledger verify`, `head` and `prove`: whether a ledger is what it was, and what shows it to somebody else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from fasciculation_rules.audit.ledger.heads import fault_in, head_of, prove_consistency, prove_inclusion, vouched_for
from fasciculation_rules.audit.ledger.store import Ledger
from fasciculation_rules.audit.ledger.verifying import Verified, verify
from fasciculation_rules.cli.replaying import numbered_lines
from fasciculation_rules.errors import LedgerError, Problem
from fasciculation_rules.model.ledger import Head, read_proof
from fasciculation_rules.shelf.strict_json import read_json

DONE, NO = 0, 1
MOST_SHOWN = 100
"""More entries that are wrong than this are counted, not listed."""

ALONE = (
    "no head was given: it cannot be excluded that entries were cut off the end, or that the whole was written anew; "
    "hold heads elsewhere (`ledger head`) and give them (--head)"
)

Where = Annotated[Path, typer.Argument(metavar="LEDGER", help="The file of the ledger.")]


def register(ledger: typer.Typer) -> None:
    """Adds the verbs to `ledger`."""
    ledger.command("verify")(verify_command)
    ledger.command("head")(head_command)
    ledger.command("prove")(prove_command)


def verify_command(
    ledger: Annotated[
        Path | None, typer.Argument(metavar="LEDGER", help="The file of the ledger; for a proof none is needed.")
    ] = None,
    head: Annotated[
        list[str] | None, typer.Option(metavar="FILE", help="Heads held elsewhere, one a line; may be given again.")
    ] = None,
    proof: Annotated[str | None, typer.Option(metavar="FILE", help="Check a proof against the heads instead.")] = None,
) -> int:
    """Check every entry of a ledger, and the whole against heads that are held elsewhere.

    Exit code 0: nothing is wrong. 1: something is, and is named.
    """
    heads = [each for path in head or () for each in _heads(path)]
    if proof is not None:
        return _verify_proof(proof, heads)
    if ledger is None:
        raise typer.BadParameter("name the file of the ledger, or a proof (--proof)", param_hint="'LEDGER'")
    with Ledger.open_to_read(ledger) as opened:
        verified = verify(opened, heads)
        name = opened.id
    _tell(verified, name, heads)
    return DONE if verified.good else NO


def _heads(path: str) -> list[Head]:
    """The heads of a file.

    Raises LedgerError where there is none: a file that came to be empty is not a head that nobody gave.
    """
    found = [Head.read(data) for data in _read(path, "the head cannot be read")]
    if not found:
        raise LedgerError(f"{path} holds no head; expected a line of `ledger head`")
    return found


def _tell(verified: Verified, name: str, heads: list[Head]) -> None:
    size = f"{verified.size} entr{'y' if verified.size == 1 else 'ies'}, {verified.erased} erased"
    said = "each follows from the one before it and has the body it commits to"
    faults = verified.faults
    count = f"{len(faults)} fault{'' if len(faults) == 1 else 's'}"
    typer.echo(f"ledger {name}: {size}; {count if faults else said}")
    for fault in faults[:MOST_SHOWN]:
        typer.echo(str(fault))
    if len(faults) > MOST_SHOWN:
        typer.echo(f"... and {len(faults) - MOST_SHOWN} more")
    for sequence in verified.back:
        typer.echo(f"entry {sequence}: the writer's clock went back; it was stored and flagged so")
    for compared in verified.compared:
        typer.echo(f"head of {compared.head.time or 'an empty ledger'}: {compared.message}")
    if not heads:
        typer.echo(ALONE)


def _verify_proof(path: str, heads: list[Head]) -> int:
    datas = _read(path, "the proof cannot be read")
    if not datas:
        raise LedgerError(f"{path} holds no proof")
    code = DONE
    for data in datas:
        proof = read_proof(data)
        fault = fault_in(proof)
        if fault is not None:
            typer.echo(f"{proof.kind}: DOES NOT HOLD: {fault}")
            code = NO
        elif any(vouched_for(proof, head) for head in heads):
            typer.echo(f"{proof.kind}: holds, and rests on a head that you gave")
        else:
            told = "none of the heads given is one that it rests on" if heads else "no head was given"
            typer.echo(f"{proof.kind}: holds in itself, which shows nothing: {told}")
            code = NO
    return code


def head_command(ledger: Where) -> int:
    """Print the head of a ledger, a line of JSON for somebody else to hold."""
    with Ledger.open_to_read(ledger) as opened:
        typer.echo(head_of(opened).to_json())
    return DONE


def prove_command(
    ledger: Where,
    named: Annotated[
        str | None, typer.Argument(metavar="ID", help="A record by its id, or an entry by its number.")
    ] = None,
    since: Annotated[
        int | None,
        typer.Option(min=0, metavar="SIZE", help="Prove that so many first entries are still there."),
    ] = None,
    size: Annotated[
        int | None, typer.Option(min=0, metavar="SIZE", help="In the ledger as it was at this size. Default: as it is.")
    ] = None,
    reveal: Annotated[bool, typer.Option("--reveal", help="With body and salt.")] = False,
) -> int:
    """Prove that an entry is in the ledger, or that nothing before a size was changed since: a line of JSON."""
    if (named is None) == (since is None):
        raise typer.BadParameter("name an entry, or a size with --since", param_hint="'ID'")
    with Ledger.open_to_read(ledger) as opened:
        if named is not None:
            typer.echo(prove_inclusion(opened, named, size=size, reveal=reveal).to_json())
        elif since is not None:
            typer.echo(prove_consistency(opened, since, size=size).to_json())
    return DONE


def _read(path: str, summary: str) -> list[Any]:
    """Each line of a file as plain data.

    Raises LedgerError where one is no JSON.
    """
    found = []
    for name, raw in numbered_lines(path):
        problems: list[Problem] = []
        if raw.strip():
            if read_json(raw, name, problems) is None:
                raise LedgerError(summary, problems)
            found.append(json.loads(raw))
    return found
