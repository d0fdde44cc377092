"""The service under load, over loopback: `python tests/bench/bench_service.py [--calls N] [--workers N]`.

`--memory-only N` looks at nothing but the memory over N calls.

Eight clients call by the clock, twenty times a second in all, with a prefetch of 300 resources of somebody who
twitches, so that every call is decided by the durable engine and its check. The time of a call is that of its client,
from the moment it was due. Then the rate rises until the slowest of a hundred takes 50 ms. Nothing is asserted.
"""

from __future__ import annotations

import http.client
import json
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent.parent / "src"), str(HERE)]

from bench_exchange import synthetic  # noqa: E402

from fasciculation_rules.audit.ledger import file  # noqa: E402

CLIENTS = 8
RATE = 20.0
SECONDS = 20.0
RATES = (10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 80.0, 100.0)
LIMIT = 50.0
PATH = "/cds-services/muscle-twitching"
SITE = """format: 1
site: bench
time_zone: Europe/London
mode: live
allow_unreviewed: yes
state: state
ledger: decisions.ledger
"""


def call(count: int = 300) -> tuple[bytes, bytes]:
    """A call with so many resources, before and after its hookInstance."""
    data = json.loads(json.dumps(synthetic(count)).replace('"urn:uuid:p"', '"Patient/p"'))
    resources = [each["resource"] for each in data["entry"]]
    person = next(each for each in resources if each["resourceType"] == "Patient")
    keys = {"Condition": "problems", "Observation": "labs", "MedicationRequest": "medications"}
    parts: dict[str, list[object]] = {}
    for each in resources:
        if each is not person:
            parts.setdefault(keys.get(each["resourceType"], "diagnoses"), []).append({"resource": each})
    bundles = {key: {"resourceType": "Bundle", "type": "searchset", "entry": held} for key, held in parts.items()}
    said = {
        "hook": "patient-view",
        "hookInstance": "INSTANCE",
        "context": {"userId": "Practitioner/1", "patientId": person["id"]},
        "prefetch": {"patient": person, **bundles},
    }
    before, after = json.dumps(said).encode().split(b"INSTANCE")
    return before, after


@contextmanager
def service(*arguments: str) -> Iterator[tuple[int, int]]:
    """The program on a free port; its port and its process."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    program = subprocess.Popen(
        [sys.executable, "-m", "fasciculation_rules.cli", "serve", "--port", str(port), *arguments],
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(600):
            try:
                line = http.client.HTTPConnection("127.0.0.1", port)
                line.request("GET", "/ready")
                line.getresponse().read()
                break
            except OSError:
                time.sleep(0.05)
        yield port, program.pid
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(15)


def load(port: int, rate: float, calls: int, parts: tuple[bytes, bytes]) -> list[float]:
    """Milliseconds of each call, from when it was due."""
    took: list[float] = []
    begin = time.perf_counter() + 0.2
    lock = threading.Lock()

    def client(number: int) -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        mine = random.Random(number)
        for turn in range(number, calls, CLIENTS):
            due = begin + turn / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            instance = f"{mine.getrandbits(32):08x}-0000-4000-8000-{turn:012d}".encode()
            line.request("POST", PATH, instance.join(parts))
            answer = line.getresponse()
            body = answer.read()
            done = time.perf_counter()
            if answer.status != 200 or b'"cards":[' not in body:
                raise SystemExit(f"status {answer.status}: {body[:200]!r}")
            with lock:
                took.append((done - due) * 1000)

    clients = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    return took


def worst(took: list[float]) -> float:
    """The time that all but one call in a hundred keep."""
    return statistics.quantiles(took, n=100)[98]


def resident(pid: int) -> int:
    """Megabytes held by the process and its children."""
    found = 0
    for each in [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split())]:
        status = Path(f"/proc/{each}/status").read_text(encoding="ascii")
        held = re.search(r"VmRSS:\s+(\d+)", status)
        found += int(held[1]) // 1024 if held else 0
    return found


def measure(name: str, parts: tuple[bytes, bytes], *arguments: str) -> None:
    """One way of serving: at the usual rate, then as fast as it keeps the limit."""
    with service(*arguments) as (port, _):
        load(port, RATE, 60, parts)
        took = load(port, RATE, int(RATE * SECONDS), parts)
        print(f"{name}: {RATE:g} calls a second, {CLIENTS} clients: median {statistics.median(took):.1f} ms, "
              f"99 % {worst(took):.1f} ms, slowest {max(took):.1f} ms   (target {LIMIT:g})")  # fmt: skip
        kept = 0.0
        for rate in RATES:
            late = worst(load(port, rate, int(rate * 8), parts))
            if late > LIMIT:
                break
            kept = rate
        print(f"{name}: highest rate with 99 % under {LIMIT:g} ms: {kept:g} calls a second")


def memory(calls: int, parts: tuple[bytes, bytes]) -> None:
    """Whether memory stays flat over many calls; few resources, so that twenty thousand of them take minutes."""
    with service() as (port, pid):
        held = []
        for _ in range(4):
            load(port, 10_000.0, calls // 4, parts)
            held.append(resident(pid))
        print(f"memory over {calls} calls, a reading each quarter: {', '.join(map(str, held))} MB")


def main(arguments: list[str]) -> None:
    """Without and with a ledger, then the memory."""
    said = dict(zip(arguments[::2], arguments[1::2], strict=True))
    workers = ["--workers", said.get("--workers", "1")]
    parts = call()
    print(f"a call has {sum(map(len, parts)) / 1e6:.2f} MB; {workers[1]} worker(s)")
    if "--memory-only" in said:
        memory(int(said["--memory-only"]), call(20))
        return
    measure("without ledger", parts, *workers)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "site.yaml").write_text(SITE, encoding="utf-8")
        file.begin(Path(folder) / "decisions.ledger")
        site = ["--config", str(Path(folder) / "site.yaml"), "--public-url", "http://x", "--insecure-no-auth"]
        measure("with ledger", parts, *site, *workers)
    memory(int(said.get("--calls", "400")), call(20))


if __name__ == "__main__":
    main(sys.argv[1:])
