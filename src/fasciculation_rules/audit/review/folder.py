"""Sign-offs in a folder, a file each: read all of them, and add one without ever writing over another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fasciculation_rules.errors import SignatureError
from fasciculation_rules.model.record import read_time
from fasciculation_rules.model.review import SignOff
from fasciculation_rules.model.signing import Envelope
from fasciculation_rules.shelf.envelopes import read_envelope, statement_in

SUFFIX = ".sign-off.json"


@dataclass(frozen=True, slots=True)
class Filed:
    """One sign-off as it lies in its file; whether it is signed by whom it says is looked at elsewhere."""

    name: str
    envelope: Envelope
    said: SignOff


def read_folder(folder: Path) -> tuple[Filed, ...]:
    """Every sign-off of a folder, by name; none where there is no folder.

    Raises SignatureError where a file is no sign-off.
    """
    if not folder.is_dir():
        return ()
    found = []
    for file in sorted(folder.glob(f"*{SUFFIX}")):
        envelope = read_envelope(file.read_bytes(), file.name)
        found.append(Filed(file.name, envelope, statement_in(envelope, SignOff, file.name)))
    return tuple(found)


def add_to(folder: Path, envelope: Envelope, said: SignOff) -> Path:
    """Writes one more.

    Raises SignatureError where this key has signed the same at the same time before.
    """
    moment = read_time(said.at).strftime("%Y%m%dT%H%M%S%z").replace("+", "p").replace("-", "m")
    about = said.rule or f"version-{said.version}"
    file = folder / f"{about}.{said.signer.removeprefix('sha256:')[:12]}.{moment}{SUFFIX}"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with file.open("x", encoding="utf-8", newline="\n") as opened:
            opened.write(envelope.to_json() + "\n")
    except FileExistsError:
        raise SignatureError(f"{file} is there already: this key has signed at this time; name another time") from None
    return file
