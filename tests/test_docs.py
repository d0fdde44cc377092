"""The docs are true: every block runs and prints what is shown, every table is complete, every link leads somewhere.

How a page marks its blocks, in an HTML comment on the line above the fence:

    <!-- not run: REASON -->    the block is skipped, and the reader of the source knows why
    <!-- file: PATH -->         the block is written to PATH, for the blocks that follow
    <!-- output -->             what the Python block above prints

All blocks of one page run in one folder, in order; its Python blocks share their names. The folder sees the checkout's
`docs`, `rulesets` and `tests`. In a console block `$ ` starts a command, and `...` stands for anything.

`python tests/test_docs.py` writes generated tables and shown outputs anew. Read the diff before you keep it.
"""

import ast
import contextlib
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, fields
from pathlib import Path

import pytest
import typer

import fasciculation_rules
from fasciculation_rules import errors, open_ruleset
from fasciculation_rules.cli.app import app
from fasciculation_rules.engines import ENGINES
from fasciculation_rules.errors import EngineUnavailableError
from fasciculation_rules.exchange.fhir.tally import REASONS
from fasciculation_rules.exchange.meanings import of_ruleset
from fasciculation_rules.exchange.relations import NEVER, NOT_KINDS, OF_RELATIVES, PAST_COUNTS, RELATIONS, Relation
from fasciculation_rules.exchange.systems import HPO, ICD10CM, LOINC, SNOMED
from fasciculation_rules.logic.grammar import print_number
from fasciculation_rules.model import (
    assessment,
    case,
    change,
    concept_sets,
    imported,
    ledger,
    outcomes,
    profile,
    record,
    review,
    rule,
    ruleset,
    safety,
    signing,
    site_mapping,
    validation,
    vocabulary,
)
from fasciculation_rules.model.analytes import ANALYTES
from fasciculation_rules.model.units import UNITS, WORDS, accepted_units
from fasciculation_rules.shelf import releases
from fasciculation_rules.shelf.lock import LOCKS
from fasciculation_rules.shelf.strict_yaml import read_yaml

