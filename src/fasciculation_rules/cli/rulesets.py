"""`list`, `show` and `verify`: which rulesets there are, what they say, and whether they are as released."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from fasciculation_rules.errors import RulesetNotFoundError, did_you_mean
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.report.rule_page import rule_page
from fasciculation_rules.report.vocabulary_page import item_page
from fasciculation_rules.shelf.digest import text_digest
from fasciculation_rules.shelf.locate import shelf_root, versions
from fasciculation_rules.shelf.opening import altered, newest, open_ruleset
from fasciculation_rules.shelf.read import read_files
from fasciculation_rules.shelf.releases import Release, read_releases

DONE, NO = 0, 1


def register(app: typer.Typer) -> None:
    """Adds the verbs."""
    app.command("list")(list_command)
    app.command("show")(show_command)
    app.command("verify")(verify_command)


def list_command() -> int:
    """List the rulesets of this installation, their status and digests."""
    root = shelf_root()
    releases = read_releases(root)
    default = newest(releases)
    table = Table(box=None, pad_edge=False)
    for heading in ("version", "status", "released", "text digest", ""):
        table.add_column(heading, overflow="fold")
    for version in versions(root):
        release = releases.get(version)
        if release is None:
            table.add_row(version, "unreleased", "", "", "")
        else:
            mark = "default" if version == default else ""
            table.add_row(version, release.status, str(release.date), release.text_digest[:26] + "...", mark)
    Console(soft_wrap=True).print(table)
    return DONE


def show_command(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="A version, or the path of a folder.")],
    name: Annotated[
        str | None, typer.Argument(metavar="[RULE]", help="A rule, or an item of the vocabulary. Default: an overview.")
    ] = None,
) -> int:
    """Show a ruleset, one of its rules, or one item of its vocabulary."""
    ruleset = open_ruleset(version)
    if name is None:
        typer.echo(_overview(ruleset), nl=False)
    elif name in ruleset.rules:
        typer.echo(rule_page(ruleset.rules[name], ruleset), nl=False)
    else:
        page = item_page(name, ruleset)
        if page is None:
            known = [*ruleset.rules, *ruleset.vocabulary.items, *ruleset.vocabulary.derived, *ruleset.thresholds]
            hint = did_you_mean(name, known) or f"`show {version}` lists the rules"
            raise RulesetNotFoundError(f"ruleset {ruleset.version} has no rule or item '{name}'; {hint}")
        typer.echo(page, nl=False)
    return DONE


def _overview(ruleset: Ruleset) -> str:
    about, vocabulary = ruleset.about, ruleset.vocabulary
    lines = [f"Ruleset {ruleset.version} ({ruleset.status}): {about.title}", f"Review: {about.review}.", ""]
    for heading, text in (("Purpose", about.purpose), ("Not for", about.not_for), ("Population", about.population)):
        lines += [heading, *(f"  {line}" for line in text.splitlines()), ""]
    kinds = Counter(rule.kind for rule in ruleset.rules.values())
    counted = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    lines.append(f"{len(ruleset.rules)} rules ({counted}); {len(ruleset.cases)} cases")
    counts = f"{len(vocabulary.findings)} findings, {len(vocabulary.quantities)} quantities"
    lines.append(f"{counts}, screen of {len(vocabulary.screen)}")
    unverified = [name for name, rule in ruleset.rules.items() if ruleset.unverified(rule)]
    lines.append(f"{len(unverified)} rules rest on unverified evidence (marked *)")
    lines += [f"text  {ruleset.text_digest}", f"logic {ruleset.logic_digest}", ""]
    marked = set(unverified)
    for name, rule in ruleset.rules.items():
        lines.append(f"{'*' if name in marked else ' '} {name}: {rule.title}")
    lines += ["", "What a case may give", *(f"  {name}: {item.label}" for name, item in vocabulary.items.items())]
    return "\n".join(lines) + "\n"


def verify_command(
    version: Annotated[str | None, typer.Argument(help="A version. Default: every release.")] = None,
) -> int:
    """Check that released rulesets still have the digests they were released with."""
    root = shelf_root()
    releases, there = read_releases(root), versions(root)
    wanted = [version] if version else list(dict.fromkeys([*there, *releases]))
    code = DONE
    if not releases:
        typer.echo("there is no history of releases (releases.yaml), so nothing here can be checked")
        code = NO
    for name in wanted:
        if name not in there:
            if name not in releases:
                raise RulesetNotFoundError(f"there is no ruleset '{name}'; there are: {', '.join(there)}")
            typer.echo(f"{name}: MISSING: it was released, but its folder is not here")
            code = NO
        elif name not in releases:
            typer.echo(f"{name}: unreleased, so there is nothing to check it against")
        else:
            code = max(code, _verify(name, releases[name]))
    typer.echo("authenticity: not checked (digests show alteration, not authorship)")
    return code


def _verify(version: str, release: Release) -> int:
    """Each release is looked at, however many before it were altered."""
    found = text_digest(read_files(shelf_root() / version))
    if found != release.text_digest:
        return _say_altered(version, str(altered(version, release, found)))
    logic = open_ruleset(version).logic_digest
    if logic != release.logic_digest:
        return _say_altered(version, f"ruleset {version}: the logic digest is {logic}, expected {release.logic_digest}")
    typer.echo(f"{version}: as released on {release.date} ({release.status}); text {found}; logic {logic}")
    return DONE


def _say_altered(version: str, message: str) -> int:
    typer.echo(f"{version}: ALTERED")
    typer.echo(f"error: {message}", err=True)
    return NO
