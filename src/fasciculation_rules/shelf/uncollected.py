"""Makes what stays without Python's cyclic collector, which would walk all that was made again and again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """No cyclic collection until the end of the block; then it is as it was.

    Opening a ruleset, or an engine for it, makes many thousand objects that stay and few that go: a sixth of the time
    went into looking.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
