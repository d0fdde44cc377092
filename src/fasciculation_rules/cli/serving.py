"""`serve`: the service for electronic records and the page for clinicians; and what its site silences and exports."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("serve")(serve_command)


def serve_command(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where to listen.")] = 8181,
    config: Annotated[
        Path | None,
        typer.Option(metavar="SITE", help="The site (YAML). Without it: a first try on this machine, stamped TEST."),
    ] = None,
    public_url: Annotated[
        str, typer.Option(metavar="URL", help="The address that clients have registered; tokens are made for it.")
    ] = "",
    host: Annotated[str, typer.Option(help="The address to listen on; others than loopback need authentication.")] = (
        "127.0.0.1"
    ),
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that share the work.")] = 1,
    tls_certificate: Annotated[Path | None, typer.Option(metavar="FILE", help="The certificate for TLS (PEM).")] = None,
    tls_key: Annotated[Path | None, typer.Option(metavar="FILE", help="Its private key (PEM).")] = None,
    behind_proxy: Annotated[bool, typer.Option("--behind-proxy", help="A proxy ends TLS before this.")] = False,
    insecure_no_auth: Annotated[
        bool, typer.Option("--insecure-no-auth", help="Ask nobody who he is: loopback only, each card stamped TEST.")
    ] = False,
    withdrawn_ok: Annotated[bool, typer.Option("--withdrawn-ok", help="Serve a ruleset that was withdrawn.")] = False,
    overdue_ok: Annotated[
        bool, typer.Option("--overdue-ok", help="Serve a ruleset whose review is more than 90 days overdue.")
    ] = False,
) -> int:
    """Serve CDS Hooks, the HTTP interface and the page for clinicians, until it is stopped.

    Exit code 0: stopped as asked. 1: a process ended by itself. 2: it may not run like this.
    """
    from fasciculation_rules.server.running import Run, serve

    return serve(
        Run(
            config=config,
            host=host,
            port=port,
            address=public_url,
            certificate=tls_certificate,
            private_key=tls_key,
            behind_proxy=behind_proxy,
            no_authentication=insecure_no_auth,
            withdrawn_ok=withdrawn_ok,
            overdue_ok=overdue_ok,
            workers=workers,
        )
    )
