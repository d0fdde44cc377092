"""Urgency, shown rung, differential, screen and entry over columns: what `assess` says of one person, for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from fasciculation_rules.assessing.disposition import UNSETTLED_RUNG
from fasciculation_rules.assessing.tables import Tables
from fasciculation_rules.assessing.urgency import DISCHARGED_TO
from fasciculation_rules.engines.columns.formula import (
    Closed,
    Code,
    Number,
    Score,
    Test,
    Truth,
    Word,
    Worth,
    every,
    no,
    some,
)
from fasciculation_rules.engines.columns.rules import LOW
from fasciculation_rules.engines.columns.sheet import WORD, words_of
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.model.ruleset import ENTRY, SPARED_EXAMINATION, UNDER_16, Ruleset
from fasciculation_rules.model.vocabulary import Quantity

BOUNDS = {
    "at_least": Firing.TRUE,
    "at_most": Firing.OPEN,
    "after_examination": Firing.AWAITS_EXAMINATION,
    "after_tests": Firing.AWAITS_TEST,
}
"""The four bounds of the urgency, by what a rule must at least be worth to count for it."""

STANDINGS = ("candidate", "supported", "opposed", "excluded")
"""The words of conditions. A candidate that is none of the last three is `possible`."""

STRENGTHS = ("strong", "moderate", "weak")


# ---------------------------------------------------------------- urgency


def urgency(ruleset: Ruleset) -> dict[str, Number]:
    """The four bounds as heights of the ladder."""
    return {
        name: Code(tuple((truth, height) for height, truth in _heights(ruleset, least)), 0)
        for name, least in BOUNDS.items()
    }


def _heights(ruleset: Ruleset, least: Firing) -> Iterable[tuple[int, Truth]]:
    """From the top down: whether a rule that counts as this rung is worth that much. A discharged one is routine."""
    rank = ruleset.rank
    direct: dict[int, list[Truth]] = {}
    lowered: dict[tuple[int, str], list[Truth]] = {}
    for name, rule in ruleset.escalations.items():
        height, by = rank[rule.then.urgency], rule.then.discharged_by
        if by is None or height <= rank[DISCHARGED_TO]:
            direct.setdefault(height, []).append(Worth(name, least))
        else:
            lowered.setdefault((height, by), []).append(Worth(name, least))
    for (height, by), rules in lowered.items():
        discharged = Worth(by, Firing.TRUE)
        direct.setdefault(height, []).append(every((some(rules), no(discharged))))
        direct.setdefault(rank[DISCHARGED_TO], []).append(every((some(rules), discharged)))
    for height in sorted(direct, reverse=True):
        if height > 0:
            yield height, some(direct[height])


# ---------------------------------------------------------------- screen, entry, what is shown


def around(ruleset: Ruleset) -> dict[str, Number]:
    """Which screen items are unanswered (bits), whether somebody is in scope, and whether the examination is due."""
    screen = ruleset.vocabulary.screen
    if len(screen) > WORD:
        raise ValueError("the screen has more questions than a word has bits")
    return {
        "unanswered": Word(tuple(every((no(Closed(n, "present")), no(Closed(n, "absent")))) for n in screen)),
        "entry": Code(((Worth(ENTRY, Firing.TRUE), 1), (no(Worth(ENTRY, Firing.AWAITS_TEST)), 0)), None),
        "unexamined": Code(((_unexamined(ruleset), 1),), 0),
    }


def _unexamined(ruleset: Ruleset) -> Truth:
    """As the floor asks: no sign present, no summary of an examination known, and nothing that spares it."""
    tables, vocabulary = Tables.of(ruleset), ruleset.vocabulary
    known: list[Truth] = []
    for name in tables.items.of(tables.examination):
        known += [Closed(name, "present"), Closed(name, "absent")]
    for name in tables.items.of(tables.worth[Firing.AWAITS_EXAMINATION] & ~tables.examination):
        item = vocabulary.items[name.partition("=")[0]]
        if isinstance(item, Quantity):
            known.append(Test(name + LOW, ">=", item.bounds()[0]))
        else:
            known.append(Closed(name, "present"))
    spared = Worth(SPARED_EXAMINATION, Firing.TRUE)
    return every((no(some(known)), no(spared) if SPARED_EXAMINATION in ruleset.program.bits else no(some(()))))


def shown(ruleset: Ruleset) -> tuple[dict[str, Number], dict[str, Number]]:
    """Whether it is settled; then the one rung that is shown, floors included."""
    rank, top = ruleset.rank, len(ruleset.outcomes.ladder) - 1
    finished = Test("unanswered", "==", 0)
    same = some(every((Test("at_least", "==", height), Test("at_most", "==", height))) for height in rank.values())
    settled = some((Test("at_least", "==", top), every((finished, same))))
    stage: dict[str, Number] = {"settled": Code(((settled, 1),), 0)}
    floors = [(no(Test("settled", "==", 1)), rank[UNSETTLED_RUNG])]
    floors += [(truth, rank[rung]) for truth, rung in _floors(ruleset, finished)]
    choices = []
    for height in range(top, 0, -1):
        holding = [truth for truth, floor in floors if floor == height]
        choices.append((some((Test("at_least", "==", height), *holding)), height))
    return stage, {"rung": Code(tuple(choices), 0)}


def _floors(ruleset: Ruleset, finished: Truth) -> list[tuple[Truth, str]]:
    floors = ruleset.outcomes.floors
    found = [(no(finished), floors.screen_unfinished.rung), (Test("unexamined", "==", 1), floors.not_examined.rung)]
    if UNDER_16 in ruleset.program.bits:
        unknown = every((Worth(UNDER_16, Firing.AWAITS_TEST), finished))
        found.append((some((Worth(UNDER_16, Firing.TRUE), unknown)), floors.under_16.rung))
    return found


# ---------------------------------------------------------------- differential


def standings(ruleset: Ruleset) -> tuple[dict[str, Number], dict[str, Number]]:
    """The balance of each condition as one number; then the words of conditions by standing."""
    scores: dict[str, Number] = {}
    bits: dict[str, list[Truth]] = {standing: [] for standing in STANDINGS}
    for index, (name, condition) in enumerate(ruleset.outcomes.conditions.items()):
        rules = [rule for rule in ruleset.differentials.values() if rule.then.condition == name]
        sides: dict[str, list[Truth]] = {"for": [], "against": [], "excluding": []}
        for rule in rules:
            sides[rule.then.side].append(Worth(rule.rule, Firing.TRUE))
        column = f"balance_{index}"
        step = balance_step(ruleset, name)
        if sides["for"]:
            scores[column] = Score(
                tuple(
                    _points(rule.rule, rule.then.side, rule.then.strength, step)
                    for rule in rules
                    if rule.then.side != "excluding"
                )
            )
        excluded = some(sides["excluding"])
        candidate = some(sides["for"])
        if not condition.must_not_miss:
            candidate = every((candidate, no(excluded)))
        standing = every((candidate, no(excluded)))
        bits["candidate"].append(candidate)
        bits["supported"].append(every((standing, Test(column, ">=", step))) if sides["for"] else some(()))
        bits["opposed"].append(every((standing, Test(column, "<", 0))) if sides["for"] else some(()))
        bits["excluded"].append(every((candidate, excluded)))
    words: dict[str, Number] = {}
    for prefix, truths in bits.items():
        for index, column in enumerate(words_of(prefix, len(truths))):
            words[column] = Word(tuple(truths[index * WORD : (index + 1) * WORD]))
    return scores, words


def balance_step(ruleset: Ruleset, condition: str) -> int:
    """How many weak points a moderate one outweighs: more than all that there are of any one strength together."""
    rules = [rule for rule in ruleset.differentials.values() if rule.then.condition == condition]
    counts = Counter(rule.then.strength for rule in rules)
    return 2 * max(counts.values(), default=0) + 1


def _points(rule: str, side: str, strength: str, step: int) -> tuple[Truth, int]:
    worth = step ** (len(STRENGTHS) - 1 - STRENGTHS.index(strength))
    return Worth(rule, Firing.TRUE), worth if side == "for" else -worth
