"""What to do: referrals, tests, advice and safety nets; at `same_day` and above only what is acute comes first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fasciculation_rules.assessing.disposition import Screen
from fasciculation_rules.assessing.findings import Findings
from fasciculation_rules.assessing.firings import Fired
from fasciculation_rules.assessing.tables import Tables
from fasciculation_rules.assessing.urgency import Urgency
from fasciculation_rules.model.assessment import Disposition, Notice, PlanItem, PlanOut
from fasciculation_rules.model.outcomes import SAME_DAY
from fasciculation_rules.model.rule import Plan
from fasciculation_rules.model.ruleset import UNDER_16

ACUTE_FROM = SAME_DAY
WHO = ("emergency", "specialist", "gp", None)
"""Who does a test, the soonest first."""


@dataclass(slots=True)
class _Line:
    """One thing to do, while the rules that ask for it are gathered."""

    section: str
    item: dict[str, str | None]
    rules: list[str]
    now: bool

    def done(self) -> PlanItem:
        return PlanItem(**self.item, rules=tuple(self.rules))  # type: ignore[arg-type]  # checked by pydantic


@dataclass(slots=True)
class _Draft:
    """The plan while it is gathered: an item asked for by several rules stands once, with all of them."""

    lines: dict[tuple[str, str], _Line] = field(default_factory=dict)
    notices: dict[str, Notice] = field(default_factory=dict)
    """By the test or the advice that is left out."""

    def start(self, section: str, *, name: str, label: str, **item: str | None) -> None:
        """Something to do now, of which no rule may speak."""
        self.lines[section, name] = _Line(section, {"id": name, "label": label, **item}, [], now=True)

    def add(self, section: str, rule: str, *, now: bool, name: str, label: str, **item: str | None) -> None:
        """An acute rule moves an item that another rule would leave for afterwards, and names who does it."""
        line = self.lines.get((section, name))
        if line is None:
            self.lines[section, name] = _Line(section, {"id": name, "label": label, **item}, [rule], now)
            return
        line.rules.append(rule)
        if now and (not line.now or _sooner(item, line.item)):
            line.now = True
            line.item |= item

    def section(self, name: str) -> tuple[PlanItem, ...]:
        return tuple([line.done() for line in self.lines.values() if line.now and line.section == name])

    def afterwards(self) -> tuple[PlanItem, ...]:
        return tuple([line.done() for line in self.lines.values() if not line.now])


def _sooner(one: Mapping[str, str | None], other: Mapping[str, str | None]) -> bool:
    """Whether the first names somebody who acts sooner."""
    return WHO.index(one.get("who")) < WHO.index(other.get("who"))


def plan_of(
    disposition: Disposition, urgency: Urgency, screen: Screen, findings: Findings, fired: Fired, tables: Tables
) -> tuple[PlanOut, tuple[Notice, ...]]:
    """The plan, and notices about advice that was withheld."""
    ruleset, draft = tables.ruleset, _Draft()
    acute = ruleset.rank[disposition.rung] >= ruleset.rank[ACUTE_FROM]
    _referrals(draft, disposition, urgency, fired, tables, acute=acute)
    _nets_for_everybody(draft, disposition.rung, tables)
    gate = _self_care_gate(urgency, screen, fired, tables)
    for name in tables.rules.of(fired.true & tables.plans):
        rule = ruleset.plans[name]
        now = rule.class_ == "acute" or not acute
        if rule.then.order:
            for test in rule.then.order:
                _order(draft, name, test, findings, tables, now=now, who=rule.then.who)
        elif rule.then.advise is not None:
            if rule.class_ != "self_care" or gate:
                _advise(draft, rule, rule.then.advise, findings, tables, now=now)
        elif rule.then.safety_net is not None:
            net = ruleset.outcomes.safety_net[rule.then.safety_net]
            draft.add("safety_net", name, now=now, name=rule.then.safety_net, label=net.label, text=net.text)
    plan = PlanOut(
        referrals=draft.section("referrals"),
        tests=draft.section("tests"),
        advice=draft.section("advice"),
        safety_net=draft.section("safety_net"),
        afterwards=draft.afterwards(),
    )
    return plan, tuple(draft.notices.values())


def _referrals(
    draft: _Draft, disposition: Disposition, urgency: Urgency, fired: Fired, tables: Tables, *, acute: bool
) -> None:
    """Each destination once, at its highest rung, highest first; at the shown rung as the disposition says."""
    ruleset = tables.ruleset
    for name in disposition.refer:
        draft.start("referrals", name=name, label=ruleset.outcomes.destinations[name].label, rung=disposition.rung)
    for rung in reversed(ruleset.outcomes.ladder):
        now = not acute or ruleset.rank[rung] >= ruleset.rank[ACUTE_FROM]
        for rule in tables.rules.of(urgency.rules_at(rung, fired.true)):
            for name in ruleset.escalations[rule].then.refer:
                label = ruleset.outcomes.destinations[name].label
                draft.add("referrals", rule, now=now, name=name, label=label, rung=rung)


def _nets_for_everybody(draft: _Draft, rung: str, tables: Tables) -> None:
    for name, net in tables.ruleset.outcomes.safety_net.items():
        if rung in net.said_at:
            draft.start("safety_net", name=name, label=net.label, text=net.text)


def _self_care_gate(urgency: Urgency, screen: Screen, fired: Fired, tables: Tables) -> bool:
    """Screen finished, nothing left to ask that goes beyond reassurance, and known to be 16 or more."""
    ruleset = tables.ruleset
    rank = ruleset.rank
    if not screen.finished or rank[urgency.range.at_most] > rank[ruleset.outcomes.reassure_up_to]:
        return False
    return bool(fired.false & ruleset.program.bits.get(UNDER_16, 0))


def _order(
    draft: _Draft, rule: str, test: str, findings: Findings, tables: Tables, *, now: bool, who: str | None
) -> None:
    entry = tables.ruleset.outcomes.tests[test]
    known = [name for name in entry.not_again_in if findings.facts.findings.get(name)]
    if known:
        named = ", ".join(map(tables.ruleset.vocabulary.label, known))
        message = f"{entry.label}: not proposed again, because of {named}"
        draft.notices.setdefault(test, Notice(code="test-not-again", message=message, items=(test, *known)))
    else:
        draft.add("tests", rule, now=now, name=test, label=entry.label, who=who)


def _advise(draft: _Draft, rule: Plan, advice: str, findings: Findings, tables: Tables, *, now: bool) -> None:
    vocabulary, known = tables.ruleset.vocabulary, findings.facts.findings
    against = [name for name in rule.then.unless_contraindicated if known.get(name) is not False]
    entry = tables.ruleset.outcomes.advice[advice]
    if against:
        present = [name for name in against if known.get(name)]
        named = ", ".join(vocabulary.label(name) for name in present or against)
        why = f"because of {named}" if present else f"until it is known that there is none of: {named}"
        notice = Notice(code="advice-withheld", message=f"{entry.label}: withheld {why}", items=(advice, *against))
        draft.notices[rule.rule] = notice
        return
    draft.add("advice", rule.rule, now=now, name=advice, label=entry.label, text=entry.text)
