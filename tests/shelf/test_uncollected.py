"""Opening leaves Python's collector as it found it."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from fasciculation_rules import RulesetError, open_ruleset
from fasciculation_rules.shelf.uncollected import uncollected


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    yield
    gc.enable()


def test_the_collector_rests_inside_and_works_again_afterwards() -> None:
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_program_that_switched_it_off_keeps_it_off() -> None:
    gc.disable()
    with uncollected():
        pass
    assert not gc.isenabled()


def test_a_folder_that_cannot_be_read_leaves_it_working(tmp_path: Path) -> None:
    (tmp_path / "ruleset.yaml").write_text("[")
    with pytest.raises(RulesetError):
        open_ruleset(tmp_path)
    assert gc.isenabled()
