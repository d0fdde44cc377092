"""The service as a process: where it refuses to run, how it stops, and that several workers are one service."""

from __future__ import annotations

import datetime
import http.client
import io
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from asking import CALLS
from ehr_people import body, condition, prefetch, serving

from fasciculation_rules.errors import SiteError
from fasciculation_rules.server import canaries
from fasciculation_rules.server.logs import Log, Others
from fasciculation_rules.server.running import Run, checked, prepare
from fasciculation_rules.server.serving import check_review, review_due

CALL = json.dumps(body(prefetch(condition("fasciculation", 3), condition("weakness_progressive", 1))))
PROGRAM = [sys.executable, "-m", "fasciculation_rules.cli", "serve"]
SITE = "format: 1\nsite: test\ntime_zone: Europe/London\nruleset: 1.1.0\n"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The program, once it is ready."""
    port = free_port()
    program = subprocess.Popen([*PROGRAM, "--port", str(port), *arguments], stderr=subprocess.PIPE, text=True)
    try:
        for _ in range(300):
            if program.poll() is not None or status(port, "GET", "/ready") == 200:
                break
            time.sleep(0.1)
        yield program, port
    finally:
        program.kill()
        program.communicate()


def status(port: int, method: str, path: str, content: str | None = None) -> int:
    """The status of one request; 0 where nobody listens."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        line.request(method, path, content)
        found = line.getresponse()
        found.read()
    except ConnectionRefusedError:
        return 0
    finally:
        line.close()
    return found.status


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.nightly)])
def test_it_stops_without_dropping_a_call(workers: int) -> None:
    with running("--workers", str(workers)) as (program, port):
        seen: list[int] = []
        stop = threading.Event()

        def client() -> None:
            while not stop.is_set():
                seen.append(status(port, "POST", CALLS, CALL))
                if status(port, "GET", "/ready") != 200:  # as a balancer would, it sends nothing more
                    return

        clients = [threading.Thread(target=client) for _ in range(4)]
        for each in clients:
            each.start()
        time.sleep(1)
        program.send_signal(signal.SIGTERM)
        begun = time.monotonic()
        assert program.wait(10) == 0
        assert time.monotonic() - begun < 10
        stop.set()
        for each in clients:
            each.join()
    assert len(seen) > 8
    assert set(seen) == {200}


@pytest.mark.nightly
def test_a_worker_that_dies_ends_all_so_that_whoever_watches_starts_anew() -> None:
    with running("--workers", "2") as (program, _port):
        children = Path(f"/proc/{program.pid}/task/{program.pid}/children").read_text(encoding="utf-8").split()
        workers = [int(each) for each in children if b"spawn_main" in Path(f"/proc/{each}/cmdline").read_bytes()]
        os.kill(workers[0], signal.SIGKILL)
        assert program.wait(15) == 1


def refused(run: Run) -> str:
    with pytest.raises(SiteError) as told:
        prepare(checked(run))
    return str(told.value)


def site(folder: Path, text: str = SITE) -> Path:
    path = folder / "site.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_it_refuses_to_answer_the_world_without_knowing_who_asks_or_in_the_clear(tmp_path: Path) -> None:
    path = site(tmp_path)
    world = Run(config=path, host="0.0.0.0", address="https://cds.example")
    assert "a first try without --config is for this machine alone" in refused(Run(host="0.0.0.0"))
    assert "give --tls-certificate and --tls-key, or say --behind-proxy" in refused(world)
    assert "the site names no `clients`" in refused(replace(world, behind_proxy=True))
    assert "works on a loopback address only" in refused(replace(world, behind_proxy=True, no_authentication=True))
    assert "TLS needs both" in refused(replace(world, certificate=tmp_path / "c.pem"))
    site(tmp_path, f"{SITE}clients: [{{issuer: a, keys: k}}]\n")
    assert "`clients` needs `state`, a folder" in refused(replace(world, behind_proxy=True))
    assert "--public-url is needed" in refused(replace(world, address="", behind_proxy=True))


def test_it_refuses_a_live_site_on_rules_that_nobody_signed(tmp_path: Path) -> None:
    run = Run(config=site(tmp_path, f"{SITE}mode: live\n"), address="https://cds.example", no_authentication=True)
    assert "not signed off by clinicians" in refused(run)
    site(tmp_path, f"{SITE}mode: live\nallow_unreviewed: yes\n")
    stamp = "**TEST, not for patients; draft rules, not reviewed by a clinician.**"
    assert prepare(checked(run)).stamp == stamp


def test_a_ruleset_whose_review_is_overdue_is_served_with_a_warning_and_after_ninety_days_not_at_all() -> None:
    ruleset = serving().ruleset
    due = review_due(ruleset)
    days = datetime.timedelta(days=1)
    assert check_review(ruleset, due, overdue_ok=False) == ""
    assert check_review(ruleset, due + 90 * days, overdue_ok=False) == f"ruleset 1.1.0 was due for review on {due}"
    with pytest.raises(SiteError, match="or say --overdue-ok and know why"):
        check_review(ruleset, due + 91 * days, overdue_ok=False)
    assert check_review(ruleset, due + 91 * days, overdue_ok=True)


