"""`documents`: what regulators and buyers ask for, derived from a version."""

from __future__ import annotations

from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from fasciculation_rules.errors import SafetyFileError
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.shelf.opening import known_releases, open_ruleset

DONE = 0


class Which(StrEnum):
    """Which document."""

    HTI1 = "hti-1"
    BASIS = "fda-basis"
    BILL = "sbom"


class Form(StrEnum):
    """How one document is printed."""

    MARKDOWN = "md"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("documents")(documents_command)


def documents_command(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="A version, or the path of a folder.")],
    which: Annotated[
        Which | None, typer.Argument(metavar="DOCUMENT", help="hti-1, fda-basis or sbom. Default: all, with --out.")
    ] = None,
    as_: Annotated[Form, typer.Option("--as", help="md for people, json for programs. The sbom is json.")] = Form.JSON,
    out: Annotated[Path | None, typer.Option(metavar="DIR", file_okay=False, help="Write all of them here.")] = None,
    checkout: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            exists=True,
            file_okay=False,
            help="Whose requirements.lock the bill of materials is of. Default: the checkout that runs.",
        ),
    ] = None,
) -> int:
    """Derive documents of a version: HTI-1 source attributes, the basis for independent review, a bill of materials."""
    ruleset = open_ruleset(version)
    if which is not None:
        if out is not None:
            raise typer.BadParameter("is for all documents; leave DOCUMENT out", param_hint="'--out'")
        typer.echo(_made(which, as_, ruleset, checkout), nl=False)
        return DONE
    if out is None:
        raise typer.BadParameter("name a document, or a folder for all of them with --out", param_hint="'DOCUMENT'")
    made = {f"{each.value}.{form.value}": _made(each, form, ruleset, checkout)
            for each in Which for form in Form if each is not Which.BILL}  # fmt: skip
    made["sbom.cdx.json"] = _made(Which.BILL, Form.JSON, ruleset, checkout)
    out.mkdir(parents=True, exist_ok=True)
    for name, text in made.items():
        (out / name).write_text(text, encoding="utf-8", newline="\n")
        typer.echo(f"{out / name}")
    return DONE


def _made(which: Which, form: Form, ruleset: Ruleset, checkout: Path | None) -> str:
    from fasciculation_rules.audit.documents.account import as_text, basis_json, basis_page, hti1_json, hti1_page

    release = known_releases().get(ruleset.version) if ruleset.status != "unreleased" else None
    released = release.date.isoformat() if release else None
    match which, form:
        case Which.HTI1, Form.JSON:
            return as_text(hti1_json(ruleset, released=released))
        case Which.HTI1, _:
            return hti1_page(ruleset, released=released)
        case Which.BASIS, Form.JSON:
            return as_text(basis_json(ruleset))
        case Which.BASIS, _:
            return basis_page(ruleset)
        case _:
            return _bill(checkout)


def _bill(checkout: Path | None) -> str:
    from fasciculation_rules.audit.documents.account import as_text
    from fasciculation_rules.audit.documents.bill import bill
    from fasciculation_rules.shelf.lock import read_project
    from fasciculation_rules.shelf.safety import read_safety

    return as_text(bill(read_project(checkout or _here()), read_safety().anomalies))


def _here() -> Path:
    """The checkout that runs.

    Raises SafetyFileError where an installation runs, which has no lock.
    """
    package = files("fasciculation_rules")
    if isinstance(package, Path) and (package.parent.parent / "requirements.lock").is_file():
        return package.parent.parent
    raise SafetyFileError("an installation has no requirements.lock; name a checkout with --checkout")
