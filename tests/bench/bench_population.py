"""Cohorts, Parquet to Parquet, beside scanning the same columns: `bench_population.py [PEOPLE ...] [RUN ...]`.

Every run is a process of its own, so that its memory is its own. Runs are scan, columns, sql, screened and, where it
is installed, spark, whose processor time is not counted because it is that of Java. Nothing is asserted.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from fasciculation_rules import open_ruleset

VERSIONS = ("0.1.0", "1.0.0", "1.1.0")
PEOPLE = (100_000, 1_000_000)


def read_by(version: str) -> list[str]:
    """The columns that a version reads."""
    from fasciculation_rules.population.schema import WideForm

    return list(WideForm.of(open_ruleset(version)).columns)


def scan(files: list[Path], version: str, _out: Path) -> None:
    """The limit: every column that the version reads is read and added up."""
    import polars as pl

    columns = ["person_id", *read_by(version)]
    pl.scan_parquet(files).select(pl.col(columns).sum()).collect(engine="streaming")


def columns(files: list[Path], version: str, out: Path) -> None:
    """Polars: every answer of everybody, one file after the other as `screen` does, or the memory is that of a scan."""
    import polars as pl

    from fasciculation_rules.engines.columns.to_polars import Printed
    from fasciculation_rules.population.sheets import sheet_of

    printed = Printed(sheet_of(open_ruleset(version)), read_by(version))
    for file in files:
        printed.sink(pl.scan_parquet(file), out / file.name, ["person_id"])


def screened(files: list[Path], version: str, out: Path) -> None:
    """The command: duplicates sought, rows checked, the cohort answered and counted, a digest of it."""
    import datetime

    from fasciculation_rules.population.screening import Options, screen

    screen(str(files[0].parent), out / "screened", open_ruleset(version), Options(datetime.date(2026, 11, 1)))


def sql(files: list[Path], version: str, out: Path) -> None:
    """DuckDB: every answer of everybody."""
    from fasciculation_rules.population.in_duckdb import sink_with_duckdb

    sink_with_duckdb(open_ruleset(version), files, read_by(version), out / "answers.parquet", threads=2)


def spark(files: list[Path], version: str, out: Path) -> None:
    """Spark on this machine; its start is told apart."""
    from fasciculation_rules.population.in_spark import answered_by_spark, spark_of

    ruleset, start = open_ruleset(version), time.perf_counter()
    session = spark_of()
    print(f"start {time.perf_counter() - start:.1f}", file=sys.stderr)
    answers = answered_by_spark(session, ruleset, files, read_by(version))
    answers.write.mode("overwrite").parquet(str(out / "answers"))


RUNS = {run.__name__: run for run in (scan, columns, sql, screened, spark)}


def child(name: str, version: str, out: str, *files: str) -> None:
    """One run, with the time it took and the most memory it held."""
    start, spent = time.perf_counter(), time.process_time()
    RUNS[name]([Path(file) for file in files], version, Path(out))
    took, spent = time.perf_counter() - start, time.process_time() - spent
    most = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    print(json.dumps([took, spent, int(most.split()[1]) / 1000]))


def measured(name: str, version: str, out: Path, files: list[Path]) -> list[float]:
    """Seconds, processor seconds and megabytes of a run in a process of its own."""
    command = [sys.executable, __file__, "--child", name, version, str(out), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    for line in done.stderr.splitlines():
        if line.startswith("start "):  # others are of Spark itself
            print(f"    {line} s of Spark")
    found: list[float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main(sizes: list[int], names: list[str]) -> None:
    """Prints a table."""
    from fasciculation_rules.population.generating import generate
    from fasciculation_rules.population.schema import WideForm

    with tempfile.TemporaryDirectory(prefix="bench-population-") as place:
        folder, out = Path(place) / "people", Path(place) / "out"
        for people in sizes:
            made_for: list[str] = []
            for version in VERSIONS:
                ruleset = open_ruleset(version)
                there = list(WideForm.of(ruleset).columns)
                if there != made_for:
                    made_for = there
                    shutil.rmtree(folder, ignore_errors=True)
                    start = time.perf_counter()
                    files = generate(ruleset, people, 1, folder)
                    made, size = time.perf_counter() - start, sum(file.stat().st_size for file in files) / 1e6
                    print(f"{people:,} people, {len(there)} columns, {size:.0f} MB, made in {made:.1f} s")
                print(f"  {version}: {len(ruleset.rules)} rules")
                limit = limit_spent = 0.0
                for name in names:
                    out.mkdir()
                    took, spent, memory = measured(name, version, out, files)
                    shutil.rmtree(out)
                    limit, limit_spent = (took, spent) if name == "scan" else (limit, limit_spent)
                    ratio = f"{took / limit:6.1f} x scan, {spent / limit_spent:6.1f} x its cpu" if limit else ""
                    print(f"    {name:9}{took:8.2f} s {spent:8.2f} s cpu {memory:7.0f} MB {ratio}", flush=True)
            shutil.rmtree(folder)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[:1] == ["--child"]:
        child(*arguments[1:])
    else:
        chosen = [each for each in arguments if each in RUNS] or [name for name in RUNS if name != "spark"]
        main([int(each) for each in arguments if each.isdigit()] or list(PEOPLE), chosen)
