"""At most one card for a person in so many days, unless it has become louder: where the site asks for it."""

from __future__ import annotations

import datetime
import hashlib
import hmac

from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.server.policy import Indicator, Show
from fasciculation_rules.server.state import State

KEPT_DAYS = 90
_LOUD = {Indicator.INFO: 0, Indicator.WARNING: 100, Indicator.CRITICAL: 200}


def loudness(show: Show, rung: str, ruleset: Ruleset) -> int:
    """Louder is higher: first the indicator, then the rung, so that what was old and is confirmed is louder."""
    return _LOUD[show.indicator] + ruleset.rank[rung]


class Memory:
    """Which card was shown, by a keyed digest of the patient's id: not the id, and nothing else of the person."""

    def __init__(self, state: State, site: str) -> None:
        self._state, self._site = state, site

    def may_show(self, patient: str, instance: str, loud: int, today: datetime.date, days: int) -> bool:
        """Whether nothing as loud was shown lately; if so the card counts as shown. The same call is answered again."""
        person, call = self._digest("patient", patient), self._digest("call", instance)
        day = today.toordinal()
        with self._state.writing() as tables:
            tables.execute("DELETE FROM shown WHERE day < ?", (day - KEPT_DAYS,))
            rows = tables.execute("SELECT instance, loudness, day FROM shown WHERE person = ?", (person,)).fetchall()
            if any(each == call for each, _, _ in rows):
                return True
            if any(before >= loud and day - when < days for _, before, when in rows):
                return False
            tables.execute("INSERT INTO shown VALUES (?, ?, ?, ?)", (person, call, loud, day))
            return True

    def forget(self, patient: str, instance: str) -> None:
        """Takes back what was counted for a call that then got no answer."""
        person, call = self._digest("patient", patient), self._digest("call", instance)
        with self._state.writing() as tables:
            tables.execute("DELETE FROM shown WHERE person = ? AND instance = ?", (person, call))

    def _digest(self, kind: str, text: str) -> bytes:
        return hmac.digest(self._state.key, f"{self._site}\0{kind}\0{text}".encode(), hashlib.sha256)
