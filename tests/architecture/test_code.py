"""What linters cannot hold: who writes, who asks for the scope, how long things may be."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "xiachen"
AREAS = (
    "papers",
    "places",
    "people",
    "incidents",
    "notices",
    "mobilisation",
    "deployment",
    "attendance",
    "needs",
    "command",
    "sync",
)
# The room of papers reads files from outside and makes files, for which areas have no question.
MORE_FILES = {
    "papers": {
        "answering",
        "cage",
        "caged",
        "cleaning",
        "images",
        "intake",
        "qr",
        "reading",
        "rollcall",
        "several",
        "tables",
        "uploads",
        "ways_out",
    },
    # The table from a phone's event to its operation, and the installation's epoch.
    "sync": {"epoch", "kinds"},
}
ORM_WRITES = {
    "save",
    "create",
    "bulk_create",
    "bulk_update",
    "update",
    "delete",
    "get_or_create",
    "update_or_create",
    "append_facts",
}
# Asked before there is a scope, or by other operations inside their transaction.
WITHOUT_SCOPE = {
    "people.queries.grants_of",
    "people.queries.organisations_below",
    "deployment.queries.teams_below",
    "deployment.queries.scope_of",
    "deployment.queries.scopes_on",
    "deployment.queries.team_mates",
    "mobilisation.queries.places_of_member",
    "mobilisation.queries.enrolled_in",
    "needs.operations.install_catalogue",
    "deployment.operations.install_team_types",
    "places.operations.install_divisions",
    "command.queries.figures_of_the_house",
    "command.queries.figure",
}


def python_files() -> Iterator[Path]:
    for path in sorted(SOURCE.rglob("*.py")):
        if "migrations" not in path.parts:
            yield path


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef):
            yield node


def room(path: Path) -> str:
    """The file's question: operations for operations.py and for operations/noun.py alike."""
    parts = path.relative_to(SOURCE).parts
    return parts[1].removesuffix(".py") if len(parts) > 1 else ""


def area_files(name: str) -> list[Path]:
    return [
        p for p in python_files() if p.relative_to(SOURCE).parts[0] in AREAS and room(p) == name
    ]


def test_only_operations_write_with_the_orm() -> None:
    found = []
    for path in python_files():
        if path.relative_to(SOURCE).parts[0] not in AREAS or room(path) == "operations":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ORM_WRITES
                and "objects" in ast.unparse(node.func)
            ):
                found.append(f"{path.relative_to(SOURCE)}:{node.lineno} {ast.unparse(node.func)}")
    assert found == []


@pytest.mark.parametrize("name", ["operations", "queries"])
def test_operations_and_queries_ask_for_the_scope_first(name: str) -> None:
    found = []
    for path in area_files(name):
        tree = ast.parse(path.read_text("utf-8"))
        area = path.relative_to(SOURCE).parts[0]
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            first = [argument.arg for argument in node.args.args][:1]
            # Hot operations take many who ask at once: a scope for each entry.
            if (
                first not in (["scope"], ["scopes"])
                and f"{area}.{name}.{node.name}" not in WITHOUT_SCOPE
            ):
                found.append(f"{area}.{name}.{node.name}")
    assert found == []


def test_rules_take_nothing_of_django_but_its_words() -> None:
    words = ("django.utils.translation", "django.utils.functional")
    found = [
        f"{path.relative_to(SOURCE)} {name}"
        for path in area_files("rules")
        for name in imported(path)
        if name.split(".")[0] == "django" and name not in words
    ]
    assert found == []


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_operations_are_atomic() -> None:
    found = []
    for path in area_files("operations"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                marks = {ast.unparse(mark) for mark in node.decorator_list}
                if "transaction.atomic" not in marks:
                    found.append(f"{path.relative_to(SOURCE)} {node.name}")
    assert found == []


def test_files_and_functions_stay_short() -> None:
    long_files = [
        f"{path.relative_to(SOURCE)} {lines}"
        for path in python_files()
        if (lines := path.read_text("utf-8").count("\n")) > 400
    ]
    lengths = sorted(
        (node.end_lineno - node.lineno + 1, f"{path.relative_to(SOURCE)} {node.name}")
        for path in python_files()
        for node in functions(path)
        if node.end_lineno is not None
    )
    assert long_files == []
    assert lengths[-1][0] < 60, lengths[-1]
    assert lengths[int(len(lengths) * 0.9)][0] <= 30


def test_no_signals_no_overridden_save_and_no_unfinished_marks() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK|NotImplementedError)\b|def save\(|@receiver")
    found = [
        f"{path.relative_to(SOURCE)}:{number}"
        for path in python_files()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if marks.search(line)
    ]
    assert found == []


def test_areas_have_only_the_files_of_the_house() -> None:
    allowed = {
        "__init__",
        "apps",
        "models",
        "rules",
        "queries",
        "figures",
        "operations",
        "plan",
        "screens",
        "forms",
        "api",
        "jobs",
        "urls",
        "migrations",
        "templatetags",
    }
    found = [
        str(path.relative_to(SOURCE))
        for path in python_files()
        if path.relative_to(SOURCE).parts[0] in AREAS
        and room(path) not in allowed | MORE_FILES.get(path.relative_to(SOURCE).parts[0], set())
        and "templatetags" not in path.parts
    ]
    assert found == []