CHECKOUT = Path(__file__).resolve().parent.parent
DOCS = CHECKOUT / "docs"
SOURCE = CHECKOUT / "src" / "fasciculation_rules"
PAGES = [CHECKOUT / "README.md", CHECKOUT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
KINDS = ("tutorial", "how-to", "reference", "explanation")


def name_of(page):
    """A page as the failing test names it."""
    return page.relative_to(CHECKOUT).as_posix()


every_page = pytest.mark.parametrize("page", PAGES, ids=name_of)

# ---------------------------------------------------------------- blocks


@dataclass(frozen=True)
class Block:
    """A fenced block. `line` is that of its first line of text, counted from 1; `marks` come from comments above it."""

    page: Path
    line: int
    language: str
    text: str
    marks: dict[str, str]

    @property
    def place(self):
        return f"{name_of(self.page)}:{self.line}"


_MARK = re.compile(r"<!-- (not run|file|output|install|install-without-compiler)(?:: (.+))? -->")
LANGUAGES = {"python", "console", "bash", "sh", "yaml", "json", "csv", "text"}


def blocks_of(page):
    """The fenced blocks of a page, in order."""
    lines = page.read_text(encoding="utf-8").splitlines()
    found, marks, start, language = [], {}, None, ""
    for number, line in enumerate(lines, start=1):
        if start is not None:
            if line == "```":
                text = "".join(f"{inside}\n" for inside in lines[start : number - 1])
                found.append(Block(page, start + 1, language, text, marks))
                marks, start = {}, None
        elif line.startswith("```"):
            language, start = line[3:], number
        elif mark := _MARK.fullmatch(line):
            marks[mark[1]] = mark[2] or ""
        else:
            assert "```" not in line, f"{name_of(page)}:{number}: a fence stands at the start of its line"
            marks = {}
    assert start is None, f"{name_of(page)}: a block is not closed"
    return found


BLOCKS = {page: blocks_of(page) for page in PAGES}


@every_page
def test_every_block_says_what_it_is_and_why_it_is_not_run(page):
    for block in BLOCKS[page]:
        assert block.language in LANGUAGES, f"{block.place}: '{block.language}' is none of {sorted(LANGUAGES)}"
        assert block.marks.get("not run", "a reason"), f"{block.place}: say why it is not run"


@every_page
def test_every_block_of_data_can_be_read(page):
    for block in BLOCKS[page]:
        problems = []
        if block.language == "yaml":
            for document in re.split(r"^---\n", block.text, flags=re.MULTILINE):
                read_yaml(document.encode(), block.place, problems)
        elif block.language == "json":
            json.loads(block.text)
        assert problems == []


# ---------------------------------------------------------------- running them


def durable_is_here():
    """Where it is not, every block is still run, but says who answered, which is not what the page shows."""
    try:
        from fasciculation_rules.engines.durable.binding import load

        load()
    except EngineUnavailableError:
        return False
    return True


def same(shown, found):
    """Whether an output is the one shown, in which `...` stands for anything; spaces at ends of lines do not count."""
    shown, found = ("\n".join(line.rstrip() for line in text.strip("\n").splitlines()) for text in (shown, found))
    pattern = ".*?".join(re.escape(part) for part in shown.split("..."))
    return re.fullmatch(pattern, found, re.DOTALL) is not None


@dataclass(frozen=True)
class Difference:
    """An output that is not the one shown, and the text that would show it."""

    block: Block
    found: str
    replacement: str

    def __str__(self):
        return f"{self.block.place} shows\n{self.block.text}\nbut this is found\n{self.replacement}"


class Runner:
    """Runs the blocks of one page in one folder."""

    def __init__(self, folder, *, strict=True):
        """Unless it is strict, a command may fail."""
        self.strict = strict
        for name in ("docs", "rulesets", "tests", *LOCKS):
            (folder / name).symlink_to(CHECKOUT / name)
        self.folder = folder
        self.names = {"__name__": "docs"}
        self.printed = None
        bin_folder = Path(sys.executable).parent
        self.environment = {
            **{key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "FORCE_COLOR"}},
            "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
            "COLUMNS": "80",
            "NO_COLOR": "1",
            "TERM": "dumb",
            "LC_ALL": "C.UTF-8",
        }

    def run(self, block):
        """Runs one block; the differences between what it shows and what it does."""
        if self.printed is not None and "output" not in block.marks:
            raise AssertionError(f"{block.place}: the Python block above prints, and its output is not shown")
        if "not run" in block.marks:
            return []
        if "file" in block.marks:
            file = self.folder / block.marks["file"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, encoding="utf-8")
            return []
        match block.language:
            case "python":
                self._python(block)
            case "console":
                return self._console(block)
            case "bash" | "sh":
                status, said = self._shell(f"set -eu\n{block.text}")[0]
                assert status == 0, f"{block.place} failed\n{said}"
            case "text" if "output" in block.marks:
                found, self.printed = self.printed, None
                return [] if same(block.text, found) else [Difference(block, found, found)]
        return []

    def _python(self, block):
        code = compile("\n" * (block.line - 1) + block.text, name_of(block.page), "exec")
        out = io.StringIO()
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(out):
            exec(code, self.names)
        self.printed = out.getvalue() or None

    def _console(self, block):
        assert block.text.startswith("$ "), f"{block.place}: a console block starts with `$ `"
        shown = re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]
        steps = []
        for step in shown:
            command, _, output = re.sub(r"\\\n> ", "\\\\\n", step).partition("\n")
            while command.endswith("\\"):
                more, _, output = output.partition("\n")
                command += f"\n{more}"
            steps.append((command, output))
        ran = self._shell(*(command for command, _ in steps))
        differs = False
        replacement = ""
        for index, ((command, output), (status, said)) in enumerate(zip(steps, ran, strict=True)):
            tested = index + 1 < len(steps) and steps[index + 1][0] == "echo $?"
            assert status == 0 or tested or not self.strict, (
                f"{block.place}: `{command}` exits {status}; show it with `echo $?`\n{said}"
            )
            good = same(output, said)
            differs |= not good
            lines = "".join(f"{line.rstrip()}\n" for line in said.splitlines())
            replacement += f"$ {command}\n{output if good else lines}"
        return [Difference(block, "", replacement)] if differs else []

    def _shell(self, *commands):
        """Each command's exit code and what it said, all in one shell."""
        seal = "--- the command above exits with"
        script = "".join(
            f"{{ {command}\n}}\nlast=$?; printf '\\n{seal} %s\\n' $last; (exit $last)\n" for command in commands
        )
        done = subprocess.run(
            ["bash", "-c", script],
            check=False,
            cwd=self.folder,
            env=self.environment,
            text=True,
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        parts = re.split(rf"\n{seal} (\d+)\n", done.stdout)
        ran = [(int(status), said) for said, status in zip(parts[::2], parts[1::2], strict=False)]
        return ran if len(ran) == len(commands) else [(done.returncode or 1, done.stdout)] * len(commands)


def differences(page, folder, *, strict=True):
    """Everything on a page that does not do what it shows."""
    runner = Runner(folder, strict=strict)
    return [difference for block in BLOCKS[page] for difference in runner.run(block)]


@every_page
def test_every_block_runs_and_prints_what_is_shown(page, tmp_path):
    strict = durable_is_here()
    found = differences(page, tmp_path, strict=strict)
    if strict:
        assert found == [], "\n\n".join(map(str, found))


# ---------------------------------------------------------------- links


_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")


def prose(page):
    """A page without its blocks and its code, in which nothing is a link."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`\n]*`", lambda code: "`" * len(code[0]), text)


def links(page):
    """(file, anchor) of each link that stays in the checkout."""
    for target in _LINK.findall(prose(page)):
        if not re.match(r"[a-z]+:", target):
            path, _, anchor = target.partition("#")
            yield (page.parent / path).resolve() if path else page, anchor


def anchors(page):
    """The headings of a page, as links name them."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@every_page
def test_every_link_leads_somewhere(page):
    for file, anchor in links(page):
        assert file.exists(), f"{name_of(page)}: there is no {file}"
        assert file.is_relative_to(CHECKOUT), f"{name_of(page)}: {file} is not part of the project"
        if anchor:
            assert anchor in anchors(file), f"{name_of(page)}: {file.name} has no heading #{anchor}"


def test_every_page_is_reached_from_the_index():
    seen, waiting = set(), [DOCS / "index.md"]
    while waiting:
        page = waiting.pop()
        if page not in seen and page.suffix == ".md" and page.is_relative_to(DOCS):
            seen.add(page)
            waiting.extend(file for file, _ in links(page))
    assert {name_of(page) for page in DOCS.rglob("*.md")} == {name_of(page) for page in seen}
    assert DOCS / "index.md" in {file for file, _ in links(CHECKOUT / "README.md")}


# ---------------------------------------------------------------- manners


def test_pages_lie_in_the_four_kinds():
    places = {page.relative_to(DOCS).parts[0] for page in DOCS.rglob("*.md")}
    assert places == {*KINDS, "safety", "index.md", "glossary.md"}


@pytest.mark.parametrize("page", sorted((DOCS / "explanation").glob("*.md")), ids=name_of)
def test_every_decision_has_a_date(page):
    lines = page.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# ")
    assert re.fullmatch(r"Decided on \d{4}-\d{2}-\d{2}\.", lines[2]), "the third line says when it was decided"


@every_page
def test_no_page_speaks_of_one_machine(page):
    places = r"/home/|/roo[t]/|/wor[k]/|/tm[p]/|C:\\Users|pypi\.org|index-url"
    assert not re.search(places, page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", [CHECKOUT / "README.md", DOCS / "index.md"], ids=name_of)
def test_the_first_pages_say_that_nobody_has_reviewed_the_content(page):
    text = " ".join(page.read_text(encoding="utf-8").split())
    assert "No clinician has reviewed" in text
    assert "makes no diagnosis" in text


def test_the_changelog_tells_each_release_to_both_its_readers():
    text = (CHECKOUT / "CHANGELOG.md").read_text(encoding="utf-8")
    _, *releases_told = re.split(r"^## (?=\d)", text, flags=re.MULTILINE)
    assert releases_told[0].startswith(f"{fasciculation_rules.__version__} - 20")
    for told in releases_told:
        assert re.findall(r"^### (.+)$", told, re.MULTILINE) == ["Rulesets", "Library"], told[:20]


def test_the_glossary_has_the_words_of_the_library():
    words = set(re.findall(r"^\*\*(.+?)\*\*", (DOCS / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE))
    wanted = {
        "case", "finding", "quantity", "derived finding", "condition", "rule", "firing", "differential", "candidate",
        "urgency", "disposition", "red flag", "escalation", "evidence", "citation", "rationale", "question", "screen",
        "assessment", "decision", "explanation", "ruleset", "release",
    }  # fmt: skip
    assert wanted <= words


# ---------------------------------------------------------------- complete tables


def table_after(page, mark):
    """The first column of the table below a comment, without its code marks."""
    text = page.read_text(encoding="utf-8")
    assert text.count(f"<!-- {mark} -->") == 1, f"{name_of(page)} has no place '{mark}', or several"
    rows = text.partition(f"<!-- {mark} -->\n")[2].partition("\n\n")[0].splitlines()
    return [row.split("|")[1].strip().strip("`") for row in rows[2:]]


def marks_of(page, kind):
    """What the comments of one kind name on a page."""
    return re.findall(rf"^<!-- {kind}: (\S+) -->$", page.read_text(encoding="utf-8"), re.MULTILINE)


def keys(model):
    """The keys of a model as they are written."""
    return [field.alias or name for name, field in model.model_fields.items()]


MODELS = {
    "reference/assessment-format.md": [
        assessment.Assessment, assessment.RulesetIdentity, assessment.EngineIdentity, assessment.Scope,
        assessment.Notice, assessment.UrgencyRange, assessment.Disposition, assessment.FloorApplied,
        assessment.PlanOut, assessment.PlanItem, assessment.Candidate, assessment.Argument, assessment.Question,
        assessment.Check, assessment.Firings, assessment.Sentence, assessment.CitationOut,
    ],
    "reference/case-format.md": [case.Case, case.Given, case.Span],
    "reference/ruleset-format.md": [
        ruleset.About, vocabulary.Vocabulary, vocabulary.Finding, vocabulary.Quantity, vocabulary.Horizon,
        vocabulary.Derived, outcomes.Threshold, outcomes.Outcomes, outcomes.Urgency, outcomes.Test,
        outcomes.Destination, outcomes.SafetyNet,
        outcomes.Floors, outcomes.Floor, outcomes.NarrowedFloor, outcomes.SparingFloor, outcomes.Possibility,
        outcomes.Advice, outcomes.References, outcomes.Source, outcomes.Row, rule.RuleBase,
        rule.Evidence, rule.Review, rule.Example, rule.Derivation, rule.Escalation, rule.Escalate,
        rule.Differential, rule.Weigh, rule.Plan, rule.Do, ruleset.Vignette, ruleset.Expected,
        releases.Events, releases.Event, profile.Profile,
    ],
    "reference/release-format.md": [
        signing.Envelope, signing.Sealed, signing.ReleaseStatement, signing.HistoryStatement, signing.Signers,
        signing.Signer, signing.Revoked, change.ChangeRecord, change.ProblemReport,
    ],
    "reference/record-format.md": [
        record.RecordForm, record.RulesetOfRecord, record.ProfileOfRecord, record.LibraryOfRecord,
        record.EngineOfRecord, record.PythonOfRecord, record.Decision, record.InputOfDecision, record.Closed,
        record.DispositionOfDecision, record.PlanOfDecision,
    ],
    "reference/safety-file.md": [
        safety.Requirements, safety.Need, safety.Requirement, safety.Source, safety.Selector, safety.Hazards,
        safety.Hazard, safety.Judged, safety.Control, safety.Anomalies, safety.Anomaly, safety.Guard, safety.Soup,
        safety.SoupAnomaly, review.SignOff, validation.Protocol, validation.Sensitivity, validation.Calm,
        validation.Agreement, validation.Cases, validation.ValidationCase, validation.PanelWord,
    ],
    "reference/from-fhir.md": [
        imported.Imported, imported.ImportReport, imported.MappingIdentity,
        site_mapping.SiteMapping, site_mapping.LocalCode, site_mapping.LocalQuestionnaire,
    ],
    "reference/concept-sets.md": [
        concept_sets.ConceptSet, concept_sets.Member, concept_sets.Answer, concept_sets.OmopSite, concept_sets.Concept,
        concept_sets.LocalUnit,
    ],
    "reference/ledger-format.md": [ledger.Head, ledger.Inclusion, ledger.Revealed, ledger.Consistency],
}  # fmt: skip


@pytest.mark.parametrize(
    ("page", "model"),
    [(page, model) for page, models in MODELS.items() for model in models],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_every_key_of_every_file_is_documented(page, model):
    bases = [base for base in (rule.RuleBase, outcomes.Floor) if issubclass(model, base) and model is not base]
    wanted = [key for key in keys(model) if not any(key in keys(base) for base in bases)]
    assert Counter(table_after(DOCS / page, f"keys: {model.__name__}")) == Counter(wanted)


def test_every_model_of_an_assessment_is_documented():
    parts = {
        value.__name__
        for value in vars(assessment).values()
        if isinstance(value, type) and issubclass(value, assessment.Part) and value is not assessment.Part
    }
    assert set(marks_of(DOCS / "reference/assessment-format.md", "keys")) == parts


def codes_in(call, *files):
    """The first text given to each call of a name, or its `code`, in some source files: stable codes."""
    found = set()
    for file in files:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        constants = {
            target.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == call:
                given = [*node.args[:1], *(word.value for word in node.keywords if word.arg == "code")]
                given = [constants.get(arg.id, arg) if isinstance(arg, ast.Name) else arg for arg in given]
                found |= {arg.value for arg in given if isinstance(arg, ast.Constant)}
    return found


def test_every_notice_is_documented():
    found = codes_in("Notice", *(SOURCE / "assessing").glob("*.py"))
    found |= set(re.findall(r'"(engine-[a-z]+)"', (SOURCE / "assessing" / "firings.py").read_text(encoding="utf-8")))
    assert set(table_after(DOCS / "reference/assessment-format.md", "notices")) == found


def test_every_part_and_every_notice_of_an_import_is_documented():
    page = DOCS / "reference/from-fhir.md"
    for part in (imported.Origin, imported.Counted, imported.UnitWritten, imported.SetAside):
        assert table_after(page, f"fields: {part.__name__}") == [field.name for field in fields(part)]
    assert table_after(page, "notices of from-fhir") == list(REASONS)


def test_everything_lint_finds_is_documented():
    found = codes_in("problem", *(SOURCE / "authoring").glob("lint*.py")) | {"too-many-conjuncts"}
    assert set(table_after(DOCS / "reference/command-line.md", "lint")) == found


COMMANDS = {
    f"{name}-{part}" if group else name: command
    for name, found in typer.main.get_command(app).commands.items()
    for group in [getattr(found, "commands", {})]
    for part, command in (group or {"": found}).items()
}


def test_every_command_is_documented():
    assert set(marks_of(DOCS / "reference/command-line.md", "command")) == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_documented(command):
    options = {param.opts[0] for param in COMMANDS[command].params if param.param_type_name == "option"}
    arguments = {param.name.upper() for param in COMMANDS[command].params if param.param_type_name == "argument"}
    shown = table_after(DOCS / "reference/command-line.md", f"command: {command}")
    assert {name.split(" ")[0] for name in shown} == (options | arguments) - {"--help"}


def test_every_exit_code_is_documented():
    raised = {kind.exit_code for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "exit_code")}
    shown = set(map(int, table_after(DOCS / "reference/command-line.md", "exit codes")))
    assert shown == {0, 1, 2, 3, 4, 130}
    assert raised <= shown


def test_every_public_name_is_documented():
    text = (DOCS / "reference/python.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^### `(\w+)", text, re.MULTILINE)) == set(fasciculation_rules.__all__)


@pytest.mark.parametrize("function", ["assess", "open_ruleset", "explain", "from_fhir"])
def test_every_parameter_is_documented(function):
    code = getattr(fasciculation_rules, function).__code__
    wanted = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    assert table_after(DOCS / "reference/python.md", f"parameters: {function}") == list(wanted)


def test_every_engine_is_documented():
    text = (DOCS / "reference/engines.md").read_text(encoding="utf-8")
    assert re.findall(r"^## `(\w+)`", text, re.MULTILINE) == list(ENGINES)


# ---------------------------------------------------------------- generated tables


def table(*headings, rows):
    """A Markdown table."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def code(*words):
    """Words as code, one after another."""
    return ", ".join(f"`{word}`" for word in words)


def number(value):
    """An exact number as it is written."""
    return print_number(value)


def also_read(name, canonical):
    """Every other unit of a quantity; a whole dimension by its name."""
    left = [unit for unit in accepted_units(name, canonical) if unit != canonical]
    found = []
    for dimension in dict.fromkeys(unit.dimension for unit in UNITS.values()):
        of_it = [unit for unit in UNITS if UNITS[unit].dimension == dimension and unit != canonical]
        if len(of_it) > 2 and set(of_it) <= set(left):
            found.append(dimension)
            left = [unit for unit in left if unit not in of_it]
    return ", ".join([*found, *(code(unit) for unit in left)])


def quantities_table():
    """What ruleset 0.1.0 measures."""
    rows = []
    for name, item in open_ruleset("0.1.0").vocabulary.quantities.items():
        low, high = item.range
        given = "computed" if item.computed else ""
        extent = f"{number(low)} to {number(high)}"
        rows.append([code(name), code(item.unit), number(item.resolution), extent, given, also_read(name, item.unit)])
    return table("quantity", "unit", "resolution", "range", "", "also read in", rows=rows)


def analytes_table():
    """What converting one analyte takes."""
    rows = []
    for name, analyte in ANALYTES.items():
        charge = "" if analyte.charge is None else str(analyte.charge)
        mass = "" if analyte.molar_mass is None else number(analyte.molar_mass)
        notes = [f"`{other}` is `{unit}`" for other, unit in analyte.aliases.items()]
        notes += [
            f"`{unit}`: canonical = {number(factor)} x value"
            + (f" {'+' if offset > 0 else '-'} {number(abs(offset))}" if offset else "")
            for unit, (factor, offset) in analyte.affine.items()
        ]
        notes += [f"`{unit}` is refused" for unit in analyte.refuse]
        rows.append([f"`{name}`", mass, charge, "; ".join(notes)])
    return table("quantity", "g/mol", "charge", "units of its own", rows=rows)


def units_table():
    """Every unit, with what it is worth in the first of its dimension."""
    rows = []
    for dimension in dict.fromkeys(unit.dimension for unit in UNITS.values()):
        named = [f"`{name}` ({number(unit.factor)})" for name, unit in UNITS.items() if unit.dimension == dimension]
        rows.append([dimension, ", ".join(named)])
    return table("dimension", "units and their factors", rows=rows)


def words_table():
    """What people write."""
    written = {}
    for word, unit in WORDS.items():
        written.setdefault(unit, []).append(word)
    return table("unit", "is also read as", rows=[[f"`{unit}`", code(*words)] for unit, words in written.items()])


def theorems_table():
    """What is proved, with what its questions ask for in the newest version."""
    from fasciculation_rules.proof.proving import subject_of
    from fasciculation_rules.proof.solver import Verdict
    from fasciculation_rules.proof.theorems import all_theorems

    subject = subject_of(open_ruleset("1.1.0"))
    wanted = {Verdict.IMPOSSIBLE: "nobody", Verdict.POSSIBLE: "somebody"}
    rows = [
        [f"`{theorem.id}`", theorem.sentence, wanted[next(iter(theorem.questions(subject))).must_be]]
        for theorem in all_theorems()
    ]
    return table("theorem", "sentence", "questions", rows=rows)


def prefetch_table():
    """What a call brings of the record."""
    from fasciculation_rules.server.prefetch import KEYS

    rows = [
        [
            code(key.name),
            "needed" if key.required else "",
            code(key.template.replace("{codes}", "...")),
            key.use,
            key.size,
            key.without,
        ]
        for key in KEYS
    ]
    return table("key", "", "template", "for", "resources", "without it", rows=rows)


SYSTEMS = {SNOMED: "SNOMED CT", ICD10CM: "ICD-10-CM", LOINC: "LOINC", HPO: "HPO"}
TAKEN = {
    Relation.NARROWER: "one kind of it: its presence counts, its absence does not",
    Relation.WIDER: "may mean something else too: set aside",
}


def newest():
    return open_ruleset("1.1.0")


def relations_table():
    """Codes that do not mean the same as the item beside them, in the newest version."""
    ruleset = newest()
    rows = [
        [SYSTEMS[system], f"`{code}`", label_of(item, ruleset), TAKEN[relation]]
        for (system, code, item), relation in RELATIONS.items()
    ]
    return table("system", "code", "item", "so it is read as", rows=rows)


def never_table():
    """What no site mapping may say."""
    ruleset = newest()
    rows = [
        [SYSTEMS[system], f"`{code}`", label_of(item, ruleset), reason]
        for (system, code, item), reason in NEVER.items()
    ]
    return table("system", "code", "is never", "because", rows=rows)


def not_kinds_table():
    """What NOT_KINDS keeps out: a term of HPO, the item it stands below, and why."""
    ruleset = newest()
    rows = [
        [f"`{term}`", label_of(item, ruleset), *reason.split(": ", 1)] for (term, item), reason in NOT_KINDS.items()
    ]
    return table("term", "is not read as", "label", "because", rows=rows)


def relatives_table():
    """Diseases of relatives, and what they say of the patient."""
    ruleset = newest()
    rows = [[ruleset.codes[row].label, label_of(item, ruleset)] for row, item in OF_RELATIVES.items()]
    return table("disease of a relative", "says of the patient", rows=rows)


def past_table():
    """Items whose question asks for the past too."""
    ruleset = newest()
    rows = [[label_of(item, ruleset), ruleset.vocabulary.items[item].ask] for item in sorted(PAST_COUNTS)]
    return table("item", "its question", rows=rows)


def same_table():
    """Every code that is read as its item."""
    ruleset = newest()
    rows = [
        [label_of(meaning.item, ruleset), SYSTEMS[system], f"`{code}`", ruleset.codes[row].label]
        for (system, code), meaning in of_ruleset(ruleset).items()
        if system in SYSTEMS and meaning.relation is Relation.EQUIVALENT
        for row in [ruleset.vocabulary.items[meaning.item].codes]
    ]
    return table("item", "system", "code", "label of the code", rows=rows)


def label_of(item, ruleset):
    return f"{ruleset.vocabulary.label(item)} (`{item}`)"


GENERATED = {
    ("reference/judgements-about-codes.md", "relations"): relations_table,
    ("reference/judgements-about-codes.md", "never"): never_table,
    ("reference/judgements-about-codes.md", "not kinds"): not_kinds_table,
    ("reference/judgements-about-codes.md", "relatives"): relatives_table,
    ("reference/judgements-about-codes.md", "past"): past_table,
    ("reference/judgements-about-codes.md", "same"): same_table,
    ("reference/site-format.md", "prefetch"): prefetch_table,
    ("reference/theorems.md", "theorems"): theorems_table,
    ("reference/quantities-and-units.md", "quantities"): quantities_table,
    ("reference/quantities-and-units.md", "analytes"): analytes_table,
    ("reference/quantities-and-units.md", "units"): units_table,
    ("reference/quantities-and-units.md", "words"): words_table,
}


def around(page, name):
    """The text of a page before, in and after a generated place."""
    text = (DOCS / page).read_text(encoding="utf-8")
    before, start, rest = text.partition(f"<!-- generated: {name} -->\n")
    inside, end, after = rest.partition("<!-- end -->\n")
    assert start, f"{page} has no place for the generated {name}"
    assert end, f"{page} has no end of the generated {name}"
    return before + start, inside, end + after


@pytest.mark.parametrize(("page", "name"), GENERATED, ids=lambda value: value)
def test_every_generated_table_is_up_to_date(page, name):
    assert around(page, name)[1] == GENERATED[page, name](), "write it anew with `python tests/test_docs.py`"


def write_anew():
    """Generated tables, and outputs shown without `...`; what has one is only named."""
    for (page, name), generate in GENERATED.items():
        before, _, after = around(page, name)
        (DOCS / page).write_text(before + generate() + after, encoding="utf-8")
    for page in PAGES:
        with tempfile.TemporaryDirectory() as folder:
            found = differences(page, Path(folder))
        text = page.read_text(encoding="utf-8")
        for difference in found:
            print(difference, "\n")
            if "..." not in difference.block.text:
                old = f"```{difference.block.language}\n{difference.block.text}```"
                text = text.replace(old, f"```{difference.block.language}\n{difference.replacement}```")
        page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_anew()
