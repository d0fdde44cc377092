"""`list` and `show`: which rulesets there are, and what they say."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import typer

from fasciculation_rules.cli.opening import opened
from fasciculation_rules.cli.terminal import columns, in_columns, page_width
from fasciculation_rules.errors import UnknownNameError, did_you_mean
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.report.rule_page import rule_page
from fasciculation_rules.report.vocabulary_page import item_page
from fasciculation_rules.shelf.locate import shelf_root, versions
from fasciculation_rules.shelf.opening import newest
from fasciculation_rules.shelf.releases import read_releases

DONE = 0


def register(app: typer.Typer) -> None:
    """Adds the verbs."""
    app.command("list")(list_command)
    app.command("show")(show_command)


def list_command() -> int:
    """List the rulesets of this installation, their status and digests."""
    root = shelf_root()
    releases = read_releases(root)
    default = newest(releases)
    rows = [("version", "status", "released", "", "text digest")]
    for version in versions(root):
        release = releases.get(version)
        if release is None:
            rows.append((version, "unreleased", "", "", ""))
        else:
            mark = "default" if version == default else ""
            rows.append((version, release.status, str(release.date), mark, release.text_digest))
    for line in in_columns(rows, columns()):
        typer.echo(line)
    return DONE


def show_command(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="A version, or the path of a folder.")],
    name: Annotated[
        str | None, typer.Argument(metavar="RULE", help="A rule, or an item of the vocabulary. Default: an overview.")
    ] = None,
) -> int:
    """Show a ruleset, one of its rules, or one item of its vocabulary."""
    ruleset = opened(version)
    if name is None:
        typer.echo(_overview(ruleset), nl=False)
    elif name in ruleset.rules:
        typer.echo(rule_page(ruleset.rules[name], ruleset, width=page_width()), nl=False)
    else:
        page = item_page(name, ruleset)
        if page is None:
            known = [*ruleset.rules, *ruleset.vocabulary.items, *ruleset.vocabulary.derived, *ruleset.thresholds]
            hint = did_you_mean(name, known) or f"`fasciculation-rules show {version}` lists the rules"
            raise UnknownNameError(f"ruleset {ruleset.version} has no rule or item '{name}'; {hint}")
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
