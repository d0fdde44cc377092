"""An impact in lines for people, and as values for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from fasciculation_rules.population.impact.counting import WAYS, Touched, Way
from fasciculation_rules.population.impact.groups import in_order
from fasciculation_rules.population.impact.heading import about, heading
from fasciculation_rules.population.impact.shown import TALLIES, Shown, tally_key
from fasciculation_rules.population.impact.subgroups import Compared, Comparisons, Share

STEPS = {
    "collapsed": "rows that repeat another",
    "quarantined": "in quarantine (cannot be)",
    "without_entry": "without an entry finding",
    "not_adult": "not known to be 16 or older",
    "not_alive": "dead by then",
    "counted": "counted",
}
WAY_WORDS = {"up": "higher", "down": "lower", "same": "same"}
TALLY_WORDS = {"newly": "newly fires", "no_longer": "no longer fires", "at_another_rung": "at another rung"}


def steps_of(found: Shown) -> dict[str, str]:
    """The rows of the table of attrition by name, with its words."""
    everyone = found.counted.table.asked.everyone
    return {
        name: words for name, words in STEPS.items() if not everyone or name in ("collapsed", "quarantined", "counted")
    }


def at_least_differs(found: Shown) -> bool:
    """Whether others move by `at_least` than by the rung that is shown."""

    def moving(moves: Any) -> dict[Any, int]:
        return {move: count for move, count in moves.items() if count and move[0] != move[1]}

    return moving(found.counted.moves) != moving(found.counted.at_least)


def moving_rules(found: Shown) -> tuple[Touched, ...]:
    """Rules that fire otherwise for somebody who moves."""
    return tuple(rule for rule in found.counted.rules if any(_moves(getattr(rule, what)) for what in TALLIES))


def _moves(tally: Mapping[Way, int]) -> bool:
    return bool(tally["up"] or tally["down"])


def lines_of(found: Shown, compared: Comparisons) -> Iterator[str]:
    """The account as text."""
    yield from heading(found.counted.table)
    yield ""
    yield f"{'rows of the table':<32}{found.text('rows'):>14}"
    for name, words in steps_of(found).items():
        yield f"{words:<32}{found.text(name):>14}"
    yield ""
    yield "Of those counted, by the rung that is shown: before (down) and after (across)"
    yield from _matrix(found, "moves")
    yield "  " + _ways(found, "moves")
    if at_least_differs(found):
        yield ""
        yield "The same by at_least, the rung that rules alone ask for"
        yield from _matrix(found, "at_least")
        yield "  " + _ways(found, "at_least")
    for kind, groups in found.counted.groups.items():
        yield ""
        yield f"{f'By {kind}':<30}" + "".join(f"{word:>12}" for word in ("people", *WAY_WORDS.values()))
        for group in in_order(kind, set(groups)):
            texts = [found.text("group", kind, group), *(found.text("group", kind, group, way) for way in WAYS)]
            yield f"  {group:<28}" + "".join(f"{text:>12}" for text in texts)
    yield ""
    yield from _comparisons(compared)
    yield ""
    yield from _rules(found)
    yield ""
    yield hiding_in_words(found)
    for sentence in found.counted.table.source.origin.incomplete if found.counted.table.source.origin else ():
        yield f"The table is not whole: {sentence}"


def hiding_in_words(found: Shown) -> str:
    """What is not shown."""
    if found.least < 2:
        return "Every cell is shown, because --min-cell asks for it: small ones may name somebody."
    return (
        f"No cell from 1 to {found.least - 1} is shown, and as many others are hidden as it takes so that none can be "
        "worked out."
    )


def _matrix(found: Shown, name: str) -> Iterator[str]:
    ladder = found.counted.table.ladder
    yield f"  {'':<12}" + "".join(f"{rung:>12}" for rung in (*ladder, "all"))
    for before in ladder:
        texts = [*(found.text(name, before, after) for after in ladder), found.text(name, "before", before)]
        yield f"  {before:<12}" + "".join(f"{text:>12}" for text in texts)
    totals = [*(found.text(name, "after", after) for after in ladder), found.text("counted")]
    yield f"  {'all':<12}" + "".join(f"{text:>12}" for text in totals)


def _ways(found: Shown, name: str) -> str:
    return ", ".join(f"{WAY_WORDS[way]}: {found.text(name, 'way', way)}" for way in WAYS)


def _comparisons(compared: Comparisons) -> Iterator[str]:
    yield "Groups that move up or down at another rate than everybody else"
    for each in compared.differing:
        yield f"  {difference_in_words(each)}"
    if not compared.differing:
        yield "  none"
    yield f"  {method_in_words(compared)}"


def difference_in_words(each: Compared) -> str:
    """One group that is named."""
    own, rest = _share(each.own), _share(each.rest)
    return f"{each.kind} {each.group}: {own} move to a {WAY_WORDS[each.way]} rung; of everybody else {rest}"


def _share(share: Share) -> str:
    return (
        f"{share.hits:,} of {share.of:,}, {100 * share.share:.2f} % ({100 * share.low:.2f} to {100 * share.high:.2f})"
    )


def method_in_words(compared: Comparisons) -> str:
    """What was done, and how often."""
    hidden = f"; {compared.hidden} more were not made, because a cell is hidden" if compared.hidden else ""
    return (
        f"({len(compared.made)} comparisons{hidden}. Exact intervals (Clopper and Pearson) at "
        f"{100 * compared.confidence:.3f} %, so that all hold at once with 95 %: Bonferroni. A group is named where "
        "its interval does not meet that of the rest. A difference may be right: it asks for a look.)"
    )


def _rules(found: Shown) -> Iterator[str]:
    """Those of escalation that touch somebody who moves, and how many others there are."""
    some = [rule for rule in moving_rules(found) if rule.kind == "escalation"]
    yield "Rules of escalation that fire for other people than before, where somebody moves"
    for rule in some:
        yield f"  {rule_in_words(rule)}"
        for what, words in TALLY_WORDS.items():
            tally = getattr(rule, what)
            if any(tally.values()):
                texts = ", ".join(f"{WAY_WORDS[way]} {found.text(*tally_key(tally, way))}" for way in WAYS)
                yield f"    {words}: {found.text(*tally_key(tally))} ({texts})"
    if not some:
        yield "  none"
    others = len(found.counted.rules) - len(some)
    if others:
        yield f"  and {others} other rules, of other kinds or with nobody who moves; `--as json` lists them all"


def rule_in_words(rule: Touched) -> str:
    """Its name, with what became of it."""
    marks = {"new": " (new)", "gone": " (gone)", "kept": ""}
    return f"{rule.rule}{marks[rule.status]}"


def as_json(found: Shown, compared: Comparisons) -> dict[str, Any]:
    """Numbers where they are shown, and text such as `<11` or `hidden` where they are not."""

    def cell(*key: str) -> int | str:
        number = found.number(*key)
        return found.text(*key) if number is None else number

    def matrix(name: str) -> dict[str, Any]:
        ladder = found.counted.table.ladder
        return {
            "moves": {before: {after: cell(name, before, after) for after in ladder} for before in ladder},
            "before": {rung: cell(name, "before", rung) for rung in ladder},
            "after": {rung: cell(name, "after", rung) for rung in ladder},
            **{way: cell(name, "way", way) for way in WAYS},
        }

    def tally(rule: Touched, what: str) -> dict[str, Any]:
        of = getattr(rule, what)
        return {"people": cell(*tally_key(of)), **{way: cell(*tally_key(of, way)) for way in WAYS}}

    counted = found.counted
    return {
        **about(counted.table),
        "min_cell": found.least,
        "attrition": {"rows": cell("rows"), **{name: cell(name) for name in steps_of(found)}},
        "rung": matrix("moves"),
        "at_least": matrix("at_least"),
        "groups": {
            kind: {
                group: {"people": cell("group", kind, group), **{w: cell("group", kind, group, w) for w in WAYS}}
                for group in in_order(kind, set(groups))
            }
            for kind, groups in counted.groups.items()
        },
        "differing": [asdict(each) for each in compared.differing],
        "comparisons": {"made": len(compared.made), "hidden": compared.hidden, "confidence": compared.confidence},
        "rules": [
            {"rule": rule.rule, "kind": rule.kind, "status": rule.status}
            | {what: tally(rule, what) for what in TALLIES}
            for rule in counted.rules
        ],
        "incomplete": list(counted.table.source.origin.incomplete) if counted.table.source.origin else [],
    }
