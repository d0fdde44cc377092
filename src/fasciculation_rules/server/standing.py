"""One process of the service while it runs: what it serves, whether it is ready, and the threads that decide."""

from __future__ import annotations

import datetime
import gc
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from fasciculation_rules.assessing.straight_line import assess
from fasciculation_rules.audit.ledger.appending import append
from fasciculation_rules.audit.ledger.store import Ledger
from fasciculation_rules.audit.record import Record
from fasciculation_rules.errors import EngineError, LedgerError, RulesetError, StateError
from fasciculation_rules.model.case import Case
from fasciculation_rules.server.call import Call
from fasciculation_rules.server.deciding import Decided, decide
from fasciculation_rules.server.feedback import remember_card
from fasciculation_rules.server.memory import Memory
from fasciculation_rules.server.metrics import Metrics
from fasciculation_rules.server.prefetch import Gathered
from fasciculation_rules.server.serving import Serving
from fasciculation_rules.server.state import State
from fasciculation_rules.shelf.opening import reverify

Clock = Callable[[], datetime.datetime]
THREADS = 2
"""Each has engines of its own, which take a tenth of a second to make; more of them would only take turns."""


def system_clock() -> datetime.datetime:
    """Now; the only clock there is. What a client says of the time is never believed."""
    return datetime.datetime.now(datetime.UTC)


class Standing:
    """What all calls of a process share."""

    def __init__(self, serving: Serving, clock: Clock = system_clock) -> None:
        """Raises SiteError where the state cannot be kept, LedgerError where the ledger is not there."""
        self.serving, self.clock = serving, clock
        self.state = State(serving.state)
        self.metrics = Metrics()
        self._red = ""
        self.stopping = False
        self._own = threading.local()
        self.threads = ThreadPoolExecutor(THREADS, "deciding")
        self._warmed = threading.Barrier(THREADS)
        if serving.ledger is not None:
            Ledger.open(serving.ledger, clock=clock).close()

    def warm_all(self) -> None:
        """Makes the engines of every thread before the first call.

        What stands by then stays for ever, so the collector is told not to look through it: that would take as long
        as ten calls, every now and then.
        """
        for each in [self.threads.submit(self._warm) for _ in range(THREADS)]:
            each.result()
        gc.collect()
        gc.freeze()

    def turn_red(self, why: str) -> None:
        """From now on there is no guidance, from no worker: silence must be visible."""
        self._red = self._red or why
        self.state.say_red(why)
        self.metrics.ready.set(0)

    @property
    def red(self) -> str:
        """Why nothing is answered any more, or nothing; only a restart clears it."""
        return self._red or self.state.red()

    def decide(self, call: Call, gathered: Gathered, at: datetime.datetime) -> Decided:
        """One decision, kept before it is answered. Runs in a thread of its own.

        Raises Refused, EngineError, LedgerError, RulesetError or StateError; then there is no guidance.
        """
        try:
            found = decide(call, gathered, self.serving, self.state, at)
            if self.serving.ledger is not None and found.record is not None:
                self._keep(self.serving.ledger, found.record)
            if found.seen is not None:
                remember_card(self.state, found, self.serving.ruleset, found.seen.person.today)
        except (EngineError, LedgerError, RulesetError, StateError) as error:
            self.turn_red(type(error).__name__)  # also where nobody waits for the answer any more
            self.forget(call)
            raise
        return found

    def forget(self, call: Call) -> None:
        """Takes back that a card was shown, where nobody has seen it: the next call may show it."""
        if self.serving.site.remembers_cards:
            with suppress(StateError):
                Memory(self.state, self.serving.site.site).forget(call.patient, call.instance)

    def _keep(self, path: Path, record: Record) -> None:
        if not path.exists():
            raise LedgerError(f"{path} is gone")
        if not hasattr(self._own, "ledger"):
            self._own.ledger = Ledger.open(path, clock=self.clock)
        append(self._own.ledger, [record])

    def _warm(self) -> None:
        """Makes the engines of the thread this runs in, and waits for the others to have taken theirs."""
        assess(Case(), self.serving.ruleset)
        self._warmed.wait(10)

    def watch(self) -> None:
        """Looks whether the release that is served is still what was released; if not, nothing more is served."""
        try:
            reverify(self.serving.ruleset)
        except RulesetError as error:
            self.turn_red(error.summary)

    def close(self) -> None:
        """Ends the threads, once each has ended what it was doing."""
        self.threads.shutdown(wait=True)
        self.state.close()
