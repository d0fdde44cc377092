"""Files are read strictly: text stays text, a place is kept for everything, and no file can crash the interpreter."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from gallery import MINI
from hypothesis import given
from hypothesis import strategies as st

from fasciculation_rules.errors import Problem
from fasciculation_rules.shelf.strict_json import read_json
from fasciculation_rules.shelf.strict_yaml import MAX_DEPTH, Document, read_yaml

AWKWARD = st.text(alphabet=st.sampled_from("ab:-,?|>&*!%#'\"\\[]{} \t\n\r\x85\u2028\ufeff\x00é\U0001f600"), max_size=60)


def document(text: str) -> Document:
    problems: list[Problem] = []
    found = read_yaml(text.encode(), "file.yaml", problems)
    assert found is not None, problems
    return found


def refusal(raw: bytes, read: Any = read_yaml) -> Problem:
    problems: list[Problem] = []
    assert read(raw, "file", problems) is None
    (found,) = problems
    return found


@pytest.mark.parametrize(
    "scalar", ["yes", "no", "on", "null", "~", "1", "1e5", "0o17", "1:30", ".inf", "2026-11-01", "="]
)
def test_every_scalar_is_text(scalar: str) -> None:
    assert document(f"a: {scalar}\n{scalar}: b\n").data == {"a": scalar, scalar: "b"}


def test_what_would_merge_mappings_is_text_anywhere_but_as_a_plain_key() -> None:
    assert document("a: <<\nb: [<<]\n'<<': c\n").data == {"a": "<<", "b": ["<<"], "<<": "c"}
    assert place(b"a:\n  <<: {b: c}\n", read_yaml) == ("merge-key", 2, 3)
    assert read_json(b'{"<<": "c"}', "file", []) is not None


PROPERTIES = {
    "an anchor of text": ("a: &b c", ("alias", 1, 4)),
    "an anchor of a list": ("a:\n  - &b [c]", ("alias", 2, 5)),
    "an anchor of a mapping": ("a: &b {c: d}", ("alias", 1, 4)),
    "an anchor of a key": ("&b a: c", ("alias", 1, 1)),
    "an anchor of everything": ("&b\na: c", ("alias", 1, 1)),
    "an alias of nothing": ("a: *b", ("alias", 1, 4)),
    "an alias for a key": ("*b : c", ("alias", 1, 1)),
    "a tag of text": ("a: !!str 1", ("tag", 1, 4)),
    "a tag of a list": ("a: !!set [c]", ("tag", 1, 4)),
    "a tag of a key": ("!!str a: c", ("tag", 1, 1)),
}


@pytest.mark.parametrize(("text", "at"), PROPERTIES.values(), ids=PROPERTIES)
def test_names_for_values_and_tags_are_refused_wherever_they_stand(text: str, at: tuple[str, int, int]) -> None:
    assert place(text.encode(), read_yaml) == at


def test_text_in_quotes_and_in_blocks_is_read_as_yaml_says() -> None:
    said = document("a: \"tab\\tand line\\n\"\nb: 'it''s'\nc: |\n  one\n  two\nd: >\n  one\n  two\n").data
    assert said == {"a": "tab\tand line\n", "b": "it's", "c": "one\ntwo\n", "d": "one two\n"}


def test_every_key_and_every_member_has_a_place() -> None:
    marks = document("a:\n  - b\n  - c: d\n    e: {f: [g, h]}\n").marks
    assert marks == {
        "a": (1, 1),
        "a[0]": (2, 5),
        "a[1]": (3, 5),
        "a[1].c": (3, 5),
        "a[1].e": (4, 5),
        "a[1].e.f": (4, 9),
        "a[1].e.f[0]": (4, 13),
        "a[1].e.f[1]": (4, 16),
    }


def test_a_problem_without_a_place_of_its_own_lies_at_the_nearest_one_above() -> None:
    said = document("a:\n  b: c\n")
    at = lambda place: said.locate(Problem("", 0, 0, place, "code", "message"))  # noqa: E731
    assert [(at(place).line, at(place).column) for place in ("a.b.c[3]", "a.x", "x", "")] == [
        (2, 3),
        (1, 1),
        (0, 0),
        (0, 0),
    ]


def test_json_has_places_too() -> None:
    problems: list[Problem] = []
    said = read_json(b'{"given": {\n  "age": "42 years"}}', "file.json", problems)
    assert said is not None
    assert said.marks["given.age"] == (2, 3)


def place(raw: bytes, read: Any = read_json) -> tuple[str, int, int]:
    found = refusal(raw, read)
    return found.code, found.line, found.column


TWICE = {
    "in the outermost mapping": ('{"a": 1,\n "b": 2,\n "a": 3}', (3, 2)),
    "far inside": ('{"a": [{"b": {}},\n  {"c": 1, "c": 2}]}', (2, 12)),
    "outside of another": ('{"a": 1, "a": {"b": 1, "b": 2}}', (1, 10)),
    "with the brackets of a mapping in it": ('{"a}": "{\\"", "a}": 1}', (1, 15)),
    "written in two ways": ('{"a": 1, "\\u0061": 2}', (1, 10)),
    "as text before it is a key": ('{"a": "b", "b": "a",\n"b": 1}', (2, 1)),
    "without blanks": ('{"a":{"a":1},"a":2}', (1, 14)),
    "before what is no JSON": ('[{"a": 1, "a": 2}, {"b" 1}]', (1, 11)),
}


@pytest.mark.parametrize(("text", "at"), TWICE.values(), ids=TWICE)
def test_a_key_that_is_given_twice_in_json_has_its_place(text: str, at: tuple[int, int]) -> None:
    assert place(text.encode()) == ("duplicate-key", *at)


@pytest.mark.parametrize("text", [text for name, (text, _) in TWICE.items() if "no JSON" not in name])
def test_a_key_that_is_given_twice_has_the_same_place_in_json_and_in_yaml(text: str) -> None:
    assert place(text.encode()) == place(text.encode(), read_yaml)


def test_what_is_nested_too_deep_in_json_has_its_place() -> None:
    deep = "[" * MAX_DEPTH
    assert place(f"{deep}[".encode()) == ("too-deep", 1, MAX_DEPTH + 1)
    assert place(f'["]",\n {deep}'.encode()) == ("too-deep", 2, MAX_DEPTH + 1)


def test_a_byte_order_mark_and_windows_line_ends_change_nothing() -> None:
    plain = document("a: b\nc: |\n  d\n  e\n")
    windows = read_yaml(b"\xef\xbb\xbf" + b"a: b\r\nc: |\r\n  d\r\n  e\r\n", "file.yaml", [])
    assert windows is not None
    assert (windows.data, windows.marks) == (plain.data, plain.marks)


@pytest.mark.parametrize("deep", [MAX_DEPTH - 1, MAX_DEPTH])
def test_what_is_nested_deep_is_read_up_to_the_limit(deep: int) -> None:
    for text in ("[" * deep + "]" * deep, "- " * deep + "x", "".join(" " * n + "a:\n" for n in range(deep))):
        assert read_yaml(text.encode(), "file", []) is not None
    assert read_json(b"[" * deep + b"]" * deep, "file", []) is not None


def test_brackets_in_quotes_are_not_nesting() -> None:
    assert read_json(json.dumps(["[" * 1000, "\\", '"{' * 100]).encode(), "file", []) is not None
    assert read_yaml(b'["' + b"[" * 1000 + b'"]', "file", []) is not None


ATTACKS = {
    "brackets": b"[" * 400_000,
    "braces": b"{a: " * 200_000,
    "brackets behind closing ones in quotes": b'["]", ' * 150_000,
    "lists on one line": b"- " * 400_000,
    "keys on one line": b"? " * 400_000,
    "lists behind a carriage return": b"- x\r" + b"- " * 400_000,
    "lists behind a next line": b"- x\xc2\x85" + b"- " * 400_000,
    "lists behind a line separator": b"- x\xe2\x80\xa8" + b"- " * 400_000,
    "indentation": b"".join(b" " * n + b"a:\n" for n in range(1_300)),
}
SCRIPT = """
import sys
from fasciculation_rules.shelf.strict_json import read_json
from fasciculation_rules.shelf.strict_yaml import read_yaml
raw = sys.stdin.buffer.read()
for read in (read_yaml, read_json):
    problems = []
    assert read(raw, "file", problems) is None
    print(problems[0].code)
