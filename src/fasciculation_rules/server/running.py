"""Runs the service until it is told to stop, and refuses to run where it would not be safe."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import multiprocessing
import multiprocessing.connection
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fasciculation_rules.errors import FasciculationRulesError, ServerUnavailableError, SiteError
from fasciculation_rules.server.app import application
from fasciculation_rules.server.canaries import check_canaries
from fasciculation_rules.server.files import read_site
from fasciculation_rules.server.logs import Log, Others
from fasciculation_rules.server.serving import TRIAL, Serving, check_review, serving_of
from fasciculation_rules.server.standing import Standing, system_clock
from fasciculation_rules.server.state import begin

if TYPE_CHECKING:
    import uvicorn

LINGER_SECONDS = 1.0
"""After a request to stop the service is not ready, but still answers for so long: balancers need to notice."""

GRACE_SECONDS = 6
FAILED = 1


@dataclass(frozen=True, slots=True)
class Run:
    """How to run. Without `config` it is a first try on this machine, where every card is stamped TEST."""

    config: Path | None = None
    host: str = "127.0.0.1"
    port: int = 8181
    address: str = ""
    certificate: Path | None = None
    private_key: Path | None = None
    behind_proxy: bool = False
    no_authentication: bool = False
    withdrawn_ok: bool = False
    overdue_ok: bool = False
    workers: int = 1


def serve(run: Run) -> int:
    """Runs until a signal; the exit code.

    Raises SiteError where it may not run like this, and every error of the files that the site names.
    """
    run = checked(run)
    prepared = prepare(run)
    warning = check_review(prepared.ruleset, system_clock().date(), overdue_ok=run.overdue_ok)
    asked = check_canaries(prepared)
    Log().say(
        "start",
        warning=warning,
        site=prepared.site.site,
        mode=str(prepared.site.mode),
        ruleset=prepared.ruleset.version,
        review=prepared.ruleset.about.review,
        canaries=asked,
        address=run.address,
        workers=run.workers,
    )
    begin(prepared.state)
    with _listening(run) as listener:
        return _several(run, listener) if run.workers > 1 else work(run, listener)


def checked(run: Run) -> Run:
    """The same with its address filled in.

    Raises SiteError where it would answer the world without knowing who asks, or in the clear.
    """
    local = _is_loopback(run.host)
    if run.config is None and not local:
        raise SiteError("a first try without --config is for this machine alone: leave --host out")
    if run.no_authentication and not local:
        raise SiteError("--insecure-no-auth works on a loopback address only")
    if (run.certificate is None) != (run.private_key is None):
        raise SiteError("TLS needs both --tls-certificate and --tls-key")
    if not local and run.certificate is None and not run.behind_proxy:
        raise SiteError(
            f"'{run.host}' can be reached from other machines: give --tls-certificate and --tls-key, "
            "or say --behind-proxy where a proxy ends TLS before this"
        )
    if run.config is not None and not run.address:
        raise SiteError("--public-url is needed: tokens are made for exactly that address, as clients registered it")
    return run if run.address else replace(run, address=f"http://{run.host}:{run.port}")


def prepare(run: Run) -> Serving:
    """The site with all that it names.

    Raises SiteError where nobody is asked who he is although others could call.
    """
    if run.config is None:
        return serving_of(TRIAL, Path(), run.address, trial=True)
    site = read_site(run.config)
    if not site.clients and not run.no_authentication:
        raise SiteError(
            "the site names no `clients`, so nobody could be told apart: add them, "
            "or say --insecure-no-auth on this machine alone"
        )
    if site.clients and site.state is None and not run.no_authentication:
        raise SiteError(
            "`clients` needs `state`, a folder: without it a token could be used again by another worker or a restart"
        )
    if run.no_authentication:
        site = site.model_copy(update={"clients": ()})
    return serving_of(site, run.config.parent, run.address, trial=run.no_authentication, withdrawn_ok=run.withdrawn_ok)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextmanager
def _listening(run: Run) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in run.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:  # else asyncio delays small answers
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((run.host, run.port))
        except OSError as error:
            raise SiteError(f"{run.host}:{run.port} cannot be listened on: {error.strerror}") from None
        listener.listen(256)
        yield listener


# ---------------------------------------------------------------- one process


def work(run: Run, listener: socket.socket) -> int:
    """One process of the service, until it is told to stop."""
    folder = run.config.parent if run.config is not None else Path()
    log = Log()
    logging.basicConfig(handlers=[Others(log)], level=logging.WARNING, force=True)
    standing = Standing(prepare(run))
    standing.warm_all()
    server = _server(run, standing, folder, log)
    server.run(sockets=[listener])
    return 0 if server.started else FAILED


def _server(run: Run, standing: Standing, folder: Path, log: Log) -> uvicorn.Server:
    try:
        import uvicorn

        from fasciculation_rules.server.connections import SECONDS, Punctual
    except ImportError:
        raise ServerUnavailableError(
            "the service needs packages that are not installed: pip install 'fasciculation-rules[server]'"
        ) from None

    class Server(uvicorn.Server):
        """Says at once that it is not ready, answers a moment longer, and then ends what is under way."""

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            loop = asyncio.get_running_loop()
            for each in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(each, self._stop)
            yield

        def _stop(self) -> None:
            """A second signal changes nothing: both the parent and whoever watches may send one."""
            if not standing.stopping:
                standing.stopping = True
                asyncio.get_running_loop().call_later(LINGER_SECONDS, self._leave)

        def _leave(self) -> None:
            self.should_exit = True

    tls: dict[str, Any] = {}
    if run.certificate is not None and run.private_key is not None:
        tls = {"ssl_certfile": str(run.certificate), "ssl_keyfile": str(run.private_key)}
    return Server(
        uvicorn.Config(
            application(standing, folder, log),
            http=Punctual,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
            timeout_keep_alive=SECONDS,
            limit_concurrency=256,
            **tls,
        )
    )


# ---------------------------------------------------------------- several processes


def _several(run: Run, listener: socket.socket) -> int:
    """Several processes that share one listener. Where one ends by itself, all end, and whoever watches starts anew."""
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_worker, args=(run, listener), name=f"worker-{n}") for n in range(run.workers)]
    stopped = False

    def stop(*_: object) -> None:
        nonlocal stopped
        stopped = True
        for each in workers:
            if each.is_alive():
                each.terminate()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    for each in workers:
        each.start()
    multiprocessing.connection.wait([each.sentinel for each in workers])
    as_asked = stopped
    if not as_asked:
        stop()
    for each in workers:
        each.join(LINGER_SECONDS + GRACE_SECONDS + 2)
        each.kill()  # nothing where it has ended
    return 0 if as_asked and all(each.exitcode == 0 for each in workers) else FAILED


def _worker(run: Run, listener: socket.socket) -> None:
    try:
        sys.exit(work(run, listener))
    except FasciculationRulesError as error:
        sys.exit(f"error: {error}")
