"""Reads a whole ledger again: what was edited, dropped, put elsewhere or put in twice is named, entry by entry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from json.encoder import encode_basestring as quoted

from fasciculation_rules.audit.ledger.comparing import Compared, boundaries, compare
from fasciculation_rules.audit.ledger.entry import ERASED, RECORD, Entry, Opening, commit, genesis, link
from fasciculation_rules.audit.ledger.merkle import Tree
from fasciculation_rules.audit.ledger.store import Ledger
from fasciculation_rules.audit.ledger.whence import whence
from fasciculation_rules.model.ledger import Head

_ID, _REFERENCE = b'"id":"', b'"reference":"'


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """What is wrong with an entry, by its number; 0 is the file as a whole."""

    sequence: int
    what: str
    message: str

    def __str__(self) -> str:
        where = f"entry {self.sequence}" if self.sequence else "the file"
        return f"{where}: {self.what}: {self.message}"


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of it. `back`: the entries whose time lies before that of the one before them, which is no fault."""

    size: int
    erased: int
    back: tuple[int, ...]
    faults: tuple[Fault, ...]
    compared: tuple[Compared, ...]

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults and all(each.good for each in self.compared)


@dataclass
class _Seen:
    """What is remembered on the way. `broken` do not follow from the entry before them; `gone` have no body."""

    faults: list[Fault] = field(default_factory=list)
    broken: dict[int, Entry] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    erased: set[int] = field(default_factory=set)
    back: list[int] = field(default_factory=list)
    peaks: dict[int, list[bytes]] = field(default_factory=dict)

    def blame(self, sequence: int, what: str, message: str) -> None:
        self.faults.append(Fault(sequence, what, message))


def verify(ledger: Ledger, heads: Iterable[Head] = ()) -> Verified:
    """Every entry against the one before it and against its body, and the whole against heads held elsewhere."""
    heads, seen, tree = tuple(heads), _Seen(), Tree()
    wanted = {size for head in heads for size in boundaries(head.size)}
    with ledger.reading():
        _walk(ledger, seen, tree, wanted)
        _bodies_alone(ledger, seen)
        _pages(ledger, seen)
        for sequence, (what, message) in whence(ledger, seen.broken).items():
            seen.blame(sequence, what, message)
    for sequence in seen.gone - seen.erased:
        seen.blame(sequence, "dropped", "its body is gone, and no entry says that it was erased")
    for sequence in seen.erased - seen.gone:
        seen.blame(sequence, "put back", "it was erased, and has a body again")
    compared = tuple(compare(head, ledger.id, tree.size, seen.peaks) for head in heads)
    return Verified(tree.size, len(seen.gone & seen.erased), tuple(seen.back), tuple(sorted(seen.faults)), compared)


def _walk(ledger: Ledger, seen: _Seen, tree: Tree, wanted: set[int]) -> None:
    """Each entry follows from the chain as it is stored, or as it was worked out where only that was edited."""
    stored = worked_out = genesis(ledger.id)
    expected = 1
    time: str | None = ""  # of the entry before, unless that cannot be relied on
    for entry, opening in ledger.rows():
        hashed, broken = entry.hash(), False
        tree.add(hashed)
        if entry.sequence != expected:
            _missing(seen, expected, entry.sequence)
        elif not hashed or (entry.chain != link(stored, hashed) and entry.chain != link(worked_out, hashed)):
            seen.broken[entry.sequence], broken = entry, True
        elif time is not None and entry.back is not (entry.time < time):
            seen.blame(entry.sequence, "edited", "whether its time goes back is not as it says")
        if entry.back:
            seen.back.append(entry.sequence)
        if entry.kind == ERASED and entry.target is not None:
            seen.erased.add(entry.target)
        _look_at_body(entry, opening, seen)
        if tree.size in wanted:
            seen.peaks[tree.size] = list(tree.peaks)
        stored, worked_out = entry.chain, link(worked_out, hashed) if broken else entry.chain
        expected, time = entry.sequence + 1, None if broken else entry.time


def _missing(seen: _Seen, expected: int, found: int) -> None:
    if found < expected:
        seen.blame(found, "edited", "its number is not one that an entry has")
        return
    named = f"entry {expected} is" if found == expected + 1 else f"entries {expected} to {found - 1} are"
    seen.blame(expected, "dropped", f"{named} missing, so entry {found} cannot be held against the one before it")


def _look_at_body(entry: Entry, opening: Opening | None, seen: _Seen) -> None:
    if opening is None:
        seen.gone.add(entry.sequence)
    elif commit(opening.salt, opening.body) != entry.commitment:
        seen.blame(entry.sequence, "edited", "its body or its salt is not what it commits to")
    elif entry.kind == RECORD and not _is_found_by_its_own(opening):
        seen.blame(entry.sequence, "edited", "it is found by another id or reference than its record has")


def _is_found_by_its_own(opening: Opening) -> bool:
    """No other key of a record is called `id`, and no other `reference` is text, so that nothing need be parsed."""
    body, key, reference = opening.body, quoted(opening.id or ""), quoted(opening.subject or "")
    return body.startswith(key.encode(), body.rfind(_ID) + len(_ID) - 1) and body.startswith(
        reference.encode(), body.rfind(_REFERENCE) + len(_REFERENCE) - 1
    )


def _bodies_alone(ledger: Ledger, seen: _Seen) -> None:
    sql = "SELECT sequence FROM bodies WHERE sequence NOT IN (SELECT sequence FROM entries)"
    for (sequence,) in ledger.connection.execute(sql):
        seen.blame(sequence, "dropped", "its body is there, and the entry is not")


def _pages(ledger: Ledger, seen: _Seen) -> None:
    """What SQLite itself finds, such as an index that leads nowhere."""
    (said,) = ledger.connection.execute("PRAGMA integrity_check(1)").fetchone()
    if said != "ok":
        seen.blame(0, "damaged", f"SQLite finds: {said}")
