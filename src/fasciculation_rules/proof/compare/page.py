"""A comparison as one page of HTML, with the picture of who moves where."""

from __future__ import annotations

from collections import Counter

from fasciculation_rules._version import __version__
from fasciculation_rules.proof.compare.account import (
    Comparison,
    cube_in_words,
    knows,
    people_in_words,
    person_in_words,
    rest_in_words,
)
from fasciculation_rules.proof.compare.moves import Move, Undecided
from fasciculation_rules.proof.compare.people import People
from fasciculation_rules.proof.solver import Verdict
from fasciculation_rules.report.flow import flow
from fasciculation_rules.report.html import page
from fasciculation_rules.report.text import rung_in_words

_REST = {Verdict.IMPOSSIBLE: ("proven", "good"), Verdict.POSSIBLE: ("more", "bad"), Verdict.UNDECIDED: ("open", "fair")}


def as_html(found: Comparison, *, on: str | None = None) -> str:
    """The page; `on` is the day of assessment of the people that were given.

    Raises PagesUnavailableError without the extra `audit`.
    """
    old, new = found.pair.old, found.pair.new
    ladder = new.outcomes.ladder
    somebody = Counter({(each.before, each.after): 1 for each in found.moves})
    word, colour = _REST[found.rest]
    return page(
        "compare",
        old=old,
        new=new,
        on=on,
        library=__version__,
        review=new.about.review,
        **meaning(found),
        rest=rest_in_words(found.rest),
        rest_word=word,
        rest_class=colour,
        people=None if found.people is None else _people(found.people),
        flow=flow(somebody if found.people is None else found.people.moves, ladder),
    )


def meaning(found: Comparison) -> dict[str, object]:
    """What `compare_meaning.html` shows: who moves, what it means, and what was rewritten."""
    old, new = found.pair.old, found.pair.new
    moved = [_move(each, found) for each in found.moves]
    return {
        "words": {
            rung.id: rung_in_words(rung.id, rung.label) for rung in (*old.outcomes.urgencies, *new.outcomes.urgencies)
        },
        "structure": found.structure,
        "rules": [
            {
                "rule": changed.rule,
                "newly": [cube_in_words(cube, found.pair) for cube in changed.newly],
                "no_longer": [cube_in_words(cube, found.pair) for cube in changed.no_longer],
            }
            for changed in found.rules
        ],
        "moves": moved,
        "raised": sum(bool(each["up"]) for each in moved),
        "lowered": sum(not each["up"] for each in moved),
    }


def _up(move: Move | Undecided, ladder: tuple[str, ...]) -> bool:
    return ladder.index(move.after) > ladder.index(move.before)


def _move(move: Move | Undecided, found: Comparison) -> dict[str, object]:
    up = _up(move, found.pair.new.outcomes.ladder)
    if isinstance(move, Undecided):
        return {"before": move.before, "after": move.after, "up": up, "said": None, "rules": ()}
    said = list(person_in_words(move.said, knows(move, found.pair)))
    return {"before": move.before, "after": move.after, "up": up, "said": said, "rules": move.rules}


def _people(people: People) -> dict[str, object]:
    moved = [
        {"before": before, "after": after, "count": count, "rules": [f"{r} ({n})" for r, n in named.most_common(6)]}
        for (before, after), count in people.moves.most_common()
        if before != after
        for named in [people.rules[before, after]]
    ]
    return {"summary": people_in_words(people), "moves": moved}
