"""The library is the same however it is installed, and it can be installed as the README says."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from email.parser import Parser
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from fasciculation_rules import open_ruleset
from fasciculation_rules._version import __version__

CHECKOUT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (CHECKOUT / "requirements.lock").read_text(encoding="utf-8")
ENGINE = re.compile(r"^durable-rules==.*?[^\\]\n", re.MULTILINE | re.DOTALL)

# Run by a Python that has the library from somewhere else than the checkout.
PROBE = """
import json
import fasciculation_rules
from fasciculation_rules import Case, assess, open_ruleset

ruleset = open_ruleset("0.1.0")
assessment = assess(Case.of(age="42 years", fasciculation="present"), ruleset)
print(json.dumps({
    "from": fasciculation_rules.__file__,
    "version": fasciculation_rules.__version__,
    "text_digest": ruleset.text_digest,
    "logic_digest": ruleset.logic_digest,
    "assessment": json.loads(assessment.to_json()),
}))
"""


def run(*command, **options):
    """Run a command and return what it printed; where it fails, say all that it said."""
    done = subprocess.run([str(part) for part in command], check=False, capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def probe(python, *, cwd, path=""):
    """What a library elsewhere says of itself; `cwd` and `path` keep the checkout out of sight."""
    return json.loads(run(python, "-c", PROBE, cwd=cwd, env={**os.environ, "PYTHONPATH": str(path)}))


# ---------------------------------------------------------------- the lock


def pins():
    joined = LOCK.replace("\\\n", "")
    return {
        canonicalize_name((pin := Requirement(line.split(" --hash=")[0])).name): pin for line in joined.splitlines()
    }


def test_lock_has_pins_and_hashes_and_nothing_else():
    line = re.compile(r"[a-z0-9-]+==[^ /@]+( ; [^/@]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?")
    assert [text for text in LOCK.splitlines() if not line.fullmatch(text)] == []
    for pin in LOCK.replace("\\\n", "").splitlines():
        assert "--hash=sha256:" in pin


def test_lock_satisfies_every_requirement_of_the_project():
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
    for requirement in map(Requirement, wanted):
        pin = pins()[canonicalize_name(requirement.name)]
        (version,) = pin.specifier
        assert requirement.specifier.contains(version.version), f"{requirement} against {pin}: run `make lock`"


def test_engine_can_be_taken_out_of_the_lock_with_the_command_of_the_readme():
    without = run("sed", r"/^durable-rules==/,/[^\\]$/d", CHECKOUT / "requirements.lock")
    assert without == ENGINE.sub("", LOCK)
    assert len(without.splitlines()) == len(LOCK.splitlines()) - 2


def test_readme_and_makefile_install_in_the_same_way():
    full, without = block("install"), block("install-without-compiler")
    engine = ".venv/bin/pip install --require-hashes --no-build-isolation -r requirements.lock"
    assert [line for line in full if line != engine] == without
    script = (CHECKOUT / ".ci" / "venv").read_text(encoding="utf-8").replace('"', "").replace("$venv", ".venv")
    for line in full:
        assert line.replace("python3", "$python").replace("> ", ">") in script


# ---------------------------------------------------------------- wheel, sdist, zip, editable


@pytest.fixture(scope="module")
def checkout_says():
    ruleset = open_ruleset("0.1.0")
    return {"version": __version__, "text_digest": ruleset.text_digest, "logic_digest": ruleset.logic_digest}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The sdist, made from the checkout, and the wheel, made from that sdist."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, CHECKOUT)
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return sdist, wheel


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """A new environment that has the dependencies, but not the library: it reads no .pth of this one."""
    folder = tmp_path_factory.mktemp("bare")
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    site = sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)})
    lines = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (Path(site) / "dependencies.pth").write_text("\n".join(sorted(lines)) + "\n", encoding="utf-8")
    python = folder / "bin" / "python"
    hidden = subprocess.run([python, "-c", "import fasciculation_rules"], cwd=folder, capture_output=True, check=False)
    assert hidden.returncode != 0, "the environment must not see the checkout"
    return python


@pytest.mark.slow
def test_wheel_holds_library_rulesets_and_type_marker_and_nothing_else(built):
    with ZipFile(built[1]) as wheel:
        names = set(wheel.namelist())
        metadata = Parser().parsestr(wheel.read(f"fasciculation_rules-{__version__}.dist-info/METADATA").decode())
    rulesets = {
        f"fasciculation_rules/{file.relative_to(CHECKOUT).as_posix()}"
        for file in (CHECKOUT / "rulesets").rglob("*")
        if file.is_file()
    }
    assert rulesets <= names
    library = CHECKOUT / "src"
    assert {file.relative_to(library).as_posix() for file in library.rglob("*.csv")} <= names
    assert "fasciculation_rules/exchange/phenopackets/hpo.csv" in names
    assert {"fasciculation_rules/__init__.py", "fasciculation_rules/py.typed"} <= names
    assert {name.split("/")[0] for name in names} == {
        "fasciculation_rules",
        f"fasciculation_rules-{__version__}.dist-info",
    }
    assert metadata["Version"] == __version__
    required = [Requirement(line) for line in metadata.get_all("Requires-Dist")]
    runtime = {canonicalize_name(each.name) for each in required if "extra" not in str(each.marker)}
    assert runtime == {"durable-rules", "pydantic", "pyyaml", "rich", "typer"}


@pytest.mark.slow
def test_installed_wheel_has_the_digests_of_the_checkout(built, bare, checkout_says, tmp_path):
    venv = tmp_path / "installed"
    shutil.copytree(bare.parent.parent, venv, symlinks=True)
    python = venv / "bin" / "python"
    options = ["--no-deps", "--no-index", "--no-compile", "--quiet"]
    run(sys.executable, "-m", "pip", "--python", python, "install", *options, built[1])
    says = probe(python, cwd=tmp_path)
    assert says.items() >= checkout_says.items()
    assert Path(says["from"]).is_relative_to(venv)
    command = Path(sysconfig.get_path("scripts", vars={"base": str(venv)})) / "fasciculation-rules"
    assert "0.1.0" in run(command, "list", cwd=tmp_path)


@pytest.mark.slow
def test_zipped_wheel_has_the_digests_of_the_checkout(built, bare, checkout_says, tmp_path):
    says = probe(bare, cwd=tmp_path, path=built[1])
    assert says.items() >= checkout_says.items()
    assert says["from"].startswith(str(built[1]))


@pytest.mark.slow
def test_unpacked_sdist_has_the_digests_of_the_checkout(built, bare, checkout_says, tmp_path):
    shutil.unpack_archive(built[0], tmp_path, filter="data")
    folder = tmp_path / f"fasciculation_rules-{__version__}"
    says = probe(bare, cwd=tmp_path, path=folder / "src")
    assert says.items() >= checkout_says.items()
    assert Path(says["from"]).is_relative_to(folder)


@pytest.mark.slow
def test_editable_install_has_the_digests_of_the_checkout(checkout_says, tmp_path):
    says = probe(sys.executable, cwd=tmp_path)
    assert says.items() >= checkout_says.items()
    assert Path(says["from"]).is_relative_to(CHECKOUT / "src")


@pytest.mark.slow
def test_every_way_of_installing_gives_the_same_assessment(built, bare, tmp_path):
    assert probe(bare, cwd=tmp_path, path=built[1])["assessment"] == probe(sys.executable, cwd=tmp_path)["assessment"]


# ---------------------------------------------------------------- the same bytes again


def built_elsewhere(folder, *, umask, zone, touched):
    """Digests of the sdist and the wheel of the commit that is checked out, built in a folder under a umask."""
    env = {**os.environ, "SOURCE_DATE_EPOCH": "1780000000", "TZ": zone, "PYTHONDONTWRITEBYTECODE": "1"}
    run("git", "clone", "--quiet", CHECKOUT, folder / "checkout", umask=umask)
    for file in (folder / "checkout").rglob("*"):
        if file.is_file() and ".git" not in file.parts:
            os.utime(file, (touched, touched))
    outdir = folder / "dist"
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", outdir, folder / "checkout"]
    run(*build, cwd=folder, env=env, umask=umask)
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in outdir.iterdir()}


@pytest.mark.slow
@pytest.mark.skipif(not (CHECKOUT / ".git").exists(), reason="an unpacked sdist has no commit to build from")
def test_two_builds_of_one_commit_elsewhere_and_at_another_time_are_the_same_bytes(tmp_path):
    one, other = tmp_path / "one", tmp_path / "quite" / "another place"
    one.mkdir()
    other.mkdir(parents=True)
    found = built_elsewhere(one, umask=0o022, zone="UTC", touched=1_000_000_000)
    assert len(found) == 2
    assert found == built_elsewhere(other, umask=0o077, zone="Pacific/Auckland", touched=1_700_000_000)


# ---------------------------------------------------------------- without a C compiler


def block(name):
    """The commands of the README's code block that is marked with this name."""
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    found = re.search(rf"<!-- {name} -->\n```sh\n(.*?)```", readme, re.DOTALL)
    assert found, f"README.md has no block marked {name}"
    return found[1].splitlines()


