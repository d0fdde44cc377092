"""The schemas take every shipped file, refuse what the loader refuses, and complete whole clauses."""

from __future__ import annotations

import copy
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from fasciculation_rules import Ruleset, open_ruleset
from fasciculation_rules.authoring.schema import schemas_of
from fasciculation_rules.shelf.locate import shelf_root
from fasciculation_rules.shelf.read import read_files

sys.path.insert(0, str(Path(__file__).resolve().parent))

from structural import faults

MINI = Path(__file__).resolve().parents[1] / "rulesets" / "mini"
RULESET = open_ruleset("0.1.0")
SCHEMAS = schemas_of(RULESET)


class Editor(yaml.SafeLoader):
    """YAML as an editor reads it: numbers and truth values have types, dates are text."""


Editor.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":bool"))]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Editor.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


def schema_for(path: str, schemas: dict[str, Any]) -> dict[str, Any]:
    folder, _, name = path.rpartition("/")
    stem = {"cases": "vignette"}.get(folder, "rule" if folder.startswith("rules/") else name.removesuffix(".yaml"))
    found: dict[str, Any] = schemas[f"{stem}.schema.json"]
    return found


def read(text: str | bytes) -> Any:
    return yaml.load(text, Loader=Editor)


def problems(path: str, data: Any, schemas: dict[str, Any] = SCHEMAS) -> list[str]:
    schema = schema_for(path, schemas)
    return list(faults(data, schema, schema))


def test_there_is_a_schema_for_every_kind_of_file() -> None:
    stems = ("case", "outcomes", "references", "rule", "ruleset", "thresholds", "vignette", "vocabulary")
    assert list(SCHEMAS) == [f"{stem}.schema.json" for stem in stems]


def test_every_shipped_file_is_accepted() -> None:
    files = {path: raw for path, raw in read_files(shelf_root() / "0.1.0").items() if path.endswith(".yaml")}
    found = {path: problems(path, read(raw)) for path, raw in files.items()}
    assert {path: said for path, said in found.items() if said} == {}


def test_every_file_of_the_small_ruleset_is_accepted() -> None:
    schemas = schemas_of(open_ruleset(MINI))
    files = {path: raw for path, raw in read_files(MINI).items() if path.endswith(".yaml")}
    found = {path: problems(path, read(raw), schemas) for path, raw in files.items()}
    assert {path: said for path, said in found.items() if said} == {}


RULE = "rules/escalation/escalate-slurred-speech.yaml"


def altered(*path: str | int, value: Any) -> Any:
    data = copy.deepcopy(read(read_files(shelf_root() / "0.1.0")[RULE]))
    place = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return data


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("when",), "dysarthia is present"),
        (("when",), "dysarthria is maybe"),
        (("when",), {"any": []}),
        (("when",), {"any": ["dysarthria is present"], "all": []}),
        (("when",), "potassium < 2.5 mmol"),
        (("when",), "potassium < calcium_low"),
        (("then", "urgency"), "soon"),
        (("then", "refer"), ["nowhere"]),
        (("then", "within"), "two days"),
        (("kind",), "escalaton"),
        (("kind",), "plan"),
        (("class",), "amber"),
        (("evidence", 0, "row"), "E-NO-SUCH"),
        (("evidence", 0, "cite"), "no-such-source"),
        (("examples", 0, "given"), {"dysarthia": "present"}),
        (("examples", 0, "given"), {"dysarthria": "yes"}),
        (("examples", 0, "given"), {"motor_deficit": "present"}),
        (("examples", 0, "expect"), "fire"),
        (("title",), None),
        (("whem",), "dysarthria is present"),
    ],
)
def test_what_the_loader_refuses_is_refused(path: tuple[str | int, ...], value: Any) -> None:
    assert problems(RULE, altered(*path, value=value))


@pytest.mark.parametrize(
    "clause",
    [
        "potassium < potassium_critically_low",
        "potassium < 2.5 mmol/L",
        "age >= 45 years",
        "sex is male",
        "upper_motor_neurone_signs is present",
        "twitch_duration >= 84 days",
        "temperature >= 38 Cel",
    ],
)
def test_whole_clauses_are_accepted(clause: str) -> None:
    assert problems(RULE, altered("when", value=clause)) == []


@pytest.mark.parametrize("key", ["rule", "title", "kind", "class", "when", "then", "rationale", "evidence", "review"])
def test_every_key_that_a_rule_needs_is_asked_for(key: str) -> None:
    data = altered("title", value="a title")
    del data[key]
    assert problems(RULE, data)


def test_a_case_file_is_read_by_the_schema_of_cases() -> None:
    case = {"format": 1, "given": {"age": "42 years", "total_b12": {"value": "210 ng/L", "at": "2026-10-02"}}}
    schema = SCHEMAS["case.schema.json"]
    assert list(faults(case, schema, schema)) == []
    assert list(faults({"given": {"age": 42}}, schema, schema))


def test_the_same_ruleset_gives_the_same_bytes(ruleset: Ruleset) -> None:
    assert json.dumps(schemas_of(ruleset)) == json.dumps(SCHEMAS)


def test_every_reference_leads_somewhere() -> None:
    for schema in SCHEMAS.values():
        wanted = set(re.findall(r'"\$ref": "#/\$defs/(\w+)"', json.dumps(schema)))
        assert wanted <= set(schema["$defs"])
