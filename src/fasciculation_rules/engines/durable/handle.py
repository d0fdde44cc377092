"""One native ruleset: made, warmed, asked one message at a time, and given back."""

from __future__ import annotations

from fasciculation_rules.engines.durable.binding import Extension
from fasciculation_rules.engines.durable.compile import Sheet

SID = "1"
"""The one state of a handle. Two patients' ids may hash alike; one constant cannot."""

_FACT = '{"id":"1","sid":"1"}'  # Retracting reads nothing else of a message.


class BrokenHandleError(Exception):
    """The extension said something no healthy handle says. Nothing may be asked of this handle again."""


class Handle:
    """A handle of the extension, for one thread at a time."""

    def __init__(self, extension: Extension, sheet: Sheet) -> None:
        self._extension = extension
        self._assert = extension.assert_fact
        self._start = extension.start_action_for_state
        self._complete = extension.complete_and_start_action
        self._retract = extension.retract_fact
        self._masks = sheet.masks
        self._sentinel = sheet.sentinel
        self._bound = range(len(sheet.masks) + 1)
        self.healthy = False
        self._handle = extension.create_ruleset("fasciculation_rules", sheet.definition)

    def warm(self, message: str) -> None:
        """The first message: a state that has run no action yet cannot be deleted without a crash."""
        self.evaluate(message)
        self.healthy = True

    def evaluate(self, message: str) -> int:
        """The masks of all rules that fire, joined.

        Raises BrokenHandleError, or whatever interrupted it; after either the handle is not healthy.
        """
        handle, masks, complete = self._handle, self._masks, self._complete
        found = 0
        rule = ""
        try:
            code, state = self._assert(handle, message)
            # Asking for firings of a message that was not taken reads freed memory.
            started = None if code else self._start(handle, state)
            if started is None:
                raise BrokenHandleError(f"the message was not taken (code {code})")
            firing = started[1]
            for _ in self._bound:
                rule = firing[2:4]
                following = complete(handle, state)
                if following is None:
                    break
                # Not a key if it is the sentinel, so that this raises if the sentinel is not the last to fire.
                found |= masks[rule]
                firing = following
            else:
                raise BrokenHandleError("more firings than rules")
            if rule != self._sentinel:
                raise BrokenHandleError(f"rule {rule} fired last")
            code, _ = self._retract(handle, _FACT)
            if code:
                raise BrokenHandleError(f"the message was not retracted (code {code})")
        except BaseException:
            self.healthy = False
            raise
        return found

    def close(self) -> None:
        """Frees the handle. Of an unhealthy one only the rules: touching its state reads freed memory."""
        if self.healthy:
            self.healthy = False
            self._extension.delete_state(self._handle, SID)
        self._extension.delete_ruleset(self._handle)
