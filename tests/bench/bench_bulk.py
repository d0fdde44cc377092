"""Exports of FHIR, NDJSON to a table: `bench_bulk.py [PEOPLE ...]`.

Each person has thirty resources in the shape of synthetic records, as in bench_exchange. Every step is timed in one
process of its own, so that its memory is its own; processor seconds, since machines are shared. Nothing is asserted.
"""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bench_exchange import resource

from fasciculation_rules import open_ruleset

EACH = 30
PEOPLE = (1_000, 10_000)
DAY = datetime.date(2026, 11, 22)


def resources(person: int, templates: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of one person, with ids and references of her own."""
    found = [{"resourceType": "Patient", "id": f"p{person}", "birthDate": "1984-03-02", "gender": "female"}]
    for number, template in enumerate(templates, start=1):
        own = {**template, "id": f"{person}-{number}", "subject": {"reference": f"Patient/p{person}"}}
        if "encounter" in own:
            own["encounter"] = {"reference": f"Encounter/{person}-{number // 10 * 10}"}
        found.append(own)
    return found


def write(people: int, place: Path) -> None:
    """One file by type."""
    templates = [resource(number) for number in range(1, EACH)]
    files: dict[str, Any] = {}
    for person in range(people):
        for each in resources(person, templates):
            kind = each["resourceType"]
            if kind not in files:
                files[kind] = (place / f"{kind}.ndjson").open("w", encoding="utf-8")
            files[kind].write(json.dumps(each) + "\n")
    for file in files.values():
        file.close()


def child(place: str, out: str) -> None:
    """One run: processor seconds of the check, of the spreading and of the parts, and the most memory."""
    from fasciculation_rules.population.intake.bulk.reader import BulkReader, open_bulk
    from fasciculation_rules.population.intake.preparing import prepare

    times = [time.process_time()]
    ruleset = open_ruleset("1.1.0")
    times.append(time.process_time())
    reader = open_bulk(Path(place), ruleset, time_zone=ZoneInfo("Europe/London"), as_of=DAY)
    times.append(time.process_time())
    spread = BulkReader.spread

    def timed(self: BulkReader, *given: Any) -> int:
        parts = spread(self, *given)
        times.append(time.process_time())
        return parts

    BulkReader.spread = timed  # type: ignore[method-assign]
    found = prepare(reader, Path(out), ruleset)
    times.append(time.process_time())
    most = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    steps = [after - before for before, after in pairwise(times[1:])]
    print(json.dumps([*steps, found.parts, int(most.split()[1]) / 1000]))


def main(sizes: list[int]) -> None:
    """Prints a line for each size."""
    for people in sizes:
        with tempfile.TemporaryDirectory(prefix="bench-bulk-") as held:
            place = Path(held) / "export"
            place.mkdir()
            write(people, place)
            size = sum(file.stat().st_size for file in place.iterdir()) / 1e6
            command = [sys.executable, __file__, "--child", str(place), f"{held}/table"]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            check, spread, parts, number, memory = json.loads(done.stdout)
            total, count = check + spread + parts, people * EACH
            print(
                f"{people:,} people, {count:,} resources, {size:,.0f} MB, {number} parts: "
                f"check {check:.1f} s, spreading {spread:.1f} s, people {parts:.1f} s cpu; "
                f"{count / total:,.0f} resources/s, {memory:.0f} MB",
                flush=True,
            )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:])
    else:
        main([int(each) for each in sys.argv[1:]] or list(PEOPLE))
