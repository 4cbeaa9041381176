"""The scenario files: where they lie, and reading one with all that it extends."""

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from xiachen.drill.rules.documents import Document, extend, read_document
from xiachen.drill.rules.faults import Fault, NoScenario, Place, ScenarioFaulty
from xiachen.drill.rules.reading import scenario_from
from xiachen.drill.rules.scenario import Scenario

_PACKAGE = Path(__file__).parents[1]
SUFFIX = ".toml"
LARGEST = 5_000_000


@dataclass(frozen=True, slots=True)
class Listed:
    """A scenario in the list: what it is called and how large it is; or why it cannot be read."""

    name: str
    title: str
    title_en: str
    day: date | None
    people: int = 0
    events: int = 0
    fault: str = ""


def folder() -> Path:
    """Return where the shipped scenarios lie: in the installed package, or in the checkout."""
    installed = _PACKAGE / "scenarios"
    return installed if installed.is_dir() else _PACKAGE.parents[2] / "scenarios"


def names() -> list[str]:
    """Return the names of the shipped scenarios."""
    return sorted(path.stem for path in folder().glob(f"*{SUFFIX}"))


def scenario(name_or_path: str) -> Scenario:
    """
    Read a scenario by its name, or by the path of a file.

    :raises NoScenario: there is none
    :raises ScenarioFaulty: its file has mistakes; all that reading can find are named
    """
    path = _path(name_or_path, beside=None)
    digest = hashlib.sha256()
    document = _document(path, digest, ())
    return scenario_from(document, name=path.stem, digest=digest.hexdigest())


def scenarios() -> list[Listed]:
    """Return every shipped scenario, one that cannot be read with the reason."""
    return [_listed(name) for name in names()]


def _listed(name: str) -> Listed:
    try:
        found = scenario(name)
    except ScenarioFaulty as faulty:
        return Listed(name, name, name, None, fault=str(faulty))
    return Listed(name, found.title, found.title_en, found.day, found.people, len(found.events))


def _path(name: str, beside: Path | None) -> Path:
    """Return the file meant: by path, beside the extending file, or a shipped one."""
    if name.endswith(SUFFIX) or "/" in name:
        path = (beside.parent / name) if beside else Path(name)
        candidates = [path]
    else:
        candidates = [beside.parent / f"{name}{SUFFIX}"] if beside else []
        candidates.append(folder() / f"{name}{SUFFIX}")
    for path in candidates:
        if path.is_file():
            return path
    raise NoScenario(name=name, known=", ".join(names()) or "—")


def _document(path: Path, digest: "hashlib._Hash", above: tuple[Path, ...]) -> Document:
    if path.resolve() in above:
        words = _("the files extend each other in a circle")
        raise ScenarioFaulty([Fault(Place(path.name), words)])
    content = path.read_bytes()[:LARGEST]
    digest.update(content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        words = _("the file is not written in UTF-8")
        raise ScenarioFaulty([Fault(Place(path.name), words)]) from None
    document = read_document(text, path.name)
    if not document.extends:
        return document
    base = _path(document.extends, beside=path)
    return extend(_document(base, digest, (*above, path.resolve())), document)
