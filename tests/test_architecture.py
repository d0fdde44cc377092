"""Who may import whom, read from the imports themselves; and the picture of it, which the docs must show as drawn here.

`python tests/test_architecture.py` prints the picture.
"""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
PACKAGE = CHECKOUT / "src" / "fasciculation_rules"
PAGE = CHECKOUT / "docs" / "explanation" / "architecture.md"

# From the top down. A room may import rooms of the rows below it, and no other room of its own row.
# A room that does not exist yet has its row already.
ROWS = (
    ("cli",),
    ("server",),
    ("release",),
    ("audit", "authoring", "population"),
    ("exchange",),
    ("proof",),
    ("report",),
    ("assessing",),
    ("engines", "shelf"),
    ("model",),
    ("logic",),
    ("errors",),
)
PURPOSES = {
    "cli": "what people type",
    "server": "what other systems call",
    "release": "cutting a version",
    "audit": "records of what was decided",
    "authoring": "what rule writers need",
    "population": "cohorts",
    "exchange": "other formats",
    "proof": "what holds for every case",
    "report": "lays an assessment out",
    "assessing": "the straight line from a case to an assessment",
    "engines": "how rules run",
    "shelf": "where rules lie",
    "model": "the values",
    "logic": "what a condition means",
    "errors": "what can be wrong",
}
ROW_OF = {room: index for index, row in enumerate(ROWS) for room in row}

# Where each package that is not ours may be imported.
HOMES = {
    "cryptography": {"audit"},
    "duckdb": {"population"},
    "durable_rules_engine": {"engines"},
    "h11": {"server"},
    "httpx": {"server"},
    "jinja2": {"report"},
    "jwt": {"server"},
    "polars": {"engines", "population"},
    "prometheus_client": {"server"},
    "pyarrow": {"exchange"},
    "pydantic": {"model", "shelf"},
    "pysat": {"proof"},
    "pyspark": {"population"},
    "rich": {"cli"},
    "scipy": {"population"},
    "starlette": {"server"},
    "typer": {"cli"},
    "uvicorn": {"server"},
    "yaml": {"shelf"},
    "z3": {"proof"},
}
OUTSIDE_THE_ROWS = {"__init__", "__main__", "_version"}
"""The lazy front door, the way in for `python -m`, and the version: of none does any row own a part."""


def modules():
    """Every module of the package by its dotted name below it, as a parsed tree."""
    for file in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(file.relative_to(PACKAGE).with_suffix("").parts)
        yield name, ast.parse(file.read_text(encoding="utf-8"), str(file))


TREES = dict(modules())


def imports(tree):
    """Every module that a tree imports: at the top, inside functions, and for type checkers only."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import hides where it leads"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room_of(module):
    """The room of a module such as `engines.durable.handle`, or of `errors`, which is a room by itself."""
    return module.split(".")[0]


def own(imported):
    """The module of this package that an import names, without the name inside it; None for any other package."""
    head, _, rest = imported.partition(".")
    if head != "fasciculation_rules":
        return None
    parts = rest.split(".")
    while parts and ".".join(parts) not in TREES and ".".join([*parts, "__init__"]) not in TREES:
        parts.pop()
    return ".".join(parts) or "__init__"


def edges():
    """(room, room it imports) with the modules that do it."""
    found = {}
    for module, tree in TREES.items():
        room = room_of(module)
        for imported in imports(tree):
            target = own(imported)
            if target is not None and room not in OUTSIDE_THE_ROWS and room_of(target) not in OUTSIDE_THE_ROWS:
                found.setdefault((room, room_of(target)), set()).add(module)
    return {pair: modules for pair, modules in found.items() if pair[0] != pair[1]}


def rooms():
    """The rooms that exist, from the top row down."""
    there = {room_of(module) for module in TREES} - OUTSIDE_THE_ROWS
    return [room for row in ROWS for room in row if room in there]


def others():
    """Each package that is neither ours nor Python's, with the modules that import it."""
    found = {}
    for module, tree in TREES.items():
        for imported in imports(tree):
            head = imported.split(".")[0]
            if head != "fasciculation_rules" and head not in sys.stdlib_module_names:
                found.setdefault(head, set()).add(module)
    return found


