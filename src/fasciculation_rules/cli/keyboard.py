"""What the keyboard's interrupt does while the program is still loading."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

STOPPED = 130


@contextmanager
def stopped_at_once() -> Iterator[None]:
    """Within, an interrupt ends the program there and then.

    Nothing was begun that needs clearing up, and an exception would be raised, and told, in whatever module is loading.
    """
    usual = signal.getsignal(signal.SIGINT)
    if usual is not signal.default_int_handler:  # ignored, as in the background of a script, or somebody else's
        yield
        return
    signal.signal(signal.SIGINT, lambda *_: os._exit(STOPPED))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
