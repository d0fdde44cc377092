"""Private keys as people keep them: in a PEM file, which may be under a passphrase."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from fasciculation_rules.audit.dsse import SigningKey


def read_key_file(file: Path) -> SigningKey:
    """The key; where it is under a passphrase, that is asked for.

    Raises SignatureError where it cannot be read, SigningUnavailableError without the extra `sign`.
    """
    from fasciculation_rules.audit.dsse import read_key

    pem = file.read_bytes()
    hidden = b"ENCRYPTED" in pem
    return read_key(pem, typer.prompt("passphrase", hide_input=True, err=True).encode() if hidden else None)
