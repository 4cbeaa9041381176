"""How it is known that somebody was there: weighed and kept, never a reason to refuse anybody."""

from datetime import datetime, timedelta
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiachen.base import clock
from xiachen.base.errors import Refused

# A code read this much later or earlier than the phone says was perhaps read to somebody far away.
LONGEST_WAY = timedelta(minutes=10)


class Method(StrEnum):
    """How somebody signed in or out."""

    LIST = "list"
    CODE = "code"
    POSTER = "poster"
    SELF = "self"


class Near(StrEnum):
    """Where the phone found itself; it keeps its position and says only this."""

    NEAR = "near"
    FAR = "far"
    UNKNOWN = "unknown"


METHOD_WORDS: dict[Method, str | Promise] = {
    Method.LIST: _("by the list"),
    Method.CODE: _("by the code shown on site"),
    Method.POSTER: _("by the poster"),
    Method.SELF: _("by own word"),
}
NEAR_WORDS: dict[Near, str | Promise] = {
    Near.NEAR: pgettext_lazy("where a phone was", "near the place"),
    Near.FAR: pgettext_lazy("where a phone was", "away from the place"),
}

_OF_ONESELF = {one.value: one for one in (Method.CODE, Method.POSTER)}
_SAID = {one.value: one for one in Near}
# The strongest first.
_GRADES = (
    (Method.LIST, None),
    (Method.CODE, Near.NEAR),
    (Method.CODE, None),
    (Method.POSTER, Near.NEAR),
    (Method.POSTER, None),
    (Method.SELF, None),
)


class UnknownPlace(Refused):
    """The community has no such place to sign in at."""

    code = "attendance.unknown-place"
    message = _(
        "There is no such place to sign in at in this community. "
        "Choose the place again, or let the leader use the list."
    )
    status = 404


class PlaceClosed(Refused):
    """Nobody signs in any more at a place that was closed."""

    code = "attendance.place-closed"
    message = _(
        "Nobody signs in or out at this place any more. "
        "Ask the leader where to do it now, or to use the list."
    )


def method_of(given: str, *, oneself: bool) -> Method:
    """
    Return how somebody signed in, from what was given and from who asks.

    Whoever is signed in by somebody else stood on that one's list; nobody has a list of oneself.

    :param given: a Method, or empty
    """
    if not oneself:
        return Method.LIST
    return _OF_ONESELF.get(given, Method.SELF)


def near_of(given: str) -> Near:
    """Return what a phone says of where it is; whatever else it says is unknown."""
    return _SAID.get(given, Near.UNKNOWN)


def rank(method: str, near: str) -> int:
    """Return the place of evidence among the grades, 0 for the strongest."""
    return next(
        place
        for place, (how, where) in enumerate(_GRADES)
        if how == method and where in (near, None)
    )


def is_doubtful(
    *,
    near: Near,
    shown_at: datetime | None = None,
    said: datetime | None = None,
    came: datetime | None = None,
) -> bool:
    """
    Tell whether the leader should have a look.

    A code of an earlier day may have been kept, unless the phone tells when it was read.

    :param shown_at: when the code was shown, if one was given
    :param said: when it was by the phone's own time, where that can be relied on
    :param came: when it came; counts where there is no reliable time
    """
    if near is Near.FAR:
        return True
    if shown_at is None:
        return False
    if said is not None:
        return abs(said - shown_at) > LONGEST_WAY
    if came is None:
        return False
    return came - shown_at > LONGEST_WAY and clock.local_day(shown_at) < clock.local_day(came)


def in_words(method: str, near: str) -> str:
    """Return how it is known that somebody was there, as a leader reads it; of old records ""."""
    if not method:
        return ""
    words = str(METHOD_WORDS[Method(method)])
    where = NEAR_WORDS.get(Near(near))
    return f"{words} · {where}" if where else words
