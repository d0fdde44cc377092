"""Comparisons of versions: one at a time, few in waiting, and each only once."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from concurrent.futures import Future

from fasciculation_rules.audit.documents.hti1 import differing
from fasciculation_rules.proof.compare.account import as_json, compare
from fasciculation_rules.server.refusing import Refused
from fasciculation_rules.shelf.opening import open_ruleset

MOST_WAITING = 4
MOST_KEPT = 16

Pair = tuple[str, str]


class Comparisons:
    """What was compared, by the digests of both versions, and what is being compared.

    The threads end with the process: a comparison that nobody can be told of any more is not waited for.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[Pair, bytes] = OrderedDict()
        self._running: dict[Pair, Future[bytes]] = {}
        self._lock, self._turn = threading.Lock(), threading.Lock()

    def of(self, old: str, new: str) -> Future[bytes]:
        """The JSON of one comparison, once it is there.

        Raises Refused (429) where too many wait.
        """
        with self._lock:
            found = self._running.get((old, new))
            if found is not None:
                return found
            if len(self._running) >= MOST_WAITING:
                raise Refused(429, "throttled", "too many comparisons wait already; ask again in a minute")
            found = self._running[old, new] = Future()
        threading.Thread(target=self._run, args=((old, new), found), name="comparing", daemon=True).start()
        return found

    def _run(self, pair: Pair, found: Future[bytes]) -> None:
        try:
            with self._turn:
                body = self._compared(*pair)
        except BaseException as error:  # noqa: BLE001 - whoever waits is told
            self._done(pair)
            found.set_exception(error)
        else:
            self._done(pair)
            found.set_result(body)

    def _done(self, pair: Pair) -> None:
        with self._lock:
            del self._running[pair]

    def _compared(self, old: str, new: str) -> bytes:
        one, other = open_ruleset(old), open_ruleset(new)
        key = one.text_digest, other.text_digest
        if key not in self._kept:
            found = compare(one, other)
            named = [{"id": id_, "before": before, "after": after} for id_, before, after in differing(one, other)]
            body = {**as_json(found), "source_attributes": named}
            self._kept[key] = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]
