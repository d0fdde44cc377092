"""The decision in CQL: what each rule is worth, the range of the urgency, and the one rung shown."""

from __future__ import annotations

from collections.abc import Iterable

from fasciculation_rules.assessing.disposition import UNSETTLED_RUNG
from fasciculation_rules.assessing.tables import Tables
from fasciculation_rules.assessing.urgency import DISCHARGED_TO
from fasciculation_rules.exchange.cql.conditions import NTH, Conditions, fires, is_present, known, worth_of
from fasciculation_rules.exchange.cql.writing import Library, joined, listed, quoted, text
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.model.ruleset import AGE_UNKNOWN, ENTRY, SPARED_EXAMINATION, UNDER_16, Ruleset

LISTS = {
    Firing.TRUE: "Fired",
    Firing.OPEN: "Open",
    Firing.AWAITS_EXAMINATION: "Awaits examination",
    Firing.AWAITS_TEST: "Awaits a test",
}
BOUNDS = {
    "at_least": Firing.TRUE,
    "at_most": Firing.OPEN,
    "after_examination": Firing.AWAITS_EXAMINATION,
    "after_tests": Firing.AWAITS_TEST,
}

AGREE = """define function "Agree"(said Boolean, worth Integer):
  case
    when said is null then worth between 1 and 3
    when said then worth = 4
    else worth = 0
  end"""


def write_decision(ruleset: Ruleset, conditions: Conditions, into: Library) -> None:
    """Adds the worth of every rule, and what follows from all of them together."""
    _Decision(ruleset, conditions, into).write()


