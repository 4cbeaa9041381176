"""Scenario files as they are written: sections with their lines, and one file extending another."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from xiachen.drill.rules.faults import Fault, Place, ScenarioFaulty, nearest
from xiachen.drill.rules.grammar import IDENTITY, SECTIONS

HEADER_SECTION = "scenario"
_HEADING = re.compile(r"^\s*\[\[\s*([A-Za-z_-]+)\s*\]\]", re.MULTILINE)
_NO_SECTION = _("there is no section [[%(name)s]]; did you mean: %(near)s?")
_QUOTED = re.compile(r'"[^"]*"|\'[^\']*\'')
_CHINESE_QUOTES = re.compile("[“”‘’「」『』＂]")
_SYNTAX_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True, slots=True)
class Raw:
    """One section of a file, its values as TOML gave them."""

    place: Place
    values: dict[str, object]


@dataclass(frozen=True, slots=True)
class Document:
    """A scenario file before its values are understood."""

    file: str
    header: Raw
    sections: dict[str, list[Raw]]

    @property
    def extends(self) -> str:
        """Return the name or path of the scenario that this one changes, or nothing."""
        return str(self.header.values.get("extends", ""))


def read_document(text: str, file: str) -> Document:
    """
    Read one file's text.

    :raises ScenarioFaulty: it is not TOML, names a date that does not exist, or has sections that
        no scenario has
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioFaulty([_syntax(str(error), file, text)]) from error
    faults = [
        Fault(Place(file), _NO_SECTION, {"name": name, "near": nearest(name, SECTIONS)})
        for name in content
        if name != HEADER_SECTION and name not in SECTIONS
    ]
    header = content.get(HEADER_SECTION)
    if not isinstance(header, dict):
        faults.append(Fault(Place(file), _("the table [scenario] is missing"), {}))
        header = {}
    sections, misshapen = _sections(content, text, file)
    if faults or misshapen:
        raise ScenarioFaulty([*faults, *misshapen])
    return Document(file, Raw(Place(file, f"[{HEADER_SECTION}]"), header), sections)


def extend(base: Document, change: Document) -> Document:
    """
    Return the base with another file's changes.

    An entry of the same identity changes the keys it names, or leaves the entry out with
    `skip = true`; any other entry is added.

    :raises ScenarioFaulty: an entry to leave out is not there
    """
    faults: list[Fault] = []
    header = {k: v for k, v in change.header.values.items() if k != "extends"}
    sections = {
        name: _changed(name, base.sections.get(name, []), change.sections.get(name, []), faults)
        for name in SECTIONS
    }
    if faults:
        raise ScenarioFaulty(faults)
    place = change.header.place
    return Document(change.file, Raw(place, {**base.header.values, **header}), sections)


def _changed(section: str, base: list[Raw], changes: list[Raw], faults: list[Fault]) -> list[Raw]:
    by = IDENTITY.get(section, "handle")
    result = list(base)
    for change in changes:
        identity = change.values.get(by)
        found = [i for i, raw in enumerate(result) if identity and raw.values.get(by) == identity]
        skipped = change.values.get("skip") is True
        if found and skipped:
            del result[found[0]]
        elif found:
            result[found[0]] = Raw(change.place, _overlaid(result[found[0]].values, change.values))
        elif skipped:
            known = [str(raw.values[by]) for raw in base if by in raw.values]
            values: dict[str, object] = {"name": identity, "near": nearest(str(identity), known)}
            words = _("there is no “%(name)s” to leave out; the extended file has: %(near)s")
            faults.append(Fault(change.place, words, values))
        else:
            result.append(change)
    return result


def _overlaid(old: dict[str, object], new: dict[str, object]) -> dict[str, object]:
    """Return the old values with the new ones; tables such as `with` are changed key by key."""
    result = dict(old)
    for key, value in new.items():
        former = result.get(key)
        if isinstance(former, dict) and isinstance(value, dict) and key == "with":
            result[key] = {**former, **value}
        else:
            result[key] = value
    return result


def _sections(
    content: Mapping[str, object], text: str, file: str
) -> tuple[dict[str, list[Raw]], list[Fault]]:
    lines = _lines(text)
    sections: dict[str, list[Raw]] = {}
    faults = []
    for name in SECTIONS:
        rows = content.get(name, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            words = _("“%(name)s” must be written as [[%(name)s]], once for each")
            faults.append(Fault(Place(file), words, {"name": name}))
            continue
        found = lines.get(name, [])
        sections[name] = [
            Raw(Place(file, name, n, found[n - 1] if n <= len(found) else 0), row)
            for n, row in enumerate(rows, 1)
        ]
    return sections, faults


def _lines(text: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for match in _HEADING.finditer(text):
        line = text.count("\n", 0, match.start(1)) + 1
        found.setdefault(match.group(1), []).append(line)
    return found


def _syntax(message: str, file: str, text: str) -> Fault:
    place = _SYNTAX_PLACE.search(message)
    line = int(place.group(1) or 0) if place else 0
    said = _SYNTAX_PLACE.sub("", message)
    written = text.splitlines()[line - 1 : line] if line else []
    if any(_CHINESE_QUOTES.search(_QUOTED.sub("", one.split("#")[0])) for one in written):
        words = _(
            "Chinese quotation marks stand around a value; TOML needs straight ones, such as "
            '"text" (inside a text “…” may stand)'
        )
        return Fault(Place(file, line=line), words, {})
    if "date" in said.lower():
        words = _("a date or time that does not exist, or is not written as 2020-03-01 or 08:30:00")
        return Fault(Place(file, line=line), words, {})
    words = _("this is not TOML: %(said)s")
    return Fault(Place(file, line=line), words, {"said": said})
