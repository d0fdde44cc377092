"""A shelf with one release on it, made once and copied for each test."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.release.making import put, put_hazards

from fasciculation_rules.release.cutting import release
from fasciculation_rules.shelf import locate

FIRST = datetime.date(2026, 11, 1)


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shelf on which 1.0.0 was released."""
    package = tmp_path_factory.mktemp("released") / "package"
    shelf = package / "rulesets"
    shelf.mkdir(parents=True)
    put(shelf, "1.0.0")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(locate, "files", lambda _: package)
        release("1.0.0", level="major", notes="The first.", date=FIRST)
    return shelf


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shelf of our own, with nothing on it."""
    folder = tmp_path / "package" / "rulesets"
    folder.mkdir(parents=True)
    monkeypatch.setattr(locate, "files", lambda _: tmp_path / "package")
    return folder


@pytest.fixture
def shelf(bare: Path, released: Path) -> Path:
    """A shelf of our own, on which 1.0.0 was released."""
    shutil.copytree(released, bare, dirs_exist_ok=True)
    put_hazards(bare)
    return bare


Unchanged = Callable[[], bool]


@pytest.fixture
def unchanged(shelf: Path) -> Unchanged:
    """Whether every file of the shelf is as it was when this was first asked."""

    def found() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in shelf.rglob("*") if path.is_file()}

    before: dict[str, bytes] = {}

    def check() -> bool:
        if not before:
            before.update(found())
            return True
        return found() == before

    return check
