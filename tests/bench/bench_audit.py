"""What records and the ledger cost: `python tests/bench/bench_audit.py [VERSION]`. Nothing is asserted.

What only computes is told in time of the processor, so that a busy machine tells nearly the same as an idle one;
what waits for the disk is told in time of the clock. The best of a few rounds, with the median beside it.
"""

from __future__ import annotations

import datetime
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from itertools import count, cycle, islice
from pathlib import Path

from fasciculation_rules import Case, Ruleset, assess, open_ruleset
from fasciculation_rules.audit.ledger.appending import append
from fasciculation_rules.audit.ledger.erasing import erase
from fasciculation_rules.audit.ledger.file import begin
from fasciculation_rules.audit.ledger.heads import head_of
from fasciculation_rules.audit.ledger.store import Ledger
from fasciculation_rules.audit.ledger.verifying import verify
from fasciculation_rules.audit.record import Record, id_of, record_of
from fasciculation_rules.audit.replay import replay
from fasciculation_rules.shelf.digest import canonical_json

AT = datetime.datetime(2026, 11, 22, 17, 40, tzinfo=datetime.UTC)
ROUNDS, BATCH, SIZE = 7, 100, 5_000


def timed(call: Callable[[], object], clock: Callable[[], float]) -> float:
    """Seconds of one call, by a clock."""
    start = clock()
    call()
    return clock() - start


def rounds(
    call: Callable[[], object], each: int, clock: Callable[[], float] = time.process_time
) -> tuple[float, float]:
    """The best and the median of some rounds, in microseconds for each of what one call does."""
    times = [timed(call, clock) / each * 1e6 for _ in range(ROUNDS)]
    return min(times), statistics.median(times)


def say(what: str, found: tuple[float, float], target: str = "") -> None:
    """One line."""
    print(f"{what:<44}{found[0]:9.1f} us, median {found[1]:9.1f} us{f'   ({target})' if target else ''}")


def records(ruleset: Ruleset) -> list[Record]:
    """Records of the kept cases of the ruleset, each under a reference of its own, over and over; timed on the way."""
    kept = [(Case(given=vignette.given), vignette.on) for vignette in ruleset.cases.values()]
    decided = [(case, on, assess(case, ruleset, on=on, engine="compiled")) for case, on in kept]

    def all_recorded() -> list[Record]:
        return [record_of(case, ruleset, made, at=AT, reference="visit-1", on=on) for case, on, made in decided]

    made = all_recorded()
    say("record, beyond the assessment", rounds(all_recorded, len(kept)), "target below 500 us")
    assessed = rounds(lambda: [assess(case, ruleset, on=on, engine="compiled") for case, on in kept], len(kept))
    say("  an assessment, compiled", assessed)
    lengths = [len(record.line) for record in made]
    print(f"{'bytes a record':<44}{statistics.mean(lengths):9.0f}, largest {max(lengths)}   (target below 4,000)")
    few = made[:20]
    say("replay, compiled", rounds(lambda: [replay(record, engines=("compiled",)) for record in few], len(few)))
    return [numbered(record, number) for number, record in enumerate(islice(cycle(made), SIZE))]


def numbered(record: Record, number: int) -> Record:
    """The same under a reference of its own."""
    data = {**record.data, "reference": f"d1577c69-dfbe-44ad-ba6d-{number:012}"}
    return Record(canonical_json({**data, "id": id_of(data)}))


def ledger(made: list[Record], folder: Path) -> None:
    """Appending, verifying, head and erasing, on the disk of the folder."""
    numbers, path = count(), folder / "decisions.ledger"

    def appended(batch: int) -> tuple[float, float]:
        path = folder / f"{next(numbers)}.ledger"
        begin(path)
        with Ledger.open(path, clock=lambda: AT) as opened:
            batches = [made[start : start + batch] for start in range(0, min(len(made), 20 * batch), batch)]
            clock = time.perf_counter
            times = [timed(partial(append, opened, each), clock) / batch * 1e6 for each in batches]
        return min(times), statistics.median(times)

    say(f"append, {BATCH} at a time, on the disk", appended(BATCH), "target below 500 us")
    say("append, one at a time, on the disk", appended(1))
    begin(path)
    with Ledger.open(path, clock=lambda: AT) as opened:
        for start in range(0, SIZE, BATCH):
            append(opened, made[start : start + BATCH])
        say("verify, an entry", rounds(lambda: verify(opened), SIZE), "target below 20 us")
        head = head_of(opened)
        say("verify against a head, an entry", rounds(lambda: verify(opened, [head]), SIZE))
        say("head, an entry", rounds(lambda: head_of(opened), SIZE))
        erasing = iter(range(1, 1_000))
        erased = rounds(lambda: erase(opened, str(next(erasing)), basis="x", by="y"), 1, time.perf_counter)
        say("erase, whole, on the disk", erased)
    print(f"{'bytes of the ledger, an entry':<44}{path.stat().st_size / SIZE:9.0f}   (target below 4,000)")


def main() -> None:
    """Prints every figure."""
    ruleset = open_ruleset(sys.argv[1] if len(sys.argv) > 1 else None)
    print(f"ruleset {ruleset.version}, {len(ruleset.rules)} rules, {len(ruleset.cases)} cases")
    made = records(ruleset)
    with tempfile.TemporaryDirectory() as folder:
        ledger(made, Path(folder))


if __name__ == "__main__":
    main()
