"""Heads and proofs: what another party holds, so that a ledger that is shortened or rewritten is found out."""

from __future__ import annotations

import json

from fasciculation_rules.audit.ledger import merkle
from fasciculation_rules.audit.ledger.entry import Entry, Opening, commit, read_fields
from fasciculation_rules.audit.ledger.store import Ledger
from fasciculation_rules.errors import LedgerError
from fasciculation_rules.model.ledger import Consistency, Head, Inclusion, Proof, Revealed
from fasciculation_rules.shelf.digest import canonical_json


def head_of(ledger: Ledger) -> Head:
    """The head of a ledger as it is now; made from its entries, not from something kept beside them."""
    tree, time = merkle.Tree(), None
    with ledger.reading():
        for entry, _ in ledger.rows():
            tree.add(entry.hash())
            time = entry.time
    peaks = tuple(peak.hex() for peak in tree.peaks)
    return Head(ledger=ledger.id, size=tree.size, root=tree.root.hex(), peaks=peaks, time=time)


def prove_inclusion(ledger: Ledger, named: str, *, size: int | None = None, reveal: bool = False) -> Inclusion:
    """That an entry is in the ledger, as it is or as it was at a size. `reveal` adds its body and salt.

    Raises LedgerError where there is no such entry, or its body was erased and is asked for.
    """
    with ledger.reading():
        entry, opening = ledger.find(named)
        leaves = _leaves(ledger, size)
    if entry.sequence > len(leaves):
        raise LedgerError(f"entry {entry.sequence} is not among the first {len(leaves)}")
    if reveal and opening is None:
        raise LedgerError(f"entry {entry.sequence} was erased, so there is no body to reveal")
    return Inclusion(
        ledger=ledger.id,
        size=len(leaves),
        root=merkle.root_of(leaves).hex(),
        entry=tuple(entry.fields()),
        path=_hex(merkle.inclusion_path(leaves, entry.sequence - 1)),
        revealed=_revealed(opening) if reveal and opening is not None else None,
    )


def _revealed(opening: Opening) -> Revealed:
    return Revealed(salt=opening.salt.hex(), body=json.loads(opening.body))


def prove_consistency(ledger: Ledger, first: int, *, size: int | None = None) -> Consistency:
    """That the ledger of the first so many entries is the beginning of the ledger as it is, or as it was at a size.

    Raises LedgerError where it has not so many.
    """
    with ledger.reading():
        leaves = _leaves(ledger, size)
    if first > len(leaves):
        raise LedgerError(f"there are {len(leaves)} entries and not {first}")
    return Consistency(
        ledger=ledger.id,
        first=first,
        first_root=merkle.root_of(leaves[:first]).hex(),
        size=len(leaves),
        root=merkle.root_of(leaves).hex(),
        path=_hex(merkle.consistency_path(leaves, first)),
    )


def _leaves(ledger: Ledger, size: int | None) -> list[bytes]:
    leaves = [entry.hash() for entry, _ in ledger.rows()]
    if size is not None and size > len(leaves):
        raise LedgerError(f"there are {len(leaves)} entries and not {size}")
    return leaves[:size]


def _hex(path: merkle.Path) -> tuple[str, ...]:
    return tuple(step.hex() for step in path)


# ---------------------------------------------------------------- without the ledger


def fault_in(proof: Proof) -> str | None:
    """Why a proof does not hold, or None. That it holds says something only of a root that is held elsewhere."""
    path, root = [bytes.fromhex(step) for step in proof.path], bytes.fromhex(proof.root)
    if isinstance(proof, Consistency):
        holds = merkle.is_consistent(proof.first, proof.size, path, bytes.fromhex(proof.first_root), root)
        return None if holds else "the path does not lead from the one root to the other"
    try:
        entry = read_fields(proof.entry)
    except ValueError:
        return "what it calls an entry is none"
    if not merkle.is_included(entry.hash(), entry.sequence - 1, proof.size, path, root):
        return "the path does not lead from the entry to the root"
    return None if proof.revealed is None else _fault_in_body(entry, proof.revealed)


def _fault_in_body(entry: Entry, revealed: Revealed) -> str | None:
    found = commit(bytes.fromhex(revealed.salt), canonical_json(revealed.body))
    return None if found == entry.commitment else "the body is not the one that the entry commits to"


def vouched_for(proof: Proof, head: Head) -> bool:
    """Whether a head that is held elsewhere has a root that the proof rests on; of a consistency either of the two."""
    roots = {(proof.size, proof.root)}
    if isinstance(proof, Consistency):
        roots.add((proof.first, proof.first_root))
    return proof.ledger == head.ledger and (head.size, head.root) in roots
