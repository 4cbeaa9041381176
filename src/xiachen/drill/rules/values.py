"""From what TOML gave to what a key takes."""

from collections.abc import Mapping
from datetime import date, datetime, time

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from xiachen.drill.rules.faults import nearest
from xiachen.drill.rules.grammar import THING_NAMES, Key, Kind
from xiachen.places.rules.codes import NotADivisionCode, code_from

# The reach of a national headquarters.
EVERYWHERE = 0


class Wrong(Exception):
    """A value that its key does not take; the words say what it takes."""

    def __init__(self, words: str | Promise, **values: object) -> None:
        super().__init__(str(words))
        self.words = words
        self.values = values


def understood(key: Key, value: object, *, day: date) -> object:
    """
    Return a value as its key takes it; lists as tuples.

    :param day: the scenario's day, meant where only a time is written
    :raises Wrong: the key takes something else
    """
    if key.many:
        rows = value if isinstance(value, list) else [value]
        return tuple(_one(key, row, day) for row in rows)
    if isinstance(value, list) and key.kind is not Kind.ANY:
        what = THING_NAMES[key.thing] if key.thing else _("single value")
        raise Wrong(_("takes one %(what)s, not several"), what=what)
    return _one(key, value, day)


def _one(key: Key, value: object, day: date) -> object:
    if key.choices and value not in key.choices:
        raise Wrong(
            _("“%(value)s” is none of: %(choices)s"), value=value, choices=", ".join(key.choices)
        )
    if key.codes and isinstance(value, str) and value.strip() not in key.codes:
        words = _(
            "there is no “%(value)s”; did you mean: %(near)s? All are listed in docs/scenarios.md"
        )
        raise Wrong(words, value=value, near=nearest(value, key.codes))
    match key.kind:
        case Kind.TEXT | Kind.HANDLE:
            return _text(value)
        case Kind.NUMBER:
            return _number(value)
        case Kind.FLAG:
            return _flag(value)
        case Kind.DAY:
            return read_day(value)
        case Kind.MOMENT:
            return read_moment(value, day)
        case Kind.DIVISION:
            return _division(value)
        case Kind.TABLE:
            return _table(value)
    return value


def read_day(value: object) -> date:
    """
    Read a day: a TOML date, or a text such as "2020-03-01".

    :raises Wrong: there is no such day
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(_text(value))
    except ValueError:
        words = _("“%(value)s” is no day of the calendar; write it as 2020-03-01")
        raise Wrong(words, value=value) from None


def read_moment(value: object, day: date) -> datetime:
    """
    Read a local time: "08:30" on the scenario's day, or "2020-02-29 14:00".

    :raises Wrong: there is no such time, or it has a zone
    """
    if isinstance(value, time):
        value = datetime.combine(day, value)
    if not isinstance(value, datetime):
        text = _text(value)
        try:
            value = datetime.fromisoformat(text if " " in text or "T" in text else f"{day} {text}")
        except ValueError:
            words = _("“%(value)s” is no time; write it as 08:30 or as 2020-02-29 14:00")
            raise Wrong(words, value=text) from None
    if value.tzinfo is not None:
        raise Wrong(_("“%(value)s” has a time zone; local times are meant"), value=value)
    return value


def _text(value: object) -> str:
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise Wrong(_("takes a text in quotation marks, not “%(value)s”"), value=value)


def _number(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise Wrong(_("takes a whole number, not “%(value)s”"), value=value)


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise Wrong(_("takes true or false, not “%(value)s”"), value=value)


def _division(value: object) -> int:
    if value == EVERYWHERE and not isinstance(value, bool):
        return EVERYWHERE
    try:
        return code_from(str(value))
    except NotADivisionCode:
        words = _("“%(value)s” is no division code; write 2, 4, 6, 9 or 12 digits")
        raise Wrong(words, value=value) from None


def _table(value: object) -> Mapping[str, object]:
    if isinstance(value, Mapping):
        return value
    raise Wrong(_("takes a table such as { number = 1 }, not “%(value)s”"), value=value)
