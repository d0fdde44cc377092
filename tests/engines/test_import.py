"""Where durable_rules cannot be imported the error is one sentence that says what to do, and nothing else changes."""

from __future__ import annotations

import sys
from importlib import metadata

import pytest
from engine_support import fresh, is_, needs_durable, said, small

from fasciculation_rules.engines import open_engine
from fasciculation_rules.errors import EngineUnavailableError

ASK = """
import os, sys
before = sys.getdlopenflags()
from engine_support import small, is_
from fasciculation_rules.engines import open_engine
from fasciculation_rules.errors import EngineUnavailableError
from fasciculation_rules.logic.facts import Facts
program = small({"rule": is_("a")})
try:
    answer = open_engine("durable", program).answer(program.encode(Facts({"a": True})))
    print("answers", answer.true)
except EngineUnavailableError as error:
    print("unavailable", error)
print(sys.getdlopenflags() == before)
"""

dlopen = pytest.mark.skipif(not hasattr(sys, "getdlopenflags"), reason="this platform has no dlopen flags")


def unavailable() -> str:
    with pytest.raises(EngineUnavailableError) as raised:
        open_engine("durable", small({"rule": is_("a")}))
    assert raised.value.exit_code == 3
    return str(raised.value)


def test_an_engine_that_is_not_installed_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    assert unavailable() == (
        "durable_rules is not installed; install it with 'pip install durable_rules==2.0.28' "
        "(it needs a C compiler), or use the engine 'compiled'"
    )


@dlopen
def test_an_import_that_fails_is_one_clear_error_and_restores_the_flags(monkeypatch: pytest.MonkeyPatch) -> None:
    before = sys.getdlopenflags()
    monkeypatch.setattr(metadata, "version", lambda name: "2.0.28")
    monkeypatch.setitem(sys.modules, "durable_rules_engine", None)
    message = unavailable()
    assert message.startswith("durable_rules cannot be imported here (import of durable_rules_engine halted")
    assert message.endswith("or use the engine 'compiled'")
    assert sys.getdlopenflags() == before


@dlopen
@needs_durable
def test_the_flags_are_lazy_while_it_is_imported_and_as_before_afterwards() -> None:
    script = """
import os, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "durable_rules_engine":
            print(sys.getdlopenflags() == os.RTLD_LAZY)
sys.meta_path.insert(0, Finder())
sys.setdlopenflags(os.RTLD_NOW | os.RTLD_GLOBAL)
from fasciculation_rules.engines.durable.binding import load
load()
print(sys.getdlopenflags() == os.RTLD_NOW | os.RTLD_GLOBAL)
"""
    assert said(script) == "True\nTrue"


@dlopen
@needs_durable
def test_it_answers_on_this_python() -> None:
    # Python 3.13 as well: the function it lacks is bound late, and never called.
    assert said(ASK, LD_BIND_NOW="") == "answers 1\nTrue"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="LD_BIND_NOW is for Linux")
@needs_durable
def test_without_lazy_binding_it_answers_or_is_cleanly_unavailable() -> None:
    done = fresh(ASK, LD_BIND_NOW="1")
    assert (done.returncode, done.stderr) == (0, "")
    first, flags = done.stdout.splitlines()
    assert flags == "True"
    if sys.version_info >= (3, 13):
        assert first.startswith("unavailable durable_rules cannot be imported here (")
        assert "undefined symbol" in first
        assert "use the engine 'compiled'" in first
    else:
        assert first == "answers 1"


def test_opening_one_engine_loads_no_other() -> None:
    script = """
import sys
from fasciculation_rules.engines import open_engine
from engine_support import small, is_
loaded = lambda: sorted(name.split("engines.")[1] for name in sys.modules if "rules.engines." in name)
print(loaded())
open_engine("compiled", small({"rule": is_("a")}))
print(loaded(), "durable_rules_engine" in sys.modules)
"""
    assert said(script) == "[]\n['codegen', 'compiled', 'slots'] False"
