"""Private keys as people keep them: in a PEM file, which may be under a passphrase."""

from __future__ import annotations

import sys
import warnings
from getpass import GetPassWarning, getpass
from pathlib import Path
from typing import TYPE_CHECKING

from fasciculation_rules.errors import SignatureError
from fasciculation_rules.shelf.locate import read_bytes, unreadable
from fasciculation_rules.shelf.strict_yaml import MAX_BYTES

if TYPE_CHECKING:
    from fasciculation_rules.audit.dsse import SigningKey


def read_key_file(file: Path) -> SigningKey:
    """The key; where it is under a passphrase, that is asked for.

    Raises SignatureError where it cannot be read, SigningUnavailableError without the extra `sign`.
    """
    from fasciculation_rules.audit.dsse import read_key

    try:
        pem = read_bytes(file, MAX_BYTES)
    except OSError as error:
        raise SignatureError("the key cannot be read", [unreadable(str(file), error)]) from None
    return read_key(pem, _asked() if b"ENCRYPTED" in pem else None)


def _asked() -> bytes:
    """The passphrase, which is not shown while it is typed."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", GetPassWarning)
        try:
            return getpass("passphrase: ", stream=sys.stderr).encode()
        except (GetPassWarning, EOFError):
            raise SignatureError(
                "the key is under a passphrase, and there is no terminal on which to ask for it; sign on one"
            ) from None
