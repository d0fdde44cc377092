"""The gallery of defects: a small fault planted in a ruleset, the theorem that notices it, and the patient it names.

`name` is a sentence; `ruleset` the one it is planted in (the small one unless it says otherwise); `theorem` and `about`
what fails; `shows` what is printed of it. The fault is one or more of:

    file with replace, text or delete    a file of the ruleset; more of them under `and`
    refused: CODE                        the loader will not have it, and says so with this code; so it is put in
    beyond: ...                          behind the loader's back: `conditions` (of the program), `then` and `class`
                                         (of rules), `implies` (of findings)
    fault: NAME                          what no rule can bring about: a fault in the encoding, from `faults.py`

`python -m tests.proof.defects` writes `shows` anew. Read the diff before you keep it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.proof.faults import FAULTS

from fasciculation_rules import Ruleset
from fasciculation_rules.errors import RulesetInvalidError
from fasciculation_rules.logic.closure import Closure
from fasciculation_rules.logic.grammar import read_condition
from fasciculation_rules.logic.program import Program
from fasciculation_rules.proof.account import lines_of
from fasciculation_rules.proof.proving import Proved, prove
from fasciculation_rules.proof.theorems import all_theorems
from fasciculation_rules.shelf.freeze import freeze
from fasciculation_rules.shelf.locate import shelf_root
from fasciculation_rules.shelf.read import read_files
from fasciculation_rules.shelf.resolve import Resolver

HERE = Path(__file__).resolve().parent
FOLDER = HERE / "defects"
MINI = HERE.parent / "rulesets" / "mini"


@cache
def files_of(version: str) -> Mapping[str, bytes]:
    """The files of a ruleset as they are."""
    return read_files(MINI if version == "mini" else Path(str(shelf_root())) / version)


@cache
def whole(version: str) -> Ruleset:
    """The ruleset without a defect."""
    return freeze(files_of(version), version)


@dataclass(frozen=True)
class Defect:
    """One of them."""

    slug: str
    data: dict[str, Any]

    @property
    def on(self) -> str:
        version: str = self.data.get("ruleset", "mini")
        return version

    @property
    def files(self) -> dict[str, bytes]:
        """The ruleset's files with the defect in them."""
        files = dict(files_of(self.on))
        for change in [self.data, *self.data.get("and", [])]:
            match change:
                case {"file": path, "replace": pairs}:
                    text = files[path].decode()
                    for pair in pairs:
                        assert text.count(pair["old"]) == 1, f"{path}: '{pair['old']}' {text.count(pair['old'])} times"
                        text = text.replace(pair["old"], pair["new"])
                    files[path] = text.encode()
                case {"file": path, "text": text}:
                    files[path] = text.encode()
                case {"file": path, "delete": _}:
                    del files[path]
        return files

    @cached_property
    def ruleset(self) -> Ruleset:
        """The ruleset with the defect in it, by the loader, or behind its back where it refuses."""
        if "refused" not in self.data:
            return freeze(self.files, self.on)
        with pytest.raises(RulesetInvalidError) as caught:
            freeze(self.files, self.on)
        assert {found.code for found in caught.value.problems} == {self.data["refused"]}
        return _beyond(whole(self.on), self.data["beyond"])

    def proved(self) -> Proved:
        """What becomes of the theorem."""
        wanted = [theorem for theorem in all_theorems() if theorem.id == self.data["theorem"]]
        (found,) = prove(self.ruleset, theorems=wanted)
        return found

    def shown(self, proved: Proved) -> str:
        """What is printed of the failure it is about."""
        failures = tuple(failure for failure in proved.failures if failure.about == self.data["about"])
        lines = list(lines_of(replace(proved, failures=failures), self.ruleset))
        return "".join(f"{line.removeprefix('    ')}\n" for line in lines[1:])


def defects() -> list[Defect]:
    """All of them, by name of file."""
    files = sorted(FOLDER.glob("*.yaml"))
    return [Defect(file.stem, yaml.safe_load(file.read_text(encoding="utf-8"))) for file in files]


def _beyond(ruleset: Ruleset, said: dict[str, Any]) -> Ruleset:
    """Another ruleset value, made without asking the loader."""
    resolver, program = Resolver(ruleset.vocabulary, ruleset.thresholds), ruleset.program
    conditions = {
        name: resolver.resolve(read_condition(written), name, _complain)
        for name, written in said.get("conditions", {}).items()
    }
    rules = dict(ruleset.rules)
    for name, then in said.get("then", {}).items():
        rules[name] = rules[name].model_copy(update={"then": rules[name].then.model_copy(update=then)})  # type: ignore[union-attr]
    for name, class_ in said.get("class", {}).items():
        rules[name] = rules[name].model_copy(update={"class_": class_})
    implies = {name: set(above) for name, above in ruleset.closure.generals.items()}
    for name, generals in said.get("implies", {}).items():
        implies[name] |= set(generals)
    pairs = {
        tuple(sorted(pair)) for one, others in ruleset.closure.excluded.items() for pair in ((one, o) for o in others)
    }
    return replace(
        ruleset,
        rules=rules,
        program=Program(
            program.findings,
            program.quantities,
            program.openness,
            {name: conditions.get(name, condition) for name, condition in program.derivations.items()},
            {name: conditions.get(name, condition) for name, condition in program.rules.items()},
        ),
        closure=Closure.of(implies, pairs),  # type: ignore[arg-type]
    )


def _complain(problem: object) -> None:
    raise AssertionError(problem)


def write_anew() -> None:
    """Every `shows`, at the end of its file."""
    for defect in defects():
        with pytest.MonkeyPatch.context() as patch:
            if "fault" in defect.data:
                FAULTS[defect.data["fault"]](patch)
                patch.setattr("fasciculation_rules.proof.proving.replay", lambda *_: None)
            proved = defect.proved()
            print(defect.slug, proved.outcome.value, [failure.about for failure in proved.failures])
            shown = defect.shown(proved)
        file = FOLDER / f"{defect.slug}.yaml"
        kept = file.read_text(encoding="utf-8").partition("shows: |\n")[0]
        file.write_text(kept + "shows: |\n" + "".join(f"  {line}\n" for line in shown.splitlines()), encoding="utf-8")


if __name__ == "__main__":
    write_anew()
