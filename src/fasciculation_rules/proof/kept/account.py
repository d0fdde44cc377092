"""What a survey found, in lines for people and as values for machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.proof.kept.goal import Decided, Fate, Goal
from fasciculation_rules.proof.kept.member import rule_names
from fasciculation_rules.proof.kept.survey import Survey
from fasciculation_rules.proof.kept.writing import to_given


@dataclass(frozen=True)
class Account:
    """The words of one kind of survey.

    `words` name what becomes of a goal; `explained` says what a goal is, and `told` what is decided of a patient.
    """

    verb: str
    goals: str
    feasible: str
    words: Mapping[Fate, str]
    explained: Callable[[Goal, Survey], str]
    told: Callable[[Goal, Facts, Survey], str]

    def lines(self, name: str, found: Iterable[Decided], survey: Survey, *, patients: int) -> Iterator[str]:
        """A line for each goal that is not met; under a missing one what it is, and the smallest patient for it.

        Patients are looked for only for as many of those that are missing.
        """
        shown = rule_names(survey.ruleset)[name]
        for decided in found:
            if decided.fate is not Fate.MET:
                yield f"{self.words[decided.fate]:11}  {shown}, {decided.goal.about.label}"
            if decided.fate is Fate.MISSING and patients > 0:
                patients -= 1
                facts = survey.teller(decided)
                yield f"    {self.explained(decided.goal, survey)}"
                yield "    a patient of whom only this is known:"
                yield from (f"        {line}" for line in _known(facts, survey))
                if told := self.told(decided.goal, facts, survey):
                    yield f"    {told}"

    def as_json(self, name: str, found: Iterable[Decided], survey: Survey, *, patients: int) -> dict[str, object]:
        """The same of one condition as plain values; a patient is the `given:` of a case."""
        found = tuple(found)
        shown = [decided for decided in found if decided.fate is Fate.MISSING][:patients]
        seen = Counter(decided.fate for decided in found)
        values: dict[str, object] = {"rule": rule_names(survey.ruleset)[name]}
        values |= {word: seen[fate] for fate, word in self.words.items()}
        left = [decided for decided in found if decided.fate is not Fate.MET]
        return values | {"left": [self._as_json(each, survey, patient=each in shown) for each in left]}

    def _as_json(self, decided: Decided, survey: Survey, *, patient: bool) -> dict[str, object]:
        about = decided.goal.about
        values: dict[str, object] = {"label": about.label, "kind": about.kind, "fate": self.words[decided.fate]}
        if not patient:
            return values
        facts = survey.teller(decided)
        return values | {
            "explained": self.explained(decided.goal, survey),
            "given": to_given(facts, survey.ruleset),
            "told": self.told(decided.goal, facts, survey),
        }

    def summary(self, found: Iterable[Decided], survey: Survey) -> Iterator[str]:
        """How many of each kind became what, and what share of those that somebody can meet are met."""
        counts: dict[str, Counter[Fate]] = {}
        for decided in found:
            counts.setdefault(decided.goal.about.kind, Counter())[decided.fate] += 1
        total = sum(counts.values(), Counter[Fate]())
        rows = [(self.goals, *self.words.values()), *(_row(kind, seen, self.words) for kind, seen in counts.items())]
        yield from _table([*rows, _row("all", total, self.words)])
        able = total.total() - total[Fate.IMPOSSIBLE]
        yield (
            f"{total[Fate.MET]} of {able} {self.feasible} {self.words[Fate.MET]} ({_share(total[Fate.MET], able)}) by "
            f"{_sources(survey)}; {total[Fate.IMPOSSIBLE]} proved {self.words[Fate.IMPOSSIBLE]} by {survey.solved_by}"
        )


def _known(facts: Facts, survey: Survey) -> Iterator[str]:
    """What is known of a patient."""
    known = to_given(facts, survey.ruleset)
    for name, value in known.items():
        label = survey.ruleset.vocabulary.label(name)
        named = name if label == name else f"{label} ({name})"
        yield f"{named}: {_said(value)}"
    if not known:
        yield "nothing"


def _said(value: object) -> str:
    """A statement without its date."""
    match value:
        case {"value": said}:
            return str(said)
        case {"from": low, "to": high}:
            return f"from {low} to {high}"
        case _:
            return str(value)


def _row(kind: str, seen: Mapping[Fate, int], words: Mapping[Fate, str]) -> tuple[str, ...]:
    return (kind, *(str(seen.get(fate, 0)) for fate in words))


def _table(rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for kind, *figures in rows:
        yield "  ".join([kind.ljust(widths[0]), *(one.rjust(w) for one, w in zip(figures, widths[1:], strict=True))])


def _share(part: int, whole: int) -> str:
    """In tenths of a per cent, rounded down: all of it is 100 %, and nothing less is."""
    tenths = 1000 * part // whole if whole else 1000
    return f"{tenths // 10}.{tenths % 10} %" if tenths < 1000 else "100 %"


def _sources(survey: Survey) -> str:
    """Whose patients were looked at."""
    examples = sum(len(rule.examples) for rule in survey.ruleset.rules.values())
    parts = ((examples, "example"), (len(survey.ruleset.cases), "case"), (len(survey.holding), "kept case"))
    *most, last = (f"{count} {word}" if count == 1 else f"{count} {word}s" for count, word in parts)
    return f"{', '.join(most)} and {last}"
