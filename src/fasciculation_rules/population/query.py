"""A ruleset as one SQL query over the wide form, with what its readers need to know in comments."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from fasciculation_rules._version import __version__
from fasciculation_rules.engines.columns.dialects import Dialect
from fasciculation_rules.engines.columns.to_sql import to_sql
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.population.schema import PERSON, WideForm
from fasciculation_rules.population.sheets import sheet_of


def query_of(
    ruleset: Ruleset,
    dialect: Dialect,
    *,
    table: str = "cohort",
    columns: Collection[str] | None = None,
    beside: Sequence[str] = (PERSON,),
    commented: bool = True,
) -> str:
    """The query over a table of the wide form; `columns` are those that the table has, by default all of them.

    `beside` are the columns that stand beside each answer.
    """
    there = WideForm.of(ruleset).columns if columns is None else columns
    return to_sql(
        sheet_of(ruleset),
        dialect,
        table,
        there,
        beside=beside,
        remark=(lambda name: _remark(name, ruleset)) if commented else lambda _: "",
        heading=[_plain(line) for line in _heading(ruleset, table, dialect)] if commented else (),
    )


def _heading(ruleset: Ruleset, table: str, dialect: Dialect) -> Iterator[str]:
    ladder = ", ".join(f"{height}={rung}" for height, rung in enumerate(ruleset.outcomes.ladder))
    yield f"ruleset {ruleset.version} ({ruleset.status}; {ruleset.about.review}), library {__version__}"
    yield f"logic {ruleset.logic_digest}"
    if ruleset.effective_digest != ruleset.logic_digest:
        yield f"with a site profile: {ruleset.effective_digest}"
    yield "It advises clinicians and makes no diagnosis."
    yield f"{table}: a row a person, in the wide form of this ruleset; an empty cell is unknown, never no."
    yield f"Rungs: {ladder}. entry: 1 in scope, 0 not, NULL unknown."
    worth = "4 fires, 3 open, 2 awaits examination, 1 awaits a test, 0 does not fire"
    if dialect.bits:
        yield f"b0, b1, ...: -1 where what stands beside it holds, else 0. A name is worth: {worth}."
    else:
        yield f"v0, v1, ...: {worth}."
    yield "Bit B of fired_W (and of open_W and so on) is the name with the number 63 * W + B."
    yield "Bit B of candidate_W (and of supported_W and so on) is a condition, in the order of the outcomes."
    yield "Bit B of unanswered is the question B of the screen."


def _remark(name: str, ruleset: Ruleset) -> str:
    """Title and citations of a rule; of a condition that is not a rule, nothing more than its name."""
    rule = ruleset.rules.get(name) or next(
        (r for r in ruleset.rules.values() if getattr(r, "finding", "") == name), None
    )
    if rule is None:
        return ""
    cited = "; ".join(f"{each.cite} {each.row}" for each in rule.evidence)
    return _plain(f"{rule.title} [{cited}]")


def _plain(text: str) -> str:
    """One line that ends no comment and begins none."""
    return " ".join(text.split()).replace("*/", "* /").replace("/*", "/ *")