@pytest.fixture
def machine_without_compiler(tmp_path):
    """A copy of the checkout, and a search path on which nothing compiles."""
    copy = tmp_path / "checkout"
    copy.mkdir()
    for name in ["README.md", "LICENSE", "pyproject.toml", "requirements.lock"]:
        shutil.copy(CHECKOUT / name, copy)
    for name in ["src", "rulesets"]:
        shutil.copytree(CHECKOUT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ["sed", "uname"]:
        (tools / name).symlink_to(shutil.which(name))
    python = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
    (tools / "python3").write_text(f'#!/bin/sh\nexec "{python}" "$@"\n', encoding="utf-8")
    (tools / "python3").chmod(0o755)
    return copy, {**os.environ, "PATH": str(tools), "CC": "false", "CXX": "false", "PYTHONPATH": ""}


@pytest.mark.slow
def test_machine_without_compiler_installs_as_the_readme_says_and_says_who_answered(machine_without_compiler, tmp_path):
    copy, env = machine_without_compiler
    run("/bin/sh", "-euc", "\n".join(block("install-without-compiler")), cwd=copy, env=env)
    case = tmp_path / "case.yaml"
    case.write_text("format: 1\ngiven:\n  age: 42 years\n  fasciculation: present\n", encoding="utf-8")
    assess = [copy / ".venv" / "bin" / "fasciculation-rules", "assess", case, "--ruleset", "0.1.0"]
    assessment = json.loads(run(*assess, "--as", "json", cwd=tmp_path, env=env))
    assert assessment["engine"]["name"] == "compiled"
    assert any("durable" in json.dumps(notice) for notice in assessment["notices"])
    assert "compiled" in run(*assess, cwd=tmp_path, env=env)
