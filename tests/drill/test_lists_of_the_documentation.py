"""The documentation's lists of codes are complete, in both languages."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from django.utils import translation

import xiachen
from tests.drill.files import DOCS
from xiachen.base.errors import Refused
from xiachen.command.queries import house
from xiachen.deployment.rules import TEAM_TYPES
from xiachen.drill.rules.allowed import roles_for
from xiachen.drill.rules.verbs.table import VERBS
from xiachen.incidents.rules import PARAMETERS
from xiachen.needs.rules import NEEDS, WORK

PAGES = {"scenarios.md": "en", "scenarios.zh.md": "zh-hans"}
_HEADINGS = {
    "needs": ("Codes of needs", "需求代码"),
    "work": ("Codes of kinds of work", "工作类型代码"),
    "types": ("Codes of types of team", "队伍类型代码"),
    "parameters": ("Parameters", "参数"),
    "figures": ("Codes of figures", "指标代码"),
    "roles": ("Who may do what", "谁可以做什么"),
    "refusals": ("Codes of refusals", "拒绝代码"),
}
# The areas whose operations a scenario's entries and events reach.
_AREAS = (
    "base",
    "places",
    "incidents",
    "notices",
    "mobilisation",
    "people",
    "deployment",
    "attendance",
    "needs",
    "command",
)
pages = pytest.mark.parametrize("page", list(PAGES))


def listed(page: str, what: str) -> list[list[str]]:
    """Return the cells of the rows under a heading, the code without its marks."""
    text = (DOCS / page).read_text("utf-8")
    heading = _HEADINGS[what][page.endswith(".zh.md")]
    part = text.split(f"\n### {heading}\n")[1].split("\n### ")[0]
    rows = [line for line in part.splitlines() if line.startswith("| `")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split(" | ")] for line in rows]


@pages
@pytest.mark.parametrize(("what", "codes"), [("needs", NEEDS), ("work", WORK)])
def test_kinds_of_work_and_needs(
    page: str, what: str, codes: tuple[tuple[str, str, str], ...]
) -> None:
    assert [tuple(row) for row in listed(page, what)] == list(codes)


@pages
def test_types_of_team(page: str) -> None:
    assert [tuple(row) for row in listed(page, "types")] == list(TEAM_TYPES)


@pages
def test_parameters_with_the_form_of_their_values(page: str) -> None:
    with translation.override(PAGES[page]):
        forms = [[name, str(known.form)] for name, known in PARAMETERS.items()]
    assert listed(page, "parameters") == forms


@pages
def test_figures_with_their_titles(page: str) -> None:
    expected = []
    for figure in sorted(house.figures_of_the_house(), key=lambda one: one.code):
        with translation.override("zh-hans"):
            chinese = str(figure.title)
        with translation.override("en"):
            expected.append([figure.code, chinese, str(figure.title)])
    assert [row[:3] for row in listed(page, "figures")] == expected


@pages
def test_roles_that_may_do_a_verb(page: str) -> None:
    said = {row[0]: row[1].replace("、", ", ").split(", ") for row in listed(page, "roles")}
    assert said == {verb: roles_for(verb) for verb in VERBS}


@pages
def test_refusals_that_a_scenario_can_expect(page: str) -> None:
    assert {row[0] for row in listed(page, "refusals")} == set(_refusals())


def _refusals() -> Iterator[str]:
    for area in _AREAS:
        package = importlib.import_module(f"{xiachen.__name__}.{area}")
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.split(".")[2] in {"rules", "operations", "queries", "errors"}:
                importlib.import_module(module.name)
    waiting = list(Refused.__subclasses__())
    while waiting:
        refusal = waiting.pop()
        waiting += refusal.__subclasses__()
        if refusal.__module__.startswith("xiachen.") and refusal.__module__.split(".")[1] in _AREAS:
            yield refusal.code
