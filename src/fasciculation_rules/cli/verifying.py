"""`verify`: whether rulesets are as they were released."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from fasciculation_rules.errors import RulesetNotFoundError
from fasciculation_rules.shelf.altered import altered
from fasciculation_rules.shelf.digest import text_digest
from fasciculation_rules.shelf.locate import shelf_root, versions
from fasciculation_rules.shelf.opening import is_path, open_ruleset
from fasciculation_rules.shelf.read import read_files
from fasciculation_rules.shelf.releases import Release, read_releases

DONE, NO = 0, 1
UNRELEASED = "unreleased, so there is nothing to check it against"


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("verify")(verify_command)


def verify_command(
    version: Annotated[
        str | None,
        typer.Argument(
            metavar="VERSION", help="A version, or the path of a folder to compare. Default: every release."
        ),
    ] = None,
) -> int:
    """Check that released rulesets still have the digests they were released with."""
    releases = read_releases(shelf_root())
    code = DONE
    if not releases:
        typer.echo("there is no history of releases (releases.yaml), so nothing here can be checked")
        code = NO
    if is_path(version):
        code = max(code, _verify_folder(version, releases))
    else:
        code = max(code, *(_verify_version(name, releases) for name in _wanted(version, releases)))
    typer.echo("authenticity: not checked (digests show alteration, not authorship)")
    return code


def _wanted(version: str | None, releases: Mapping[str, Release]) -> list[str]:
    """The version that is named, or all there are and all there should be."""
    there = versions(shelf_root())
    if version is None:
        return list(dict.fromkeys([*there, *releases]))
    if version in there or version in releases:
        return [version]
    hint = f"; for the folder, write './{version}'" if version and Path(version).is_dir() else ""
    raise RulesetNotFoundError(f"there is no ruleset '{version}'; there are: {', '.join(there)}{hint}")


def _verify_version(name: str, releases: Mapping[str, Release]) -> int:
    """Each release is looked at, however many before it were altered."""
    if name not in versions(shelf_root()):
        typer.echo(f"{name}: MISSING: it was released, but its folder is not here")
        return NO
    if name not in releases:
        typer.echo(f"{name}: {UNRELEASED}")
        return DONE
    release = releases[name]
    files = read_files(shelf_root() / name)
    found = text_digest(files)
    if found != release.text_digest:
        return _say_altered(name, str(altered(release, files)))
    logic = open_ruleset(name).logic_digest
    if logic != release.logic_digest:
        return _say_altered(name, f"ruleset {name}: the logic digest is {logic}, expected {release.logic_digest}")
    typer.echo(f"{name}: as released on {release.date} ({release.status}); text {found}; logic {logic}")
    return DONE


def _verify_folder(path: str, releases: Mapping[str, Release]) -> int:
    """A folder is the release whose files it has, under whatever name; else it should be the one whose name it has."""
    folder = Path(path)
    if not (folder / "ruleset.yaml").is_file():
        fault = f"'{path}' is not a ruleset folder: it has no ruleset.yaml"
        raise RulesetNotFoundError(fault if folder.exists() else f"there is no folder '{path}'")
    files = read_files(folder)
    found = text_digest(files)
    for version, release in releases.items():
        if release.text_digest == found:
            typer.echo(f"{path}: the same as {version}, released on {release.date} ({release.status}); text {found}")
            return DONE
    name = folder.resolve().name
    if name in releases:
        return _say_altered(path, str(altered(releases[name], files)))
    typer.echo(f"{path}: {UNRELEASED}; text {found}")
    return DONE


def _say_altered(name: str, message: str) -> int:
    typer.echo(f"{name}: ALTERED")
    typer.echo(f"error: {message}", err=True)
    return NO