def run(code):
    """What a new Python prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


# ---------------------------------------------------------------- the picture


def picture():
    """The rooms by row, what each is for, which it imports, and where packages of others come in."""
    edge = set(edges())
    lines = []
    there = rooms()
    for row in ROWS:
        present = [room for room in row if room in there]
        if present:
            purposes = " | ".join(PURPOSES[room] for room in present)
            lines.append(f"{'   '.join(present):<34}{purposes}")
    lines += ["", "imports"]
    for room in there:
        below = [other for other in there if (room, other) in edge]
        lines.append(f"  {room:<17}{' '.join(below) or '-'}")
    lines += ["", "packages of others"]
    for package, where in sorted(others().items()):
        lines.append(f"  {package:<22}{' '.join(room for room in there if room in {room_of(m) for m in where})}")
    return "\n".join(line.rstrip() for line in lines) + "\n"


def test_the_docs_show_the_picture_that_the_imports_draw():
    page = PAGE.read_text(encoding="utf-8")
    shown = page.partition("```text\n")[2].partition("```")[0]
    assert shown == picture(), f"{PAGE.name} is out of date: paste what `python tests/test_architecture.py` prints"


# ---------------------------------------------------------------- rows


def test_every_room_has_a_row_and_a_purpose():
    assert {room_of(module) for module in TREES} - OUTSIDE_THE_ROWS <= set(ROW_OF)
    assert set(ROW_OF) == set(PURPOSES)


@pytest.mark.parametrize("room", rooms())
def test_a_room_imports_only_rooms_of_rows_below(room):
    upward = {
        f"{module} imports {target}"
        for (source, target), modules in edges().items()
        for module in modules
        if source == room and ROW_OF[target] <= ROW_OF[source]
    }
    assert upward == set()


def test_nothing_imports_the_front_door_but_for_the_version():
    found = {
        module
        for module, tree in TREES.items()
        for imported in imports(tree)
        if own(imported) == "__init__" and imported != "fasciculation_rules.__version__"
    }
    assert found == set()


def test_modules_do_not_import_each_other_in_a_circle():
    graph = {}
    for module, tree in TREES.items():
        targets = {own(imported) for imported in imports(tree)} - {None, module, "__init__", "_version"}
        graph[module] = {target if target in TREES else f"{target}.__init__" for target in targets}
    graph.pop("__init__")
    TopologicalSorter(graph).prepare()  # raises CycleError naming the circle


def test_imports_are_statements_that_this_test_can_read():
    """But for the front door, which loads by name and is read below."""
    hidden = {
        module
        for module, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id in {"import_module", "__import__"}
    }
    assert hidden <= {"__init__"}


def test_the_front_door_says_the_same_to_type_checkers_and_to_python():
    import fasciculation_rules

    for_checkers = set()
    for node in ast.walk(TREES["__init__"]):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("fasciculation_rules.") and node.level == 0:
            module = node.module.removeprefix("fasciculation_rules.")
            for_checkers |= {(alias.name, module) for alias in node.names if alias.name != "__version__"}
    assert for_checkers == set(fasciculation_rules._HOMES.items())
    assert set(fasciculation_rules.__all__) == {"__version__", *fasciculation_rules._HOMES}
    for name in fasciculation_rules.__all__:
        assert getattr(fasciculation_rules, name) is not None


def test_a_public_name_is_the_same_whatever_was_imported_before():
    """Importing a room binds its name in the package, where a public name of that kind would be lost."""
    for before in ("fasciculation_rules.assessing.firings", "fasciculation_rules.cli.app"):
        run(f"import {before}\nfrom fasciculation_rules import Case, assess\nassert not hasattr(assess, '__path__')")


# ---------------------------------------------------------------- packages of others


def test_each_package_of_others_is_imported_in_its_home_only():
    found = {package: {room_of(module) for module in where} for package, where in others().items()}
    assert found == HOMES


def test_durable_rules_is_imported_in_exactly_one_module():
    assert others()["durable_rules_engine"] == {"engines.durable.binding"}


def test_logic_and_errors_need_the_standard_library_only():
    for module, tree in TREES.items():
        if room_of(module) in {"logic", "errors"}:
            heads = {imported.split(".")[0] for imported in imports(tree)}
            assert heads <= {"fasciculation_rules", *sys.stdlib_module_names}, module


def test_engines_do_without_the_values_of_the_model():
    """So that a record of what an engine needs is a record of the program, and of nothing else."""
    assert ("engines", "model") not in edges()
    assert ("engines", "shelf") not in edges()


HEAVY = ("pydantic", "yaml", "typer", "rich", "durable_rules_engine", "fasciculation_rules.engines")


def loaded(statement, *names):
    """Which of the named packages are loaded once a new Python has run a statement."""
    return run(f"{statement}\nimport sys\nprint(*[name for name in {names!r} if name in sys.modules])").split()


def test_a_bare_import_loads_nothing():
    assert loaded("import fasciculation_rules", *HEAVY) == []
    assert loaded("import fasciculation_rules; fasciculation_rules.CaseError", *HEAVY) == []


def test_a_case_is_read_without_yaml_and_without_an_engine():
    assert loaded("from fasciculation_rules import Case; Case.of(age='42 years')", *HEAVY) == ["pydantic"]


def test_the_engine_compiled_never_loads_durable_rules():
    statement = (
        "from pathlib import Path\n"
        "from fasciculation_rules import Case, assess, open_ruleset\n"
        f"ruleset = open_ruleset(Path({str(CHECKOUT / 'tests' / 'rulesets' / 'mini')!r}))\n"
        "assess(Case.of(fasciculation='present'), ruleset, engine='compiled')"
    )
    assert loaded(statement, "durable_rules_engine", "typer", "rich") == []


if __name__ == "__main__":
    print(picture(), end="")
