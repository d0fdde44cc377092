"""What the tests of the engines share: which engines there are here, fresh interpreters, small programs."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from fasciculation_rules.engines import ENGINES
from fasciculation_rules.logic.condition import Condition, Is
from fasciculation_rules.logic.firing import Firing
from fasciculation_rules.logic.program import Program

HERE = Path(__file__).parent
ROOT = HERE.parent.parent

INSTALLED = find_spec("durable_rules_engine") is not None
AVAILABLE = ENGINES if INSTALLED else tuple(name for name in ENGINES if name != "durable")
needs_durable = pytest.mark.skipif(not INSTALLED, reason="durable_rules is not installed (it needs a C compiler)")


def fresh(script: str, *arguments: str, timeout: int = 300, **environment: str) -> subprocess.CompletedProcess[str]:
    """A script in an interpreter of its own: what it crashes, hangs or leaves behind stays there."""
    path = os.pathsep.join([str(ROOT / "src"), str(HERE)])
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env={**os.environ, "PYTHONPATH": path, **environment},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def said(script: str, *arguments: str, timeout: int = 300, **environment: str) -> str:
    """What a script printed; it must end well."""
    done = fresh(script, *arguments, timeout=timeout, **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def small(rules: dict[str, Condition], derivations: dict[str, Condition] | None = None) -> Program:
    """Three findings of three kinds, one quantity."""
    openness = {"a": Firing.OPEN, "b": Firing.AWAITS_EXAMINATION, "c": Firing.AWAITS_TEST, "q": Firing.AWAITS_TEST}
    return Program(("a", "b", "c"), ("q",), openness, derivations or {}, rules)


def wide(findings: int, rules: dict[str, Condition]) -> Program:
    """Findings f0, f1, ... and no quantity."""
    names = tuple(f"f{index}" for index in range(findings))
    return Program(names, (), dict.fromkeys(names, Firing.OPEN), {}, rules)


def is_(name: str) -> Is:
    return Is(name, "present")