"""


@pytest.mark.parametrize("raw", ATTACKS.values(), ids=ATTACKS)
def test_no_nesting_crashes_the_interpreter(raw: bytes) -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], input=raw, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    yaml_says, json_says = done.stdout.decode().split()
    assert yaml_says in ("too-deep", "bad-key")
    assert json_says in ("too-deep", "not-json", "not-text")


@given(AWKWARD)
def test_any_text_is_read_or_refused_with_one_problem(text: str) -> None:
    for read in (read_yaml, read_json):
        problems: list[Problem] = []
        found = read(text.encode(), "file", problems)
        assert (found is None) == (len(problems) == 1)
        if found is not None:
            assert found.locate(Problem("", 0, 0, "a.b[0]", "code", "message")).file == "file"


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused_with_one_problem(raw: bytes) -> None:
    for read in (read_yaml, read_json):
        problems: list[Problem] = []
        assert (read(raw, "file", problems) is None) == (len(problems) == 1)


PLAIN = st.recursive(
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc_", min_size=1, max_size=4), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(PLAIN)
def test_json_and_yaml_read_the_same_data_from_the_same_json(data: Any) -> None:
    raw = json.dumps(data, ensure_ascii=False).encode()
    found = [read(raw, "file", []) for read in (read_yaml, read_json)]
    assert [document.data for document in found if document is not None] == [data, data]


@pytest.mark.parametrize("number", ["42", "-3.50", "1e5", "NaN", "Infinity", "-Infinity", "1" * 10_000])
def test_a_number_in_json_stays_as_it_was_written(number: str) -> None:
    found = read_json(b'{"a": %s}' % number.encode(), "file", [])
    assert found is not None
    assert found.data == {"a": number}


def test_true_false_and_null_in_json_are_no_text() -> None:
    found = read_json(b'{"a": true, "b": false, "c": null}', "file", [])
    assert found is not None
    assert found.data == {"a": True, "b": False, "c": None}


def test_a_key_that_looks_like_a_name_is_repeated_and_another_is_not() -> None:
    assert refusal(b"a-b_1.c: x\na-b_1.c: y\n").message == "'a-b_1.c' is given twice"
    assert refusal(b"Maria S: x\nMaria S: y\n").message == "a key is given twice"
    assert refusal(b'{"1954": 1, "1954": 2}', read_json).message == "a key is given twice"


def test_a_file_of_exactly_the_limit_is_read() -> None:
    assert read_yaml(b"a: " + b"x" * 17, "file", [], max_bytes=20) is not None
    assert refusal(b"a: " + b"x" * 18, lambda *said: read_yaml(*said, max_bytes=20)).code == "file-too-large"


SLOW = """
import json, sys, yaml.cyaml
del yaml.cyaml.CParser
from pathlib import Path
from fasciculation_rules.shelf import strict_yaml
assert not strict_yaml.FAST
for path in sorted(Path(sys.argv[1]).rglob("*.yaml")):
    problems = []
    found = strict_yaml.read_yaml(path.read_bytes(), path.name, problems)
    print(json.dumps([path.name, found.data, found.marks, problems]))
