"""What went wrong in Polars, in a sentence that repeats none of its message: that may hold somebody's data."""

from __future__ import annotations

import errno
import os

import polars as pl

from fasciculation_rules.errors import PopulationError

_OF_THE_SYSTEM = {
    number: os.strerror(number)
    for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.EACCES)
}


def failed(error: pl.exceptions.PolarsError | OSError, what: str) -> PopulationError:
    """The error to raise instead, with the reason where it is one of the system; `what` says what was being done."""
    said = str(error).lower()
    for reason in _OF_THE_SYSTEM.values():
        if reason.lower() in said:
            return PopulationError(f"{what}: {reason.lower()}")
    return PopulationError(f"{what}; a file may have been damaged: make it anew")