class _Decision:
    def __init__(self, ruleset: Ruleset, conditions: Conditions, into: Library) -> None:
        self.ruleset, self.conditions, self.into = ruleset, conditions, into
        self.tables = Tables.of(ruleset)
        self.ladder = ruleset.outcomes.ladder

    def write(self) -> None:
        self.into.section(
            "What each rule is worth.",
            "4 fires; 3 could be decided by asking, 2 by an examination, 1 by a test; 0 does not fire. "
            "`all` is the least of its members, `any` the greatest, `at least n of` the n-th greatest.",
        )
        self.into.add(NTH, "The n-th greatest of some worths.")
        program = self.ruleset.program
        for name in program.rules:
            self.conditions.worth_of(name, program.rails[name].true, fires(name))
        self._firings()
        self._urgency()
        self._disposition()

    # ---------------------------------------------------------------- firings

    def _firings(self) -> None:
        rules = [name for name in self.ruleset.rules if name in self.ruleset.program.rules]
        tuples = [f"Tuple {{ rule: {text(name)}, worth: {quoted(worth_of(name))} }}" for name in rules]
        self.into.section("Which rules fire, and which could.")
        self.into.define("Firings", listed(tuples))
        for firing, name in LISTS.items():
            self.into.define(name, f'"Firings" F where F.worth = {int(firing)} return F.rule')
        self.into.add(AGREE)
        differing = [
            f'if "Agree"({fires(name)}, {quoted(worth_of(name))}) then null else {text(name)}' for name in rules
        ]
        self.into.define(
            "Disagreements",
            f"({listed(differing)}) R where R is not null",
            "Rules of which the three values say something else than the five. If there are any, nothing here counts.",
        )

    # ---------------------------------------------------------------- urgency

    def _urgency(self) -> None:
        self.into.section("How soon: the highest rung of the rules that fire, and of those that could.")
        discharges = self._discharges()
        heights = []
        for height, rung in enumerate(self.ladder):
            worths = [*self._worths(rung, discharges)]
            if worths:
                name = self.into.define(worth_of(rung), f"Max({listed(worths)})")
                heights.append(f"when {name} >= least then {height}")
        cases = "".join(f"\n    {each}" for each in reversed(heights))
        self.into.add(f'define function "Height"(least Integer):\n  case{cases}\n    else 0\n  end')
        self.into.define("Rungs", "{ " + ", ".join(map(text, self.ladder)) + " }")
        for bound, firing in BOUNDS.items():
            self.into.define(f"height {bound}", f'"Height"({int(firing)})')
            self.into.define(bound, f'"Rungs"["height {bound}"]')

    def _discharges(self) -> dict[str, str]:
        """The minor rules that may be discharged, and the reference to what discharges each."""
        found = {}
        for name, rule in self.ruleset.escalations.items():
            by = rule.then.discharged_by
            if by is not None and self.ladder.index(rule.then.urgency) > self.ladder.index(DISCHARGED_TO):
                found[name] = is_present(by)
        return found

    def _worths(self, rung: str, discharges: dict[str, str]) -> Iterable[str]:
        """What each rule of a rung is worth to it; one that is discharged counts as routine."""
        for name, rule in self.ruleset.escalations.items():
            worth = quoted(worth_of(name))
            if rule.then.urgency == rung:
                yield f"if {discharges[name]} is true then 0 else {worth}" if name in discharges else worth
            elif rung == DISCHARGED_TO and name in discharges:
                yield f"if {discharges[name]} is true then {worth} else 0"

    # ---------------------------------------------------------------- disposition

    def _disposition(self) -> None:
        rank = self.ruleset.rank
        floors = self.ruleset.outcomes.floors
        top = len(self.ladder) - 1
        self.into.section("The one rung shown.")
        unanswered = [
            f"if {is_present(name)} is null then {text(name)} else null" for name in self.ruleset.vocabulary.screen
        ]
        asked = f"({listed(unanswered)}) Q where Q is not null" if unanswered else "List<String>{}"
        self.into.define("Unanswered", asked, "The screening questions that are not answered.")
        self.into.define("Screen finished", 'not exists "Unanswered"')
        self.into.define(
            "Settled",
            f'"height at_least" = {top} or ("Screen finished" and "height at_least" = "height at_most")',
        )
        self.into.define("Examined", self._examined(), "Whether anybody has examined the person.")
        applied = [
            ("screen_unfinished", 'not "Screen finished"', rank[floors.screen_unfinished.rung]),
            *self._age(rank[floors.under_16.rung]),
            ("not_examined", self._unexamined(), rank[floors.not_examined.rung]),
        ]
        heights = [
            self.into.define(f"floor {name}", f"if {holds} then {height} else 0") for name, holds, height in applied
        ]
        names = [f'if "floor {name}" > "height at_least" then {text(name)} else null' for name, _, _ in applied]
        self.into.define("Floors", f"({listed(names)}) F where F is not null", "Floors that raise the rung shown.")
        unsettled = f'if "Settled" then 0 else {rank[UNSETTLED_RUNG]}'
        shown = f"Max({listed([quoted('height at_least'), unsettled, *heights])})"
        self.into.define("Rung", f'"Rungs"[{shown}]')
        self.into.define("Entry", fires(ENTRY), "Whether these rules are about such a person at all.")

    def _age(self, height: int) -> list[tuple[str, str, int]]:
        """Under 16, and everything answered but the age."""
        if UNDER_16 not in self.ruleset.program.rules:
            return []
        young = fires(UNDER_16)
        return [
            ("under_16", f"{young} is true", height),
            (AGE_UNKNOWN, f'{young} is null and "Screen finished"', height),
        ]

    def _examined(self) -> str:
        items, examined = self.tables.items, []
        signs = items.of(self.tables.worth[Firing.AWAITS_EXAMINATION])
        summaries = items.of(self.tables.examination)
        for name in signs:
            if name in self.ruleset.vocabulary.quantities:
                examined.append(f"{known(name)} is not null")
            elif name in summaries:
                examined.append(f"{is_present(name)} is not null")
            else:
                examined.append(f"{is_present(name)} is true")
        return joined("or", examined) if examined else "false"

    def _unexamined(self) -> str:
        spared = SPARED_EXAMINATION in self.ruleset.program.rules
        unless = f" and not ({fires(SPARED_EXAMINATION)} is true)" if spared else ""
        return f'not "Examined"{unless}'
