"""Reading one entry: each value of its kind, each handle known, a group made single things."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from xiachen.drill.rules.documents import Raw
from xiachen.drill.rules.faults import Fault, Place, nearest
from xiachen.drill.rules.grammar import THING_NAMES, Key, Keys, Kind, Thing
from xiachen.drill.rules.handles import Handles
from xiachen.drill.rules.scenario import Entry
from xiachen.drill.rules.spreading import one_of, share
from xiachen.drill.rules.values import Wrong, understood

NUMBERED = "{n}"


class Entries:
    """What reading knows so far: the scenario's day, all handles, and the mistakes found."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.day = date(2000, 1, 1)
        self.handles = Handles()

    def wrong(self, place: Place, words: object, **values: object) -> None:
        """Note a mistake."""
        self.faults.append(Fault(place, words, values))  # type: ignore[arg-type]

    def entry(self, raw: Raw, keys: Keys, prefix: str = "") -> Entry:
        """Return the entry with each value as its key takes it; note what no key takes."""
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
            if what.needed and key not in raw.values and not self._supplied(what):
                words = _("the key “%(key)s” is missing")
                self.wrong(raw.place, words, key=prefix + key)
            elif what.needed and key not in raw.values:
                values[key] = self.handles.only(Thing.COMMUNITY)
        return Entry(raw.place, values)

    def named(self, place: Place, handle: str, thing: Thing, count: int = 0) -> bool:
        """Take up a handle; note one that is taken."""
        free = not handle or self.handles.add(handle, thing, count)
        if not free:
            words = _("“%(handle)s” is already the name of another %(thing)s")
            self.wrong(place, words, handle=handle, thing=THING_NAMES[thing])
        return free

    def references(self, entry: Entry, keys: Keys, until: datetime | None = None) -> None:
        """
        Note each handle that stands for nothing.

        :param until: what is made later than this cannot be named yet
        """
        for key, what in keys.items():
            if what.kind is Kind.HANDLE and what.thing and key in entry.values:
                for handle in entry.texts(key):
                    self._reference(entry.place, key, handle, what, until)

    def _supplied(self, key: Key) -> bool:
        """Tell whether a missing community is clear, because there is only one."""
        return key.thing is Thing.COMMUNITY and bool(self.handles.only(Thing.COMMUNITY))

    def _reference(
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

    # Groups

    def singles(self, entry: Entry, key: str, what: Key) -> tuple[str, ...]:
        """Return the single things that a key's handles stand for."""
        thing = what.thing or Thing.PERSON
        named = entry.texts(key)
        if len(named) == 1:
            return self.handles.singles(named[0], thing)
        return tuple(single for handle in named for single in self.handles.singles(handle, thing))

    def turn_of(
        self,
        entry: Entry,
        keys: Keys,
        turn: int = 0,
        turns: int = 1,
        *,
        shared: bool = True,
        number: int | None = None,
    ) -> Entry:
        """
        Return what falls to one of several turns, every group replaced by its single things.

        Of a key that takes one thing, the turn gets that to which it falls; of a list of groups
        its share of each, or all of them where they are not shared.

        :param turn: counted from 0
        :param number: what {n} in a text stands for
        """
        values = dict(entry.values)
        if number is not None:
            texts = {key: value for key, value in values.items() if isinstance(value, str)}
            values |= {key: text.replace(NUMBERED, str(number)) for key, text in texts.items()}
        for key, what in keys.items():
            if what.kind is not Kind.HANDLE or key not in values:
                continue
            if what.many:
                part = (turn, turns) if shared else (0, 1)
                values[key] = tuple(dict.fromkeys(self._shares(entry, key, what, *part)))
            elif singles := self.singles(entry, key, what):
                values[key] = one_of(singles, turn, turns)
        return replace(entry, values=values)

    def _shares(self, entry: Entry, key: str, what: Key, turn: int, turns: int) -> Iterator[str]:
        thing = what.thing or Thing.PERSON
        for handle in entry.texts(key):
            yield from share(self.handles.singles(handle, thing), turn, turns)
