"""Which rules a selector means, and the words in it that mean none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from fasciculation_rules.logic.condition import names
from fasciculation_rules.model.rule import Derivation, Differential, Escalation, Plan, Rule
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.model.safety import Selector


class Selecting:
    """The rules of one ruleset by everything a selector can say of them."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        self._said = {name: _said(rule, ruleset) for name, rule in ruleset.rules.items()}

    def chosen(self, selectors: Iterable[Selector]) -> tuple[str, ...]:
        """The ids of the rules that at least one selector means, in canonical order."""
        wanted = [selector.given() for selector in selectors]
        return tuple(
            name
            for name, said in self._said.items()
            if any(all(said[key] & set(values) for key, values in one.items()) for one in wanted)
        )

    def dangling(self, selector: Selector) -> Iterator[str]:
        """Each word that no rule of this ruleset has; and the selector itself where it means no rule."""
        unmet = [
            f"{key}: {value}"
            for key, values in selector.given().items()
            for value in values
            if not any(value in said[key] for said in self._said.values())
        ]
        if not unmet and not self.chosen([selector]):
            unmet = [", ".join(f"{key}: {' or '.join(values)}" for key, values in selector.given().items())]
        yield from unmet


def _said(rule: Rule, ruleset: Ruleset) -> Mapping[str, frozenset[str]]:
    """What is true of a rule, by the keys of a selector."""
    words: dict[str, Iterable[str]] = {
        "rule": (rule.rule,), "kind": (rule.kind,), "class": (), "urgency": (), "condition": (), "refers": (),
        "orders": (), "advises": (), "tells": (), "reads": read_by(rule, ruleset),
    }  # fmt: skip
    match rule:
        case Escalation(then=then):
            words |= {"class": (rule.class_,), "urgency": (then.urgency,), "refers": then.refer}
        case Differential(then=then):
            words |= {"condition": (then.condition,)}
        case Plan(then=do):
            words |= {
                "class": (rule.class_,),
                "orders": do.order,
                "advises": filter(None, (do.advise,)),
                "tells": filter(None, (do.safety_net,)),
            }
        case Derivation():
            pass
    return {key: frozenset(values) for key, values in words.items()}


def read_by(rule: Rule, ruleset: Ruleset) -> frozenset[str]:
    """Every item that a rule's condition rests on, derived findings and what they rest on included."""
    found: set[str] = set()
    waiting = list(names(rule.condition))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += names(ruleset.program.derivations[name]) if name in ruleset.program.derivations else ()
    return frozenset(found)
