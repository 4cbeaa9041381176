"""From a file's sections to a scenario: every value of its kind, every handle known."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused
from xiachen.drill.rules.documents import Document, Raw
from xiachen.drill.rules.faults import Fault, Place, ScenarioFaulty, nearest, nearest_codes
from xiachen.drill.rules.grammar import (
    COMPOUND,
    GRID,
    HEADER,
    REACH,
    SECTIONS,
    THING_NAMES,
    Key,
    Keys,
    Kind,
    Thing,
)
from xiachen.drill.rules.handles import Handles
from xiachen.drill.rules.lines import holes
from xiachen.drill.rules.scenario import Entry, Event, Scenario
from xiachen.drill.rules.values import Wrong, understood
from xiachen.drill.rules.verbs import VERBS
from xiachen.incidents.rules import check_parameter
from xiachen.privacy.scope import Role

_SOME_DAY = date(2000, 1, 1)
_TABLES: Mapping[tuple[str, str], Keys] = {
    ("community", "grids"): GRID,
    ("community", "compounds"): COMPOUND,
    ("account", "also"): REACH,
}


def scenario_from(document: Document, *, name: str, digest: str) -> Scenario:
    """
    Return the scenario that a complete document describes.

    :raises ScenarioFaulty: with every mistake that can be seen without playing it
    """
    return _Reading(document).scenario(name, digest)


class _Reading:
    """One pass over a document, gathering its mistakes."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.faults: list[Fault] = []
        self.day = _SOME_DAY
        self.handles = Handles()

    def scenario(self, name: str, digest: str) -> Scenario:
        header = self.entry(self.document.header, HEADER)
        self.day = header.day("day", _SOME_DAY)
        sections = {
            section: tuple(self.section(section, raw) for raw in rows)
            for section, rows in self.document.sections.items()
            if section != "event"
        }
        self.name_all(sections)
        events = self.events(self.document.sections.get("event", []))
        for entry in sections.get("parameter", ()):
            self.parameter(entry)
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
            people=self.handles.people,
        )

    def wrong(self, place: Place, words: object, **values: object) -> None:
        self.faults.append(Fault(place, words, values))  # type: ignore[arg-type]

    # Values

    def section(self, section: str, raw: Raw) -> Entry:
        entry = self.entry(raw, SECTIONS[section])
        tables = {
            key: tuple(self.entry(Raw(raw.place, dict(one.values)), keys).values for one in rows)
            for (of, key), keys in _TABLES.items()
            if of == section and (rows := entry.tables(key))
        }
        return replace(entry, values={**entry.values, **tables})

    def entry(self, raw: Raw, keys: Keys, prefix: str = "") -> Entry:
        values: dict[str, object] = {}
        for key, value in raw.values.items():
            if key not in keys:
                words = _("there is no key “%(key)s” here; did you mean: %(near)s?")
                self.wrong(raw.place, words, key=prefix + key, near=nearest(key, keys))
                continue
            try:
                values[key] = understood(keys[key], value, day=self.day)
            except Wrong as wrong:
                self.wrong(raw.place, f"{prefix}{key}: {wrong.words}", **wrong.values)
        for key, what in keys.items():
            if what.needed and key not in raw.values and not self.supplied(what):
                words = _("the key “%(key)s” is missing")
                self.wrong(raw.place, words, key=prefix + key)
            elif what.needed and key not in raw.values:
                values[key] = self.handles.only(Thing.COMMUNITY)
        return Entry(raw.place, values)

    def supplied(self, key: Key) -> bool:
        """Tell whether a missing community is clear, because there is only one."""
        return key.thing is Thing.COMMUNITY and bool(self.handles.only(Thing.COMMUNITY))

    # Handles

    def name_all(self, sections: Mapping[str, tuple[Entry, ...]]) -> None:
        for entry in sections.get("community", ()):
            self.check_community(entry)
            if not self.named(entry.place, entry.text("handle"), Thing.COMMUNITY):
                continue
            for grid in entry.tables("grids"):
                handle = f"{entry.text('handle')}/{grid.number('number', 0)}"
                self.named(entry.place, handle, Thing.GRID)
        for section, thing in (("unit", Thing.UNIT), ("party", Thing.PARTY)):
            for entry in sections.get(section, ()):
                self.named(entry.place, entry.text("handle"), thing)
        for entry in sections.get("people", ()):
            self.check_group(entry)
            count = entry.number("count", 0)
            self.named(entry.place, entry.text("handle"), Thing.PERSON, count)
        for entry in sections.get("account", ()):
            self.named(entry.place, entry.text("name"), Thing.ACCOUNT)

    def named(self, place: Place, handle: str, thing: Thing, count: int = 0) -> bool:
        free = not handle or self.handles.add(handle, thing, count)
        if not free:
            words = _("“%(handle)s” is already the name of another %(thing)s")
            self.wrong(place, words, handle=handle, thing=THING_NAMES[thing])
        return free

    def check_community(self, entry: Entry) -> None:
        if ("is" in entry.values) == ("make" in entry.values):
            words = _("a community is either found (“is”: a name or code) or made (“make”: a name)")
            self.wrong(entry.place, words)
        elif "make" in entry.values and "street" not in entry.values:
            words = _("a community that is made needs the code of its street (“street”, 9 digits)")
            self.wrong(entry.place, words)

    def check_group(self, entry: Entry) -> None:
        if entry.values.get("count") == 0 or ("count" in entry.values and "name" in entry.values):
            words = _("a group has a count of one or more, and its names are invented")
            self.wrong(entry.place, words)

    # References

    def refer(self, sections: Mapping[str, tuple[Entry, ...]], header: Entry) -> None:
        self.references(header, HEADER)
        for section, rows in sections.items():
            for entry in rows:
                self.references(entry, SECTIONS[section])
                for reach in (entry, *entry.tables("also")) if section == "account" else ():
                    self.references(reach, REACH)
                    self.role(reach)

    def references(self, entry: Entry, keys: Keys, until: datetime | None = None) -> None:
        for key, what in keys.items():
            if what.kind is Kind.HANDLE and what.thing and key in entry.values:
                for handle in entry.texts(key):
                    self.reference(entry.place, key, handle, what, until)

    def reference(
        self, place: Place, key: str, handle: str, what: Key, until: datetime | None
    ) -> None:
        thing = what.thing or Thing.PERSON
        if not self.handles.knows(handle, thing):
            if group := self.handles.group_of(handle, thing):
                words = _("%(key)s: there is no “%(handle)s”; the group runs %(first)s to %(last)s")
                ends = {"first": group[0], "last": group[-1]}
                self.wrong(place, words, key=key, handle=handle, **ends)
                return
            near = nearest(handle, self.handles.of(thing)) or "—"
            words = _("%(key)s: no %(thing)s is called “%(handle)s”; known are: %(near)s")
            named = THING_NAMES[thing]
            self.wrong(place, words, key=key, thing=named, handle=handle, near=near)
        elif until is not None and (made := self.handles.made_at(handle, thing)) and made > until:
            words = _("%(key)s: “%(handle)s” is only made later, at %(made)s")
            self.wrong(place, words, key=key, handle=handle, made=f"{made:%Y-%m-%d %H:%M}")
        elif not what.many and len(self.handles.singles(handle, thing)) > 1:
            words = _("%(key)s takes one %(thing)s; “%(handle)s” is a group of %(count)s")
            count = len(self.handles.singles(handle, thing))
            named = THING_NAMES[thing]
            self.wrong(place, words, key=key, thing=named, handle=handle, count=count)

    def role(self, reach: Entry) -> None:
        roles = [role.value for role in Role if role is not Role.SYSTEM]
        if reach.text("role") not in roles:
            words = _("there is no role “%(role)s”; did you mean: %(near)s?")
            near = nearest(reach.text("role"), roles)
            self.wrong(reach.place, words, role=reach.text("role"), near=near)

    def expanded(self, section: str, rows: Iterable[Entry]) -> tuple[Entry, ...]:
        return tuple(self.with_singles(entry, SECTIONS[section]) for entry in rows)

    def with_singles(self, entry: Entry, keys: Keys) -> Entry:
        """Return the entry with each group of people replaced by its single people."""
        values = dict(entry.values)
        for key, what in keys.items():
            if what.thing is Thing.PERSON and key in values:
                singles = [
                    single
                    for handle in entry.texts(key)
                    for single in self.handles.singles(handle, Thing.PERSON)
                ]
                values[key] = tuple(dict.fromkeys(singles)) if what.many else singles[0]
        return replace(entry, values=values)

    # Events

    def events(self, rows: list[Raw]) -> tuple[Event, ...]:
        read = [(raw, self.entry(raw, SECTIONS["event"])) for raw in rows]
        timed = [(raw, entry) for raw, entry in read if entry.moment("at") is not None]
        timed.sort(key=lambda pair: pair[1].moment("at") or datetime.min)
        for _raw, entry in timed:
            self.make(entry)
        return tuple(
            event
            for number, (raw, entry) in enumerate(timed, 1)
            if (event := self.event(number, raw, entry))
        )

    def make(self, entry: Entry) -> None:
        verb = VERBS.get(entry.text("do"))
        handle = entry.text("as")
        if not handle or verb is None:
            return
        if verb.makes is None:
            words = _("“%(do)s” makes nothing that could be called “%(handle)s”")
            self.wrong(entry.place, words, do=entry.text("do"), handle=handle)
            return
        self.named(entry.place, handle, verb.makes)
        self.handles.make(handle, verb.makes, entry.moment("at"))

    def event(self, number: int, raw: Raw, entry: Entry) -> Event | None:
        verb = VERBS.get(entry.text("do"))
        at = entry.moment("at")
        if verb is None or at is None:
            words = _(
                "there is no verb “%(do)s”; did you mean: %(near)s? "
                "All are listed in docs/scenarios.md"
            )
            near = nearest_codes(entry.text("do"), VERBS)
            self.wrong(entry.place, words, do=entry.text("do"), near=near)
            return None
        if "happened" in entry.values and not verb.happens:
            words = _("“%(do)s” takes no “happened”: it happens when it is received")
            self.wrong(entry.place, words, do=entry.text("do"))
        self.references(entry, SECTIONS["event"], at)
        given = raw.values.get("with", {})
        given = given if isinstance(given, dict) else {}
        arguments = self.entry(Raw(raw.place, given), verb.takes, prefix="with.")
        if entry.text("do") == "incidents.set-parameter":
            self.parameter(arguments)
        self.references(arguments, verb.takes, at)
        known = not self.faults
        return Event(
            place=entry.place,
            number=number,
            id=entry.text("id"),
            at=at,
            happened=entry.moment("happened") or at,
            by=entry.text("by"),
            role=entry.text("role"),
            do=entry.text("do"),
            made=entry.text("as"),
            refused=entry.text("refused"),
            arguments=self.with_singles(arguments, verb.takes) if known else arguments,
        )

    def parameter(self, entry: Entry) -> None:
        """Check a parameter's name and value, where both are given."""
        if not entry.text("name") or "value" not in entry.values:
            return
        try:
            check_parameter(entry.text("name"), entry.values["value"])
        except Refused as refusal:
            self.wrong(entry.place, str(refusal).replace("%", "%%"))

    def expectations(self, rows: Iterable[Entry]) -> None:
        for entry in rows:
            asked = set(holes(entry.text("line")))
            values = entry.values.get("values")
            given = set(values) if isinstance(values, Mapping) else set()
            for code in sorted(asked ^ given):
                words = _("“%(code)s” must stand both in the line, as {%(code)s}, and in values")
                self.wrong(entry.place, words, code=code)
