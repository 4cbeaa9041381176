"""Events by the clock; what is done for each of a group, or daily, becomes as many events."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused
from xiachen.drill.rules.documents import Raw
from xiachen.drill.rules.entries import Entries
from xiachen.drill.rules.faults import nearest, nearest_codes
from xiachen.drill.rules.grammar import SECTIONS, Keys, loosened
from xiachen.drill.rules.scenario import Entry, Event
from xiachen.drill.rules.verbs.table import VERBS
from xiachen.drill.rules.verbs.verb import Verb
from xiachen.incidents.rules import check_parameter

MOST_DAYS = 400


@dataclass(slots=True)
class _Planned:
    """
    An entry on one of its days.

    :param day: counted from 0, of `days`
    :param turns: how many events it stands for on the day
    """

    raw: Raw
    entry: Entry
    verb: Verb
    at: datetime
    happened: datetime
    day: int
    days: int
    arguments: Entry
    turns: int = 1


class Happenings:
    """Reads the events of a file whose people, places and accounts are named already."""

    def __init__(self, entries: Entries) -> None:
        self._entries = entries

    def read(self, rows: list[Raw]) -> tuple[Event, ...]:
        """Return the events by their time, those of one time in the order of the file."""
        planned = [one for raw in rows for one in self._planned(raw)]
        planned.sort(key=lambda one: one.at)
        for one in planned:
            one.turns = self._turns(one)
            self._make(one)
        for one in planned:
            self._refer(one)
        found = [event for one in planned for event in self._events(one)]
        return tuple(replace(event, number=number) for number, event in enumerate(found, 1))

    def _planned(self, raw: Raw) -> Iterator[_Planned]:
        repeats = "each" in raw.values
        keys = loosened(SECTIONS["event"]) if repeats else SECTIONS["event"]
        entry = self._entries.entry(raw, keys)
        verb, at = VERBS.get(entry.text("do")), entry.moment("at")
        if verb is None and "do" in entry.values:
            words = _(
                "there is no verb “%(do)s”; did you mean: %(near)s? "
                "All are listed in docs/scenarios.md"
            )
            near = nearest_codes(entry.text("do"), VERBS)
            self._entries.wrong(entry.place, words, do=entry.text("do"), near=near)
        if verb is None or at is None:
            return
        takes = _takes(verb, raw)
        given = raw.values.get("with", {})
        given = given if isinstance(given, dict) else {}
        arguments = self._entries.entry(Raw(raw.place, given), takes, prefix="with.")
        days = self._days(entry, at.date())
        for day in range(days):
            later = timedelta(days=day)
            happened = entry.moment("happened") or at
            yield _Planned(raw, entry, verb, at + later, happened + later, day, days, arguments)

    def _days(self, entry: Entry, first: date) -> int:
        days = (entry.day("until", first) - first).days + 1
        if 1 <= days <= MOST_DAYS:
            return days
        words = _("until: “%(day)s” lies before the event, or more than %(days)s days after it")
        self._entries.wrong(entry.place, words, day=entry.day("until", first), days=MOST_DAYS)
        return 1

    def _turns(self, one: _Planned) -> int:
        """Return how many things the groups that `each` names stand for."""
        turns = 0
        for handle in one.entry.texts("each") if "each" in one.entry.values else ():
            sizes = self._entries.handles.sizes(handle)
            if len(sizes) != 1:
                words = (
                    _("each: “%(each)s” stands for several things; rename one of them")
                    if sizes
                    else _("each: there is no group “%(each)s”; known are: %(near)s")
                )
                near = nearest(handle, self._entries.handles.groups()) or "—"
                self._entries.wrong(one.entry.place, words, each=handle, near=near)
            turns += max(sizes, default=0)
        return turns or 1

    def _make(self, one: _Planned) -> None:
        handle = one.entry.text("as")
        if not handle or one.day:
            return
        if one.verb.makes is None:
            words = _("“%(do)s” makes nothing that could be called “%(handle)s”")
            self._entries.wrong(one.entry.place, words, do=one.entry.text("do"), handle=handle)
            return
        count = one.turns * one.days if _repeats(one) else 0
        self._entries.named(one.entry.place, handle, one.verb.makes, count)
        self._entries.handles.make(handle, one.verb.makes, one.at)

    def _refer(self, one: _Planned) -> None:
        if one.day:
            return
        if "happened" in one.entry.values and not one.verb.happens:
            words = _("“%(do)s” takes no “happened”: it happens when it is received")
            self._entries.wrong(one.entry.place, words, do=one.entry.text("do"))
        keys = SECTIONS["event"]
        self._entries.references(
            one.entry, loosened(keys) if "each" in one.entry.values else keys, one.at
        )
        if one.entry.text("do") == "incidents.set-parameter":
            check_named_parameter(self._entries, one.arguments)
        self._entries.references(one.arguments, _takes(one.verb, one.raw), one.at)

    def _events(self, one: _Planned) -> Iterator[Event]:
        if self._entries.faults:
            return
        for turn in range(one.turns):
            number = one.day * one.turns + turn
            yield self._event(one, turn, number)

    def _event(self, one: _Planned, turn: int, number: int) -> Event:
        entry, turns, each = one.entry, one.turns, "each" in one.entry.values
        arguments = self._entries.turn_of(
            one.arguments,
            one.verb.takes,
            turn if each else one.day,
            turns if each else one.days,
            shared=each,
            number=number + 1 if _repeats(one) else None,
        )
        place = replace(entry.place, turn=number + 1) if _repeats(one) else entry.place
        for key, what in one.verb.takes.items():
            if what.needed and what.many and not arguments.texts(key):
                words = _("%(key)s: there are fewer than %(turns)s, so that some get nobody")
                self._entries.wrong(place, words, key=key, turns=turns)
        by = self._entries.turn_of(entry, SECTIONS["event"], turn, turns)
        tail = f"-{number + 1}" if _repeats(one) else ""
        return Event(
            place=place,
            number=0,
            id=f"{entry.text('id')}{tail}" if entry.text("id") else "",
            at=one.at,
            happened=one.happened,
            by=by.text("by"),
            role=entry.text("role"),
            do=entry.text("do"),
            made=f"{entry.text('as')}{tail}" if entry.text("as") else "",
            refused=entry.text("refused"),
            arguments=replace(arguments, place=place),
        )


def check_named_parameter(entries: Entries, entry: Entry) -> None:
    """Note a parameter's name or value that cannot be, where both are given."""
    if not entry.text("name") or "value" not in entry.values:
        return
    try:
        check_parameter(entry.text("name"), entry.values["value"])
    except Refused as refusal:
        entries.wrong(entry.place, str(refusal).replace("%", "%%"))


def _takes(verb: Verb, raw: Raw) -> Keys:
    """Return what the verb takes: several for one where they are spread over turns or days."""
    return loosened(verb.takes) if _spreads(raw) else verb.takes


def _spreads(raw: Raw) -> bool:
    return "each" in raw.values or "until" in raw.values


def _repeats(one: _Planned) -> bool:
    return _spreads(one.raw)
