"""What was watched, in lines for people and as values for programs; small numbers are hidden as elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from fasciculation_rules._version import __version__
from fasciculation_rules.population.impact.heading import ADVICE, SYNTHETIC
from fasciculation_rules.population.shielding import HIDDEN, Sum, shown
from fasciculation_rules.population.watch.run import Run, Stratum
from fasciculation_rules.population.watch.watching import Compared, Watched
from fasciculation_rules.population.work import MONTH

WORDS = {
    "fired": "fires for",
    "undecided": "is undecided for",
    "empty": "is empty for",
    "unmapped": "have a code that nobody knows:",
    "unit": "came for",
}
CANARIES = (
    "The service asks canary patients at each start, whose answers are known: a rule that is not watched here is asked "
    "there by every case of the ruleset that it decides."
)

WHEN = ("now", "before")
OF_PEOPLE = ("fired", "undecided", "empty")
"""Counts of people, of whom a stratum has as many whatever is counted."""

Key = tuple[Any, ...]


def key_of(each: Compared, when: str, part: str) -> Key:
    """The cell of a number: the same wherever the same is counted, as in the reference, whose months are one."""
    stratum = each.stratum if when == "now" else tuple(pair for pair in each.stratum if pair[0] != MONTH)
    if part == "of" and each.count[0] in OF_PEOPLE:
        return stratum, when, part
    return stratum, *each.count, when, part


def _numbers(each: Compared, when: str) -> tuple[int, int]:
    pair = each.pair
    return (pair.hits, pair.of) if when == "now" else (pair.before, pair.of_before)


def texts_of(found: Watched, least: int) -> dict[Key, str]:
    """Hits and people of each change as they may be shown: those who do and those who do not are both people.

    The strata of one total add up to it, together with those that are not shown.
    """
    cells: dict[Key, int] = {}
    sums: list[Sum[Key]] = []
    strata: dict[Key, dict[Key, None]] = {}
    for each, when in product(found.changed, WHEN):
        hits, of = _numbers(each, when)
        keys = {part: key_of(each, when, part) for part in ("hits", "others", "of")}
        cells |= {keys["hits"]: hits, keys["others"]: of - hits, keys["of"]: of}
        sums.append((keys["of"], (keys["hits"], keys["others"])))
        for key in keys.values():
            if key[0]:
                strata.setdefault(((), *key[1:]), {})[key] = None
    for total, parts in strata.items():
        if total in cells:
            rest = ("rest", *total)
            cells[rest] = cells[total] - sum(cells[key] for key in parts)
            sums.append((total, (*parts, rest)))
    return shown(cells, sums, least)


def lines_of(found: Watched, least: int) -> Iterator[str]:
    """The account as text."""
    run, reference = found.run, found.reference
    synthetic = run.synthetic or reference.synthetic
    people = " (synthetic people)" if synthetic else ""
    yield f"Watch of ruleset {run.about['ruleset']}{people}: {_of(run)} against {_of(reference)}"
    if synthetic:
        yield SYNTHETIC
    yield f"Ruleset {run.about['ruleset']}, library {__version__}, {run.review}."
    yield ADVICE
    for sentence in dict.fromkeys((*run.incomplete, *reference.incomplete)):
        yield f"The table is not whole: {sentence}"
    yield ""
    yield f"Changed: {len(found.changed)}{_root(found)}"
    texts = texts_of(found, least)
    for each in found.changed:
        yield f"  {change_in_words(each, texts)}"
    yield ""
    yield (
        f"{found.compared:,} rates were compared by the exact conditional test (hypergeometric, both sides), of which "
        f"{found.divisor:,} could use their share of a budget of {found.budget:g} false alarms a run "
        f"(Bonferroni, with Tarone's count): what is surprising at {found.budget / found.divisor:.2g} is named."
    )
    yield ""
    yield from _power(found)
    if found.uncompared:
        yield f"Strata with too few people, here or in the reference, not compared: {len(found.uncompared)}"


def _root(found: Watched) -> str:
    """Where to look first, where both the input and rules changed."""
    some = sum(each.of_input for each in found.changed)
    if some in (0, len(found.changed)):
        return ""
    return f" ({some} of the input, which come first and may be why rules say something else)"


def _of(run: Run) -> str:
    return f"as of {run.about['as_of']}"


def change_in_words(each: Compared, texts: dict[Key, str]) -> str:
    """One change."""
    what, name = each.count
    now, before = (_share(each, when, texts) for when in ("now", "before"))
    silent = " It has fallen silent." if what == "fired" and not each.pair.hits else ""
    return f"{stratum_in_words(each.stratum)}{name} {WORDS[what]} {now}; in the reference {before}.{silent}"


def stratum_in_words(stratum: Stratum) -> str:
    """Of whom it is said."""
    return "".join(f"{name} {value}, " for name, value in stratum)[:-2] + ": " if stratum else ""


def _share(each: Compared, when: str, texts: dict[Key, str]) -> str:
    """So many of so many, with a rate where no number is hidden."""
    hits, others, of = (texts[key_of(each, when, part)] for part in ("hits", "others", "of"))
    if others.startswith("<") and hits[0].isdigit():
        hits = HIDDEN
    if not (hits[0].isdigit() and of[0].isdigit()):
        return f"{hits} of {of}"
    some, people = _numbers(each, when)
    return f"{hits} of {of} ({100 * some / people:.2f} %)"


def _power(found: Watched) -> Iterator[str]:
    power = found.power.values()
    yield f"Rules that fired in the reference: {len(power):,}; what would be found of a drop"
    yield f"  to nothing: {sum(each.with_four_fifths is not None for each in power):,}"
    for chance, parts in (
        ("0.8", [each.with_four_fifths for each in power]),
        ("0.9", [each.with_nine_tenths for each in power]),
    ):
        yield f"  to half, with a probability of {chance}: {sum(part is not None and part >= 0.5 for part in parts):,}"
    yield f"Cannot be watched here, because they fire too seldom: {len(found.unwatched):,}"
    for name in found.unwatched[:_FEW]:
        yield f"  {name}"
    if len(found.unwatched) > _FEW:
        yield f"  and {len(found.unwatched) - _FEW:,} more; `--as json` lists them all"
    if found.unwatched:
        yield CANARIES


_FEW = 10


def as_json(found: Watched, least: int) -> dict[str, Any]:
    """The same as plain values; numbers are text where one of them is hidden."""
    texts = texts_of(found, least)

    def cells(each: Compared, when: str) -> dict[str, str | int]:
        others_small = texts[key_of(each, when, "others")].startswith("<")
        found_texts = {part: texts[key_of(each, when, part)] for part in ("hits", "of")}
        if others_small and found_texts["hits"][0].isdigit():
            found_texts["hits"] = HIDDEN
        return {part: int(text.replace(",", "")) if text[0].isdigit() else text for part, text in found_texts.items()}

    run = found.run
    return {
        "format": 1,
        "ruleset": run.about["ruleset"],
        "effective_digest": run.about["effective_digest"],
        "review": run.review,
        "library": __version__,
        "as_of": run.about["as_of"],
        "reference_as_of": found.reference.about["as_of"],
        "synthetic": run.synthetic or found.reference.synthetic,
        "advice": ADVICE,
        "min_cell": least,
        "budget": found.budget,
        "compared": found.compared,
        "shared_among": found.divisor,
        "changed": [
            {
                "stratum": dict(each.stratum),
                "what": each.count[0],
                "name": each.count[1],
                "now": cells(each, "now"),
                "reference": cells(each, "before"),
                "silent": each.count[0] == "fired" and each.pair.hits == 0,
            }
            for each in found.changed
        ],
        "found_with_0.8": {name: _rounded(each.with_four_fifths) for name, each in found.power.items()},
        "found_with_0.9": {name: _rounded(each.with_nine_tenths) for name, each in found.power.items()},
        "cannot_be_watched": list(found.unwatched),
        "uncompared_strata": len(found.uncompared),
    }


def _rounded(part: float | None) -> float | None:
    """To a twentieth, so that it tells no small number."""
    return None if part is None else int(part * 20) / 20
