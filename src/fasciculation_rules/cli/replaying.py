"""`replay`: records in, and whether the same decisions come out."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from fasciculation_rules.audit.ledger.exporting import export_records
from fasciculation_rules.audit.ledger.file import is_ledger
from fasciculation_rules.audit.ledger.store import Ledger
from fasciculation_rules.audit.record import Record, read_record
from fasciculation_rules.audit.replay import Replayed, replay
from fasciculation_rules.cli.assessing import EngineName, Form
from fasciculation_rules.cli.inputs import open_input, raw_lines
from fasciculation_rules.errors import EngineError, FasciculationRulesError, LedgerError, RecordError
from fasciculation_rules.shelf.digest import canonical_json
from fasciculation_rules.shelf.locate import unreadable

DONE, NO, BAD_INPUT, NO_ENGINE = 0, 1, 2, 3
_CODES = {"same": DONE, "different": NO, "erased": NO, "refused": BAD_INPUT, "undecided": NO_ENGINE}


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("replay")(replay_command)


@dataclass(slots=True)
class Tally:
    """How many records came out how."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_CODES, 0))

    @property
    def code(self) -> int:
        """The exit code for all of them: the worst."""
        return max((_CODES[outcome] for outcome, count in self.counts.items() if count), default=DONE)

    def __str__(self) -> str:
        whole = sum(self.counts.values())
        told = ", ".join(f"{count} {outcome}" for outcome, count in self.counts.items() if count)
        return f"{whole} record{'' if whole == 1 else 's'}: {told or 'nothing to replay'}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one record, and how it is told."""

    kind: str
    told: str = ""
    replayed: Replayed | None = None


def replay_command(
    records: Annotated[
        list[str],
        typer.Argument(
            metavar="RECORD",
            help="Files of records, one a line; ledgers, or exports of them; or -.",
        ),
    ],
    engine: Annotated[
        list[EngineName] | None, typer.Option(help="What evaluates the rules; may be given again. Default: durable.")
    ] = None,
    as_: Annotated[Form, typer.Option("--as", help="text for people, json for programs.")] = Form.TEXT,
) -> int:
    """Decide again what was recorded, with the recorded rules: the decisions must be the same, byte for byte.

    Exit code 0: all are the same. 1: one differs, or was erased. 2: one cannot be read, or its rules are not here as
    they were. 3: an engine that is asked cannot answer.
    """
    engines = [each.value for each in engine or (EngineName.DURABLE,)]
    tally = Tally()
    for path in records:
        for name, outcome in _outcomes(path, engines):
            tally.counts[outcome.kind] += 1
            _tell(name, outcome, as_)
    if as_ is Form.TEXT:
        typer.echo(f"{tally} (engines: {', '.join(engines)})")
    return tally.code


def _outcomes(path: str, engines: list[str]) -> Iterator[tuple[str, Outcome]]:
    """What became of each record of a file; a file that cannot be read counts as one that was refused."""
    try:
        for name, raw in _lines(path):
            outcome = _outcome(raw, name, engines)
            if outcome is not None:
                yield name, outcome
    except OSError as error:
        fault = unreadable(path, error)
        yield path, Outcome("refused", f"{fault.message}; {fault.hint}")
    except LedgerError as error:
        yield path, Outcome("refused", str(error))


def _lines(path: str) -> Iterator[tuple[str, bytes]]:
    """Every line with the name by which it is told; of a ledger, those that an export has of records."""
    if path != "-" and is_ledger(Path(path)):
        with Ledger.open_to_read(Path(path)) as ledger:
            for line in export_records(ledger):
                yield f"{path}: entry {line['sequence']}", canonical_json(line)
    else:
        yield from numbered_lines(path)


def numbered_lines(path: str) -> Iterator[tuple[str, bytes]]:
    """Every line of a file, or of standard input, with its place."""
    if path == "-":
        for number, raw in enumerate(raw_lines(sys.stdin.buffer if sys.stdin else io.BytesIO()), start=1):
            yield f"standard input:{number}", raw
        return
    with open_input(path) as file:
        for number, raw in enumerate(raw_lines(file), start=1):
            yield f"{path}:{number}", raw


def _outcome(raw: bytes, name: str, engines: list[str]) -> Outcome | None:
    """None for what is no record and need be none: an event of a ledger."""
    try:
        found = _record(raw, name)
        if found is None or isinstance(found, Outcome):
            return found
        replayed = replay(found, engines=engines)
    except EngineError as error:
        return Outcome("undecided", str(error))
    except FasciculationRulesError as error:
        return Outcome("refused", str(error))
    if replayed.same:
        return Outcome("same", replayed=replayed)
    by = f" ({replayed.engine})" if replayed.engine else ""
    return Outcome("different", f"differs{by}: {replayed.difference}", replayed)


def _record(raw: bytes, name: str) -> Record | Outcome | None:
    line = _exported(raw)
    if line is None:
        return read_record(raw, name)
    if line.get("kind") != "record":
        return None
    if line.get("body") is not None:
        return read_record(json.dumps(line["body"]).encode(), name)
    erased = line.get("erased")
    if not isinstance(erased, dict):
        raise RecordError("its body is gone, and nothing says that it was erased; `ledger verify` tells more")
    return Outcome("erased", f"erased on {erased.get('at')}, basis: {erased.get('basis')}")


def _exported(raw: bytes) -> dict[str, Any] | None:
    """A line of an export, or None where it is something else."""
    try:
        line = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return line if isinstance(line, dict) and "commitment" in line else None


def _tell(name: str, outcome: Outcome, form: Form) -> None:
    if form is Form.JSON:
        typer.echo(json.dumps(_as_values(name, outcome), ensure_ascii=False, separators=(",", ":")))
    if outcome.kind in ("refused", "undecided"):
        typer.echo(f"error: {name}: {outcome.told}", err=True)
    elif outcome.kind != "same" and form is Form.TEXT:
        typer.echo(f"{name}: {outcome.told}")


def _as_values(name: str, outcome: Outcome) -> dict[str, Any]:
    replayed = outcome.replayed
    difference = None if replayed is None else replayed.difference
    return {
        "format": 1,
        "name": name,
        "outcome": outcome.kind,
        "id": None if replayed is None else replayed.id,
        "engines": [] if replayed is None else list(replayed.engines),
        "difference": None
        if difference is None
        else {"path": difference.path, "recorded": difference.recorded, "now": difference.now},
        "message": outcome.told or None,
    }
