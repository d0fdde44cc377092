"""Which rules differ between two versions, and the digest of what changed in some of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.proof.compare.account import Comparison, as_json
from fasciculation_rules.proof.compare.rules import changed_rules
from fasciculation_rules.proof.compare.said import Pair
from fasciculation_rules.proof.solver import Verdict
from fasciculation_rules.shelf.digest import digest_of


class Changes:
    """Everything in which the rules of two versions differ: their texts, and on whom they fire."""

    def __init__(self, old: Ruleset, new: Ruleset) -> None:
        """Raises EngineUnavailableError without the extra `prove`."""
        pair = Pair(old, new)
        found = Comparison(pair, (), tuple(changed_rules(pair)), (), Verdict.UNDECIDED)
        values: Any = as_json(found)["rules"]
        self._meaning = {each["rule"]: each for each in values}
        self._texts = {name: (_text(old, name), _text(new, name)) for name in dict.fromkeys([*old.rules, *new.rules])}

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that came, went, were rewritten (words among them), or fire on other people."""
        return tuple(name for name, (old, new) in self._texts.items() if old != new or name in self._meaning)

    def digest(self, rules: Iterable[str]) -> str:
        """Of what changed in these rules: before, after, and on whom they newly or no longer fire."""
        return digest_of(
            {
                name: {"before": before, "after": after, "fires": self._meaning.get(name)}
                for name in sorted(set(rules))
                for before, after in [self._texts.get(name, (None, None))]
            }
        )


def _text(version: Ruleset, name: str) -> str | None:
    """The digest of a rule as it was written."""
    rule = version.rules.get(name)
    return None if rule is None else digest_of(rule.model_dump(mode="json", by_alias=True))