BROKEN = [
    (
        "time_zone: Nowhere/At_All\n",
        "site.yaml:3:1: time_zone: bad-value: found 'Nowhere/At_All'; expected a time zone such as Europe/London",
    ),
    ("mode: loud\n", "site.yaml:5:1: mode: bad-value: found 'loud'; expected 'off', 'silent' or 'live'"),
    ("remembers_cards: yes\n", "`remembers_cards` needs `state`, a folder to remember them in"),
    ("ordrs: orders.yaml\n", "site.yaml:5:1: ordrs: unknown-key: unknown key 'ordrs'; did you mean 'orders'?"),
    ("clients: [{issuer: a}]\n", "a client has either `keys` (a file) or `keys_at` (an address)"),
    ("clients: [{issuer: a, keys: k, fhir: ['http://x.example']}]\n", "expected an address that begins with https://"),
    ("windows: {fresh_days: 365}\n", "windows.fresh_days: bad-value: found '365'; expected at most 28"),
    ("orders: orders.yaml\n", "orders[0].outcome: unknown-outcome: the ruleset has no 'destination.neurologist'"),
    ("mapping: mapping.yaml\n", "mapping.yaml:3:1: codes: bad-value: found '7'; expected a list"),
    ("orders: nowhere.yaml\n", "'nowhere.yaml' cannot be read"),
    ("lowest_rung: urgent\n", "lowest_rung is one of self_care, routine, soon_gp, urgent_2w, same_day, emergency"),
    ("ruleset: 9.9.9\n", "there is no ruleset '9.9.9'"),
]


@pytest.mark.parametrize(("text", "words"), BROKEN, ids=[row[0].split(":")[0] for row in BROKEN])
def test_a_site_that_cannot_be_read_is_told_where_and_why(text: str, words: str, tmp_path: Path) -> None:
    key = text.split(":", maxsplit=1)[0]
    kept = "".join(line for line in SITE.splitlines(keepends=True) if not line.startswith(f"{key}:"))
    if key == "time_zone":
        kept, text = f"format: 1\nsite: test\n{text}ruleset: 1.1.0\n", ""
    order = "{outcome: destination.neurologist, system: s, code: c, display: d}"
    (tmp_path / "orders.yaml").write_text(f"format: 1\norders:\n  - {order}\n", encoding="utf-8")
    (tmp_path / "mapping.yaml").write_text("format: 1\nmapping: m\ncodes: 7\n", encoding="utf-8")
    run = Run(config=site(tmp_path, kept + text), address="https://cds.example", no_authentication=True)
    from fasciculation_rules.errors import FasciculationRulesError

    with pytest.raises(FasciculationRulesError) as told:
        prepare(checked(run))
    assert words in str(told.value)


def test_a_canary_that_is_answered_otherwise_ends_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = replace(canaries.CANARIES[0], expect="emergency")
    monkeypatch.setattr(canaries, "CANARIES", (wrong, *canaries.CANARIES[1:]))
    monkeypatch.setattr(canaries, "run_cases", lambda *_: iter(()))
    with pytest.raises(SiteError) as told:
        canaries.check_canaries(serving())
    assert str(told.value).splitlines() == [
        "1 canary patients are not answered as expected, so nothing is served:",
        "  twitching alone is offered the screen: expected 'emergency', found 'screen-unfinished'",
    ]


def test_a_port_that_is_taken_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run([*PROGRAM, "--port", str(port)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert f"127.0.0.1:{port} cannot be listened on: Address already in use" in done.stderr
    assert "Traceback" not in done.stderr


def left_hanging(port: int, begun: bytes) -> float:
    """Seconds after which a connection that sent so much, and then a byte a second, is closed."""
    start = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=1) as line:
        line.sendall(begun)
        while time.monotonic() - start < 60:
            try:
                if not line.recv(4096):
                    break
            except TimeoutError:
                line.sendall(b"x")
            except ConnectionError:
                break
    return time.monotonic() - start


@pytest.mark.nightly  # it waits for twice the 20 seconds after which they are closed
def test_connections_that_never_ask_are_closed_and_shut_nobody_out() -> None:
    post = f"POST {CALLS} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n".encode()
    with running() as (_, port), ThreadPoolExecutor() as threads:
        waits = list(threads.map(left_hanging, [port] * 4, [b"", b"GET /health HTTP/1.1\r\nX: ", post, post + b"{"]))
        assert max(waits) < 45
        idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(300)]
        deadline = time.monotonic() + 60
        while (found := status(port, "GET", "/health")) != 200 and time.monotonic() < deadline:
            time.sleep(1)
        for each in idle:
            each.close()
        assert found == 200


@pytest.mark.parametrize("broken", [ValueError("Jane Marker"), None], ids=["an exception", "a message"])
def test_what_libraries_log_is_one_line_without_the_texts_of_exceptions(broken: Exception | None) -> None:
    into = io.StringIO()
    logger, others = logging.getLogger("of a test"), Others(Log(into))
    logger.addHandler(others)
    if broken:
        logger.error("Jane Marker", exc_info=broken)
    else:
        logger.warning("Exceeded concurrency limit.")
    logger.removeHandler(others)
    said = json.loads(into.getvalue())
    assert (said["event"], said["name"]) == ("library", "of a test")
    assert said.get("why", "") == ("ValueError" if broken else "")
    assert "Marker" not in into.getvalue()
