"""Keeps other processes out of a folder while something is done in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone(place: Path, refusal: Exception) -> Iterator[None]:
    """Holds the lock of a folder, where the system has such locks. Raises `refusal` where another process holds it.

    The system ends the lock with the process, however that ends; nothing is left behind.
    """
    try:
        from fcntl import LOCK_EX, LOCK_NB, flock
    except ImportError:  # Windows: nobody is kept out
        yield
        return
    handle = os.open(place, os.O_RDONLY)
    try:
        try:
            flock(handle, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            raise refusal from None
        yield
    finally:
        os.close(handle)
