"""`python tests/audit/make_fixture.py VERSION` writes fixtures/VERSION.jsonl: sixty decisions of a release, for ever.

A fixture is made once, when its release is made, and is replayed by every later library. It is never made again:
a decision that a library no longer gives is a fault of the library.
"""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
FIXTURES = Path(__file__).resolve().parent / "fixtures"
COUNT = 60
SMALL = 4_000
"""No decision that takes more bytes than this is kept."""


def main(version: str) -> None:
    """Writes the file, or says that it is there."""
    sys.path.insert(0, str(CHECKOUT))
    from tests.audit.making import Asked, Mixed

    from fasciculation_rules import Case, open_ruleset

    file = FIXTURES / f"{version}.jsonl"
    if file.exists():
        sys.exit(f"{file.name} is there, and is history")
    ruleset = open_ruleset(version)
    vignettes = [Asked(Case(given=vignette.given), ruleset, vignette.on) for vignette in ruleset.cases.values()]
    kept = vignettes[:: max(2, 2 * len(vignettes) // COUNT)]
    engines = ("durable", "compiled", "reference")
    found = (
        asked.record(reference=f"fixture-{number:03}", engine=engines[number % 3])
        for number, asked in enumerate([*kept, *islice(Mixed(ruleset, seed=2026), 4 * COUNT)])
    )
    lines = islice((record.line + b"\n" for record in found if len(record.line) < SMALL), COUNT)
    FIXTURES.mkdir(exist_ok=True)
    file.write_bytes(b"".join(lines))


if __name__ == "__main__":
    main(*sys.argv[1:])
