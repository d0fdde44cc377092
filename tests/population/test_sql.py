"""The query reads as SQL everywhere, without booleans; what it means is held by the tests of meaning and equality."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from fasciculation_rules import Ruleset, open_ruleset
from fasciculation_rules.cli.app import run
from fasciculation_rules.cli.querying import DialectName
from fasciculation_rules.engines.columns.dialects import DIALECTS
from fasciculation_rules.population.query import query_of
from fasciculation_rules.population.schema import WideForm
from fasciculation_rules.population.sheets import answer_columns

MINI = Path(__file__).parent.parent / "rulesets" / "mini"
SMALLEST = {"tsql": 4096, "oracle": 1000, "postgres": 1664}
"""How many columns a select list may have, where that is few."""

dialects = pytest.mark.parametrize("dialect", DIALECTS)


@pytest.fixture(scope="module")
def mini() -> Ruleset:
    return open_ruleset(MINI)


def parsed(text: str, dialect: str) -> exp.Expression:
    (found,) = sqlglot.parse(text, dialect=dialect)
    assert found is not None
    return found


@dialects
def test_every_dialect_reads_again_as_one_query_of_the_answer(dialect: str, mini: Ruleset) -> None:
    query = parsed(query_of(mini, DIALECTS[dialect], table="care.cohort"), dialect)
    assert query.named_selects == ["person_id", *answer_columns(mini)]
    tables = {table.sql() for table in query.find_all(exp.Table)} - {stage.alias for stage in query.ctes}
    assert tables == {"care.cohort"}


@dialects
def test_no_boolean_is_a_value_and_nothing_is_negated(dialect: str, mini: Ruleset) -> None:
    query = parsed(query_of(mini, DIALECTS[dialect]), dialect)
    assert list(query.find_all(exp.Boolean, exp.Not, exp.Is)) == []
    for select in query.find_all(exp.Select):
        for item in select.expressions:
            assert not isinstance(item.unalias(), exp.Predicate | exp.Connector), item.sql()[:200]


@dialects
def test_only_columns_of_the_wide_form_and_of_stages_before_are_named(dialect: str, mini: Ruleset) -> None:
    query = parsed(query_of(mini, DIALECTS[dialect]), dialect)
    known = {"person_id", *WideForm.of(mini).columns}
    for stage in query.ctes:
        named = {column.name for column in stage.this.find_all(exp.Column)}
        assert named <= known, stage.alias
        known = set(stage.this.named_selects)


@pytest.mark.parametrize("dialect", sorted(SMALLEST))
def test_no_stage_of_the_newest_ruleset_has_more_columns_than_the_database_takes(dialect: str) -> None:
    lines = query_of(open_ruleset("1.1.0"), DIALECTS[dialect], commented=False).splitlines()
    starts = [number for number, line in enumerate(lines) if line == "  SELECT"]
    ends = [number for number, line in enumerate(lines) if line.startswith("  FROM")]
    widest = max(end - start - 1 for start, end in zip(starts, ends, strict=True))
    assert 600 < widest <= SMALLEST[dialect]


@pytest.mark.parametrize(("dialect", "column"), [("postgres", r"v\d+"), ("duckdb", r"b\d+")])
def test_each_rule_stands_beside_its_line_with_title_and_citation(dialect: str, column: str) -> None:
    ruleset = open_ruleset("1.1.0")
    text = query_of(ruleset, DIALECTS[dialect])
    remarks = re.findall(rf" AS {column},? -- (.+)", text)
    said = {
        name: about
        for remark in remarks
        for name, about in re.findall(r"(?:^|; )([\w-]+)(?: >= 4)?: ([^[]*\[[^]]*\])", remark)
    }
    for name, rule in ruleset.rules.items():
        assert all(each.row in said[getattr(rule, "finding", name)] for each in rule.evidence)
    assert "not reviewed by a clinician" in text.splitlines()[0]


def test_the_same_ruleset_gives_the_same_text() -> None:
    texts = {query_of(open_ruleset(MINI), DIALECTS["spark"]) for _ in range(2)}
    assert len(texts) == 1


def test_the_command_knows_every_dialect_and_no_odd_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert {each.value for each in DialectName} == set(DIALECTS)
    assert run(["sql", str(MINI), "--dialect", "tsql", "--table", "dbo.people"]) == 0
    assert "FROM dbo.people" in capsys.readouterr().out
    assert run(["sql", str(MINI), "--dialect", "tsql", "--table", "people; drop table people"]) == 2
    assert run(["sql", str(MINI), "--dialect", "access"]) == 2
