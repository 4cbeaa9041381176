"""Rules of incidents: which days can be, which parameters there are, and which holds on a day."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused

_TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)

# What those on site call the parameters; of any other its name is shown.
_WORDS: dict[str, str | Promise] = {
    "attendance.deadline": _("sign-in deadline"),
    "attendance.most-hours": _("hours a day from which rest is advised"),
    "attendance.most-days": _("days in a row from which rest is advised"),
}

# Operations are planned weeks ahead, not years; a day beyond is a slip of the pen.
_AHEAD = timedelta(days=3653)


@dataclass(frozen=True, slots=True)
class Setting:
    """A value of a parameter, for one community or for all (None), from a day on."""

    value: object
    from_day: date
    to_day: date | None = None
    community: int | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """
    A parameter that some area asks for.

    :param form: what its values look like, in words
    :param fits: whether a value is one
    """

    form: str | Promise
    fits: Callable[[object], bool]


class UnknownParameter(Refused):
    """No area asks for a parameter of this name, so that setting it would change nothing."""

    code = "incidents.unknown-parameter"
    message = _("There is no parameter “%(name)s”. Choose one of: %(near)s.")
    status = 422


class UnusableValue(Refused):
    """The parameter takes values of another form."""

    code = "incidents.unusable-value"
    message = _("“%(value)s” cannot be used: %(name)s takes %(form)s.")
    status = 422


def _is_time_of_day(value: object) -> bool:
    return isinstance(value, str) and _TIME_OF_DAY.fullmatch(value) is not None


def _is_count(most: int) -> Callable[[object], bool]:
    return lambda value: type(value) is int and 1 <= value <= most


# Every name that an area asks `queries.parameter` for; a test compares them.
PARAMETERS: Mapping[str, Known] = {
    "attendance.deadline": Known(_("a time of day as text, such as 07:30"), _is_time_of_day),
    "attendance.most-hours": Known(_("a whole number of hours from 1 to 24"), _is_count(24)),
    "attendance.most-days": Known(_("a whole number of days from 1 to 60"), _is_count(60)),
}


def check_parameter(name: str, value: object) -> None:
    """
    Refuse a parameter that no area knows, or a value that it cannot use.

    :raises UnknownParameter: there is none of that name
    :raises UnusableValue: the value is of another form
    """
    known = PARAMETERS.get(name)
    if known is None:
        near = get_close_matches(name, sorted(PARAMETERS), n=3) or sorted(PARAMETERS)
        raise UnknownParameter(field="name", name=name[:60], near=", ".join(near))
    if not known.fits(value):
        raise UnusableValue(field="value", name=name, value=str(value)[:60], form=known.form)


def words_of(name: str) -> str:
    """Return a parameter in words; the name itself where there are none."""
    return str(_WORDS.get(name, name))


def lies_within(day: date, *, began_on: date) -> bool:
    """Tell whether a day can belong to an incident that began on a day."""
    return began_on <= day <= began_on + _AHEAD


def in_force(settings: Iterable[Setting], *, day: date, community: int | None) -> Setting | None:
    """
    Return the setting that holds on a day.

    One made for the community goes before one for all; of each, the latest begun.
    """
    held = [
        one
        for one in settings
        if one.from_day <= day
        and (one.to_day is None or day <= one.to_day)
        and one.community in (None, community)
    ]
    return max(held, key=lambda one: (one.community is not None, one.from_day), default=None)
