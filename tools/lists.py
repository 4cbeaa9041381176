"""
Keep the lists of codes in docs/scenarios*.md complete: parameters, figures, roles, refusals.

`make words` writes them after the words that they are made of; a test compares them with the code.
"""

import importlib
import os
import pkgutil
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import django
from django.utils import translation

ROOT = Path(__file__).parents[1]
PAGES = {"scenarios.md": "en", "scenarios.zh.md": "zh-hans"}
AREAS = (
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
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
ASKING = {"rules", "operations", "queries", "errors"}


def main() -> int:
    """Write the lists of both languages."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiachen.site.settings")
    django.setup()
    for page, language in PAGES.items():
        path = ROOT / "docs" / page
        chinese = language != "en"
        text = path.read_text("utf-8")
        with translation.override(language):
            lists = {
                ("Parameters", "参数")[chinese]: parameters(),
                ("Codes of figures", "指标代码")[chinese]: figures(),
                ("Who may do what", "谁可以做什么")[chinese]: roles("、" if chinese else ", "),
                ("Codes of refusals", "拒绝代码")[chinese]: refusals(),
            }
            for heading, rows in lists.items():
                text = with_rows(text, heading, rows)
        path.write_text(text, "utf-8")
    return 0


def with_rows(text: str, heading: str, rows: Iterable[str]) -> str:
    """Return the text with other rows in the table under a heading."""
    before, after = text.split(f"\n### {heading}\n", 1)
    part, *rest = re.split(r"(?=\n### )", after, maxsplit=1)
    lines = part.split("\n")
    places = [number for number, line in enumerate(lines) if line.startswith("| `")]
    lines[places[0] : places[-1] + 1] = rows
    return f"{before}\n### {heading}\n" + "\n".join(lines) + "".join(rest)


def parameters() -> list[str]:
    """Return a row for each parameter."""
    from xiachen.incidents.rules import PARAMETERS

    return [f"| `{name}` | {known.form} |" for name, known in PARAMETERS.items()]


def figures() -> list[str]:
    """Return a row for each figure, its title in both languages."""
    from xiachen.command.queries import house

    rows = []
    for one in sorted(house.figures_of_the_house(), key=lambda figure: figure.code):
        with translation.override("zh-hans"):
            chinese = str(one.title)
        with translation.override("en"):
            english = str(one.title)
        share = f"`{one.of}`" if one.of else ""
        rows.append(f"| `{one.code}` | {chinese} | {english} | {share} |")
    return rows


def roles(comma: str) -> list[str]:
    """Return a row for each verb with the roles that may do it."""
    from xiachen.drill.rules.allowed import roles_for
    from xiachen.drill.rules.verbs.table import VERBS

    return [f"| `{verb}` | {comma.join(roles_for(verb))} |" for verb in VERBS]


def refusals() -> list[str]:
    """Return a row for each refusal, … in the place of what changes."""
    found = {one.code: PLACEHOLDER.sub("…", str(one.message)) for one in _refusals()}
    return [f"| `{code}` | {words} |" for code, words in sorted(found.items())]


def _refusals() -> Iterator[type]:
    import xiachen
    from xiachen.base.errors import Refused

    for area in AREAS:
        package = importlib.import_module(f"{xiachen.__name__}.{area}")
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.split(".")[2] in ASKING:
                importlib.import_module(module.name)
    waiting = list(Refused.__subclasses__())
    while waiting:
        refusal = waiting.pop()
        waiting += refusal.__subclasses__()
        if refusal.__module__.split(".")[1] in AREAS:
            yield refusal


if __name__ == "__main__":
    sys.exit(main())
