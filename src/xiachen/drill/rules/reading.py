"""From a file's sections to a scenario: every value of its kind, every handle known."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from xiachen.drill.rules.documents import Document, Raw
from xiachen.drill.rules.entries import NUMBERED, Entries
from xiachen.drill.rules.faults import ScenarioFaulty, nearest
from xiachen.drill.rules.grammar import (
    COMPOUND,
    GRID,
    HEADER,
    IDENTITY,
    LISTED,
    REACH,
    SECTIONS,
    Keys,
    Thing,
    loosened,
)
from xiachen.drill.rules.happenings import Happenings, check_named_parameter
from xiachen.drill.rules.lines import holes
from xiachen.drill.rules.scenario import Entry, Scenario
from xiachen.privacy.scope import Role

_TABLES: Mapping[tuple[str, str], Keys] = {
    ("community", "grids"): GRID,
    ("community", "compounds"): COMPOUND,
    ("account", "also"): REACH,
}
_NAMED: Mapping[str, Thing] = {
    "community": Thing.COMMUNITY,
    "unit": Thing.UNIT,
    "party": Thing.PARTY,
    "people": Thing.PERSON,
    "account": Thing.ACCOUNT,
}
_NUMBERED = ("unit", "party")


def scenario_from(document: Document, *, name: str, digest: str) -> Scenario:
    """
    Return the scenario that a complete document describes.

    :raises ScenarioFaulty: with every mistake that can be seen without playing it
    """
    return _Reading(document).scenario(name, digest)


class _Reading(Entries):
    """One pass over a document, gathering its mistakes."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document

    def scenario(self, name: str, digest: str) -> Scenario:
        header = self.entry(self.document.header, HEADER)
        self.day = header.day("day", self.day)
        sections = {
            section: tuple(self.section(section, raw) for raw in rows)
            for section, rows in self.document.sections.items()
            if section != "event"
        }
        self.name_all(sections)
        events = Happenings(self).read(self.document.sections.get("event", []))
        for entry in sections.get("parameter", ()):
            check_named_parameter(self, entry)
        self.refer(sections, header)
        self.expectations(sections.get("expect", ()))
        if self.faults:
            raise ScenarioFaulty(sorted(self.faults, key=lambda fault: fault.place.line))
        return Scenario(
            name=name,
            file=self.document.file,
            digest=digest,
            title=header.text("title"),
            title_en=header.text("title_en") or header.text("title"),
            about=header.text("about"),
            day=self.day,
            began_on=header.day("began_on", min([self.day, *(e.at.date() for e in events)])),
            kind=header.text("kind"),
            seed=header.number("seed", 1),
            reader=header.text("reader"),
            sections={name: self.expanded(name, rows) for name, rows in sections.items()},
            events=events,
            people=sum(len(self.crowd(entry)) for entry in sections.get("people", ())),
        )

    # Values

    def section(self, section: str, raw: Raw) -> Entry:
        names = raw.values.get(LISTED.get(section, ""))
        listed = isinstance(names, list)
        grouped = listed or "count" in raw.values
        entry = self.entry(raw, loosened(SECTIONS[section]) if grouped else SECTIONS[section])
        tables: dict[str, object] = {
            key: tuple(self.entry(Raw(raw.place, dict(one.values)), keys).values for one in rows)
            for (of, key), keys in _TABLES.items()
            if of == section and (rows := entry.tables(key))
        }
        if isinstance(names, list):
            self.check_names(entry, len(names))
            tables["count"] = len(names)
        return replace(entry, values={**entry.values, **tables})

    # Handles

    def name_all(self, sections: Mapping[str, tuple[Entry, ...]]) -> None:
        for section, thing in _NAMED.items():
            for entry in sections.get(section, ()):
                self.check_group(section, entry)
                handle = entry.text(IDENTITY.get(section, "handle"))
                free = self.named(entry.place, handle, thing, entry.number("count", 0))
                for grid in entry.tables("grids") if free else ():
                    for community in self.handles.singles(handle, thing):
                        name = f"{community}/{grid.number('number', 0)}"
                        self.named(entry.place, name, Thing.GRID)

    def check_community(self, entry: Entry) -> None:
        if ("is" in entry.values) == ("make" in entry.values):
            words = _("a community is either found (“is”: a name or code) or made (“make”: a name)")
            self.wrong(entry.place, words)
        elif "make" in entry.values and "street" not in entry.values:
            words = _("a community that is made needs the code of its street (“street”, 9 digits)")
            self.wrong(entry.place, words)

    def check_group(self, section: str, entry: Entry) -> None:
        if section == "community":
            self.check_community(entry)
        if entry.values.get("count") == 0:
            words = _("a group has a count of one or more")
            self.wrong(entry.place, words)
        elif section == "people" and "count" in entry.values and "name" in entry.values:
            words = _("a group has a count of one or more, and its names are invented")
            self.wrong(entry.place, words)
        elif "count" in entry.values and section in _NUMBERED:
            names = entry.texts(LISTED[section])
            if len(names) == 1 and NUMBERED not in names[0]:
                words = _("the name of a group needs a place for the number, such as “Unit {n}”")
                self.wrong(entry.place, words)

    def check_names(self, entry: Entry, names: int) -> None:
        count = entry.number("count", names)
        if not names or count != names:
            words = _("a list of %(names)s makes a group of as many; leave “count” out")
            self.wrong(entry.place, words, names=names)

    # References

    def refer(self, sections: Mapping[str, tuple[Entry, ...]], header: Entry) -> None:
        self.references(header, HEADER)
        for section, rows in sections.items():
            for entry in rows:
                keys = SECTIONS[section]
                self.references(entry, loosened(keys) if "count" in entry.values else keys)
                for reach in (entry, *entry.tables("also")) if section == "account" else ():
                    self.references(reach, loosened(REACH) if reach is entry else REACH)
                    self.role(reach)

    def role(self, reach: Entry) -> None:
        roles = [role.value for role in Role if role is not Role.SYSTEM]
        if reach.text("role") not in roles:
            words = _("there is no role “%(role)s”; did you mean: %(near)s?")
            near = nearest(reach.text("role"), roles)
            self.wrong(reach.place, words, role=reach.text("role"), near=near)

    def expanded(self, section: str, rows: Iterable[Entry]) -> tuple[Entry, ...]:
        """Return a section's entries, one for each of a group."""
        return tuple(single for entry in rows for single in self.single(section, entry))

    def single(self, section: str, entry: Entry) -> Iterator[Entry]:
        keys, by, listed = SECTIONS[section], IDENTITY.get(section, "handle"), LISTED.get(section)
        texts = entry.texts(listed) if listed else ()
        if "count" not in entry.values:
            named = {listed: texts[0]} if listed and texts else {}
            yield self.altered(self.turn_of(entry, keys), named)
            return
        crowd = self.crowd(entry, section)
        for turn, handle in enumerate(crowd):
            own = {by: handle}
            if listed and texts:
                text = texts[turn] if len(texts) == len(crowd) else texts[0]
                own[listed] = text.replace(NUMBERED, str(turn + 1))
            one = self.turn_of(entry, keys, turn, len(crowd), number=turn + 1)
            yield self.altered(one, own)

    def crowd(self, entry: Entry, section: str = "people") -> tuple[str, ...]:
        """Return the single handles that an entry of a section stands for."""
        handle = entry.text(IDENTITY.get(section, "handle"))
        return self.handles.singles(handle, _NAMED[section])

    def altered(self, entry: Entry, values: Mapping[str, object]) -> Entry:
        return replace(entry, values={**entry.values, **values})

    def expectations(self, rows: Iterable[Entry]) -> None:
        for entry in rows:
            asked = set(holes(entry.text("line")))
            values = entry.values.get("values")
            given = set(values) if isinstance(values, Mapping) else set()
            for code in sorted(asked ^ given):
                words = _("“%(code)s” must stand both in the line, as {%(code)s}, and in values")
                self.wrong(entry.place, words, code=code)
