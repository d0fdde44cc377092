"""The files for whoever runs the service: sound as far as this machine can tell."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import typer

from fasciculation_rules.cli.app import app

DEPLOY = Path(__file__).parents[2] / "docs" / "how-to" / "deploy"
OPTIONS = {
    name
    for parameter in typer.main.get_command(app).commands["serve"].params
    for name in parameter.opts  # type: ignore[attr-defined]
}


def stages(text: str) -> list[str]:
    return re.split(r"^FROM ", text, flags=re.MULTILINE)[1:]


def test_the_last_stage_of_the_container_has_no_compiler_and_no_privileges() -> None:
    first, last = stages((DEPLOY / "Containerfile").read_text(encoding="utf-8"))
    assert "gcc" in first
    assert not re.search(r"gcc|apt-get|pip install|--insecure", last)
    assert re.search(r"^USER 10001$", last, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK ", last, re.MULTILINE)
    assert "/ready" in last


def test_every_option_that_the_files_use_is_one_of_serve() -> None:
    for name in ("Containerfile", "fasciculation-rules.service"):
        used = re.findall(r"(?:ExecStart=.*|CMD \[.*)", (DEPLOY / name).read_text(encoding="utf-8"))
        named = {option for line in used for option in re.findall(r"(?<=[ \"])--[a-z-]+", line)}
        assert {"--config", "--public-url"} <= named <= OPTIONS


def test_the_unit_may_write_its_state_and_nothing_else() -> None:
    unit = (DEPLOY / "fasciculation-rules.service").read_text(encoding="utf-8").splitlines()
    assert {
        *("DynamicUser=yes", "ProtectSystem=strict", "ProtectHome=yes", "NoNewPrivileges=yes"),
        *("StateDirectory=fasciculation-rules", "CapabilityBoundingSet=", "TimeoutStopSec=10"),
    } <= set(unit)
    assert not [line for line in unit if line.startswith(("ReadWritePaths", "User=root"))]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed here")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    text = (DEPLOY / "fasciculation-rules.service").read_text(encoding="utf-8")
    copy = tmp_path / "fasciculation-rules.service"
    copy.write_text(text.replace("/opt/service/bin/fasciculation-rules", "/bin/true"), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, check=False)
    assert (done.returncode, [line for line in done.stderr.splitlines() if copy.name in line]) == (0, [])


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed here")
def test_nginx_understands_its_file(tmp_path: Path) -> None:
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    plain = re.sub(r"^\s*ssl_.*\n", "", text.replace("443 ssl", "8443"), flags=re.MULTILINE)
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"pid {tmp_path}/pid; events {{}} http {{ access_log off; {plain} }}", encoding="utf-8")
    done = subprocess.run(
        ["nginx", "-t", "-q", "-c", str(whole), "-e", "stderr"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
