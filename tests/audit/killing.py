"""Four writers append to one ledger while each is killed again and again: `python killing.py LEDGER ACKS KILLS`.

Whoever starts it reads the files in the folder ACKS: a line for each record that was acknowledged. It prints how
many writers were killed while they worked.
"""

from __future__ import annotations

import datetime
import os
import random
import signal
import sys
import time
from pathlib import Path

from fasciculation_rules.audit.ledger.appending import append
from fasciculation_rules.audit.ledger.store import Ledger
from fasciculation_rules.audit.record import Record, id_of
from fasciculation_rules.shelf.digest import canonical_json

WRITERS = 4
TEMPLATE = Path(__file__).resolve().parent / "fixtures" / "0.1.0.jsonl"


def numbered(data: dict[str, object], name: str) -> Record:
    """A record that there is only one of."""
    changed = {**data, "reference": name}
    return Record(canonical_json({**changed, "id": id_of(changed)}))


def write(ledger: Path, acks: Path, name: str) -> None:
    """Appends until it is killed; says of each record that it is kept only once it is."""
    data = Record(TEMPLATE.read_bytes().splitlines()[0]).data
    chance, count = random.Random(name), 0
    told = os.open(acks / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with Ledger.open(ledger, clock=lambda: datetime.datetime.now(datetime.UTC)) as opened:
        while True:
            records = [numbered(data, f"{name}-{count + place}") for place in range(chance.randint(1, 12))]
            count += len(records)
            receipts = append(opened, records)
            os.write(told, b"".join(b"%d %s\n" % (each.sequence, each.id.encode()) for each in receipts))


def start(ledger: Path, acks: Path, name: str) -> int:
    """The process id of a new writer."""
    child = os.fork()
    if child == 0:
        try:
            write(ledger, acks, name)
        finally:
            os._exit(9)  # a writer ends only by being killed; if it fails, it is seen by this
    return child


def main(ledger: Path, acks: Path, kills: int) -> None:
    """Kills as many as is asked."""
    chance, started, killed = random.Random(kills), WRITERS, 0
    running = [start(ledger, acks, f"writer-{number}") for number in range(WRITERS)]
    while killed < kills:
        time.sleep(chance.uniform(0.005, 0.08))
        place = chance.randrange(WRITERS)
        os.kill(running[place], signal.SIGKILL)
        _, status = os.waitpid(running[place], 0)
        if not os.WIFSIGNALED(status):
            sys.exit(f"a writer ended by itself with {os.waitstatus_to_exitcode(status)}")
        killed += 1
        running[place] = start(ledger, acks, f"writer-{started}")
        started += 1
    for child in running:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    print(killed)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
