"""The library on every supported Python that this machine has: installed as the README says, engines in agreement."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

fcntl = pytest.importorskip("fcntl", reason="environments are set up by shell scripts here")

CHECKOUT = Path(__file__).resolve().parent.parent
# Each environment takes a minute: the oldest, on which all other tests run too, at every change, newer ones by night.
VERSIONS = ["3.11", *(pytest.param(version, marks=pytest.mark.nightly) for version in ("3.12", "3.13"))]
THIS = f"{sys.version_info.major}.{sys.version_info.minor}"

PROBE = """
from fasciculation_rules import Case, assess, open_ruleset

assessment = assess(Case.of(age="42 years", fasciculation="present"), open_ruleset("0.1.0"))
print(assessment.to_json())
"""


def answers(python, version):
    """Whether this command starts the wanted Python."""
    try:
        done = subprocess.run(
            [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return False
    return done.stdout.strip() == version


def candidates(version):
    """Where a Python of this version may be: this one, the search path, and what pyenv or uv keep."""
    if version == THIS:
        yield sys.executable
    if found := shutil.which(f"python{version}"):
        yield found
    if pyenv := shutil.which("pyenv"):
        listed = subprocess.run([pyenv, "versions", "--bare"], capture_output=True, text=True, check=False).stdout
        for name in reversed(listed.split()):
            if name.startswith(f"{version}."):
                prefix = subprocess.run([pyenv, "prefix", name], capture_output=True, text=True, check=False).stdout
                yield str(Path(prefix.strip()) / "bin" / "python")


@cache
def interpreter(version):
    for python in candidates(version):
        if answers(python, version):
            return python
    pytest.skip(f"this machine has no Python {version}")


@pytest.fixture(params=VERSIONS)
def python(request):
    """A Python of this version with the locked dependencies and the library, as `make venv` sets it up.

    It is kept in .cache until the lock changes. For the Python that runs the tests it is their own environment.
    """
    version = request.param
    found = interpreter(version)
    if version == THIS:
        return sys.executable
    key = hashlib.sha256((CHECKOUT / "requirements.lock").read_bytes() + found.encode()).hexdigest()[:12]
    venv = CHECKOUT / ".cache" / "pythons" / f"{version}-{key}"
    venv.mkdir(parents=True, exist_ok=True)
    with (venv / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another worker may be setting it up
        if not (venv / ".ready").exists():
            done = subprocess.run(
                ["sh", ".ci/venv", str(venv)],
                cwd=CHECKOUT,
                env={**os.environ, "PYTHON": found},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            (venv / ".ready").touch()
    return venv / "bin" / "python"


def assessment(python, **environment):
    done = subprocess.run(
        [python, "-c", PROBE], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
def test_default_engine_answers(python):
    assert assessment(python)["engine"]["name"] == "durable"


def passes(python, folder, *tests):
    if python == sys.executable:
        pytest.skip("the rest of this run is the same tests on this Python")
    command = [python, "-m", "pytest", *tests, "-q", "-p", "no:xdist", "-o", f"cache_dir={folder}"]
    done = subprocess.run(
        [*command, "-m", "not slow and not nightly"], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]


@pytest.mark.slow
def test_engines_conform_and_keep_their_guards(python, tmp_path):
    memory = "tests/engines/test_guards.py::test_the_subset_reads_and_writes_no_memory_that_is_not_its_own"
    parts = ["tests/conformance", "tests/engines/test_import.py", "tests/engines/test_guards.py"]
    passes(python, tmp_path, *parts, "--deselect", memory)


@pytest.mark.nightly
def test_engines_pass_all_their_tests(python, tmp_path):
    passes(python, tmp_path, "tests/conformance", "tests/engines")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="LD_BIND_NOW belongs to the loader of Linux")
def test_engine_that_cannot_be_bound_is_said_and_compiled_answers(python):
    """From Python 3.13 on, durable_rules names a function that Python no longer has; only lazy binding loads it."""
    said = assessment(python, LD_BIND_NOW="1")
    newer = not any(answers(python, old) for old in ["3.11", "3.12"])
    assert said["engine"]["name"] == ("compiled" if newer else "durable")
    assert newer == any("durable" in json.dumps(notice) for notice in said["notices"])
