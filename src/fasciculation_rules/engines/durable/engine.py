"""The engine `durable`: both rails by Rete, derivations as stages, one set of handles a thread and process."""

from __future__ import annotations

import os
import threading
import weakref

from fasciculation_rules.engines.durable.binding import PROVED_VERSION, Extension, load
from fasciculation_rules.engines.durable.compile import Stage, to_durable
from fasciculation_rules.engines.durable.handle import BrokenHandleError, Handle
from fasciculation_rules.engines.durable.message import Messages
from fasciculation_rules.errors import EngineError
from fasciculation_rules.logic.facts import Facts
from fasciculation_rules.logic.program import ABSENT, PRESENT, UNKNOWN, Answer, Program, Vector


class DurableEngine:
    """durable_rules behind fourteen guards. Building it compiles the rules; handles come with the first answer."""

    name = "durable"
    version = PROVED_VERSION

    def __init__(self, program: Program, *, extension: Extension | None = None) -> None:
        """`extension` stands in for the real one in tests."""
        self.program = program
        self._extension = extension or load()
        self.stages = to_durable(program)
        self._messages = Messages(program)
        self._local = threading.local()

    def answer(self, vector: Vector) -> Answer:
        """As every engine answers.

        Handles that fail are thrown away and built once more. Raises EngineError if those fail too.
        """
        fragments = self._messages.fragments(vector)
        failure: Exception | None = None
        for _ in range(2):
            handles = None
            try:
                handles = self._take()
                answer = handles.answer(vector, fragments)
            except Exception as error:  # noqa: BLE001  whatever the extension raises, no handle may live on
                failure = error
                if handles is not None:
                    handles.close()
            else:
                # What interrupts the answer (a Ctrl-C) skips this, and the handles are freed.
                self._local.handles = handles
                return answer
        raise EngineError("durable_rules failed twice on fresh rules, and gives no answer") from failure

    def close(self) -> None:
        """Frees the handles of every thread; no thread may be waiting for an answer."""
        self._local = threading.local()

    def _take(self) -> _Handles:
        """This thread's handles, which are its own until put back: a signal handler that asks builds others."""
        held: _Handles | None = self._local.__dict__.pop("handles", None)
        if held is not None and held.pid == os.getpid():
            return held
        return _Handles(self._extension, self.stages, self._messages, self.program)


class _Handles:
    """One thread's handles, stage by stage."""

    def __init__(self, extension: Extension, stages: tuple[Stage, ...], messages: Messages, program: Program) -> None:
        self.pid = os.getpid()
        self._width = len(program.names)
        warm = messages.fragments(program.encode(Facts()))
        opened: list[Handle] = []
        self.close = weakref.finalize(self, _release, opened, self.pid)
        # At exit the process gives back its memory itself, and the extension may be gone by then.
        self.close.atexit = False
        self._stages = []
        for stage in stages:
            sheets = []
            for sheet in stage.sheets:
                handle = Handle(extension, sheet)
                opened.append(handle)
                handle.warm("".join(sheet.pick(warm)))
                sheets.append((sheet.pick, handle.evaluate))
            derived = [(bit, bit << self._width, slot, messages.derived[slot]) for bit, slot in stage.derived]
            self._stages.append((sheets, derived))

    def answer(self, vector: Vector, fragments: list[str]) -> Answer:
        """Runs the stages; what one derives, the next reads."""
        join = "".join
        found = 0
        for sheets, derived in self._stages:
            for pick, evaluate in sheets:
                found |= evaluate(join(pick(fragments)))
            for true_bit, false_bit, slot, states in derived:
                vector[slot] = PRESENT if found & true_bit else ABSENT if found & false_bit else UNKNOWN
                fragments[slot] = states[vector[slot]]
        true, false = found & (1 << self._width) - 1, found >> self._width
        if true & false:
            raise BrokenHandleError("a condition is both true and false")
        return Answer(true, false)


def _release(handles: list[Handle], pid: int) -> None:
    """Frees the handles; in a forked child they are a copy of the parent's, perhaps in the middle of an answer."""
    if os.getpid() == pid:
        for handle in handles:
            handle.close()
