"""Whence an entry comes that does not follow: is it another one over again, or from elsewhere, or edited?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fasciculation_rules.audit.ledger.entry import Entry, genesis, link
from fasciculation_rules.audit.ledger.store import Ledger

FEW, MANY = 100, 1_000
"""Up to a few broken entries, each is tried in the places of all others; up to many, in those beside it."""


def whence(ledger: Ledger, broken: Mapping[int, Entry]) -> dict[int, tuple[str, str]]:
    """What became of each broken entry, as far as that can be seen: a word, and a sentence."""
    copies = _copies(ledger, broken) if broken else {}
    found = {}
    for sequence, entry in broken.items():
        if sequence in copies:
            found[sequence] = ("duplicated", f"it is entry {copies[sequence]} over again")
        elif len(broken) <= MANY and (place := _place_of(entry, broken, ledger)) is not None:
            found[sequence] = ("reordered", f"it holds what was entry {place}")
        else:
            found[sequence] = ("edited", "it does not follow from the one before it")
    return found


def _copies(ledger: Ledger, broken: Mapping[int, Entry]) -> dict[int, int]:
    """For broken entries an earlier one with the same commitment: salts are random, so no two are ever alike."""
    wanted = {entry.commitment for entry in broken.values()}
    first: dict[bytes, int] = {}
    copies = {}
    for entry, _ in ledger.rows():
        if entry.commitment in wanted and first.setdefault(entry.commitment, entry.sequence) != entry.sequence:
            copies[entry.sequence] = first[entry.commitment]
    return copies


def _place_of(entry: Entry, broken: Mapping[int, Entry], ledger: Ledger) -> int | None:
    """The number with which the entry would follow from what stands before that number, or beside itself."""
    here = entry.sequence
    places: list[int] = list(dict.fromkeys((here - 1, here + 1, *(broken if len(broken) <= FEW else ()))))
    beside = [*_chain(here - 1, ledger), *_chain(here + 1, ledger)]
    for place in places:
        if place not in (here, 0):
            hashed = entry.at(place).hash()
            if any(link(chain, hashed) == entry.chain for chain in (*beside, *_chain(place - 1, ledger))):
                return place
    return None


def _chain(place: int, ledger: Ledger) -> Iterator[bytes]:
    """The chain that stands at a number."""
    if place == 0:
        yield genesis(ledger.id)
    else:
        yield from (entry.chain for entry, _ in ledger.rows("WHERE sequence = ?", place))