"""


NOTICE = "PyYAML is here without libyaml, so files are read several times slower; install one of its wheels"
OPENED = """
import yaml.cyaml
{change}
from fasciculation_rules import open_ruleset
open_ruleset({folder!r})
open_ruleset({folder!r})
"""


@pytest.mark.parametrize(("change", "told"), [("del yaml.cyaml.CParser", 1), ("", 0)], ids=["without", "with"])
def test_without_libyaml_a_notice_says_once_why_it_takes_so_long(change: str, told: int) -> None:
    script = OPENED.format(change=change, folder=f"{MINI}/")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, timeout=60, text=True)
    lines = [line for line in done.stderr.splitlines() if "Warning" in line]
    assert [line.partition("Warning: ")[2] for line in lines] == [NOTICE] * told


def test_without_libyaml_the_same_is_read_at_the_same_places() -> None:
    done = subprocess.run([sys.executable, "-c", SLOW, str(MINI)], capture_output=True, check=True, timeout=60)
    slow = [json.loads(line) for line in done.stdout.splitlines()]
    fast = []
    for path in sorted(MINI.rglob("*.yaml")):
        said = document(path.read_text(encoding="utf-8"))
        fast.append(json.loads(json.dumps([path.name, said.data, said.marks, []])))
    assert slow == fast
