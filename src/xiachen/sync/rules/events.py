"""What an event of a phone must look like, and reading values out of its body."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from json import scanner
from typing import Any, NoReturn
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from xiachen.base import clock
from xiachen.base.errors import Refused
from xiachen.sync.rules.occurred import Told, moment_of

LARGEST_COMMUNITY = 999_999_999_999
LARGEST_COUNT = 100_000
LONGEST_TEXT = 1000
# Milliseconds that a calendar can show; what lies outside is no clock's.
_LARGEST_TIME = 10**14
_KIND = re.compile(r"[a-z0-9.-]{1,40}")
# What `json.loads` comes down to, without its guesses at encodings and blanks around.
_scan = scanner.make_scanner(json.JSONDecoder())  # type: ignore[arg-type]


class UnreadableItem(Refused):
    """The event's content is not what its kind asks for."""

    code = "sync.unreadable-item"
    message = _("This record cannot be read by the server. A person will look at it.")
    status = 422


class NoSeal(Refused):
    """The event does not open."""

    code = "sync.seal"
    message = _("This record could not be opened by the server. A person will look at it.")
    status = 422


class UnknownKind(Refused):
    """No operation takes such an event in."""

    code = "sync.unknown-kind"
    message = _("The server does not know this kind of record yet. A person will look at it.")
    status = 422


class OtherContent(Refused):
    """Another event of the same id or number was taken in."""

    code = "sync.other-content"
    message = _(
        "Another record has the same number as this one. Both are kept; a person will look at it."
    )


class LongAgo(Refused):
    """Nobody can tell any more what was taken in under this number."""

    code = "sync.long-ago"
    message = _(
        "This record has a number of long ago and was perhaps taken in then. It is kept; a person "
        "will look at it."
    )


class Outside(Refused):
    """The place lies outside what the person's role reached on the day."""

    code = "sync.outside"
    message = _(
        "You were not assigned to this place on that day. The record is kept; a person will "
        "look at it."
    )
    status = 403


class NotTakenIn(Refused):
    """Taking this one event in failed by a defect of the server."""

    code = "sync.not-taken-in"
    message = _("The server could not take this record in. A person will look at it.")
    status = 500


class Kept(Refused):
    """What came before of the same event is kept, and waits for a person."""

    code = "sync.kept"
    message = _("The server keeps this record. A person will look at it.")


@dataclass(frozen=True, slots=True)
class Content:
    """An event as its phone wrote it."""

    kind: str
    community: int | None
    told: Told
    body: Mapping[str, Any]


def content_of(plain: bytes) -> Content:
    """
    Read an event.

    :raises UnreadableItem: it is not of the form that every event has
    """
    try:
        text = plain.decode()
        found, end = _scan(text, 0)
    except (ValueError, StopIteration, RecursionError):
        raise UnreadableItem from None
    if end != len(text):
        raise UnreadableItem
    if type(found) is not dict:
        raise UnreadableItem
    kind, body = found.get("kind"), found.get("body")
    if type(kind) is not str or not _KIND.fullmatch(kind):
        raise UnreadableItem(field="kind")
    if type(body) is not dict:
        raise UnreadableItem(field="body")
    community = found.get("community")
    if community is not None:
        community = whole(found, "community", low=1, high=LARGEST_COMMUNITY)
    return Content(kind, community, _told(found), body)


def _told(found: Mapping[str, Any]) -> Told:
    return Told(
        clock=whole(found, "clock", low=-_LARGEST_TIME, high=_LARGEST_TIME),
        offset=_perhaps(found, "offset"),
        steady=_perhaps(found, "steady"),
        contact=_perhaps(found, "contact"),
    )


def _perhaps(found: Mapping[str, Any], name: str) -> int | None:
    if found.get(name) is None:
        return None
    return whole(found, name, low=-_LARGEST_TIME, high=_LARGEST_TIME)


def whole(found: Mapping[str, Any], name: str, *, low: int, high: int) -> int:
    """Return a whole number of a body within bounds, or refuse."""
    value = found.get(name)
    if type(value) is not int or not low <= value <= high:
        _unreadable(name)
    return value


def identity(found: Mapping[str, Any], name: str) -> UUID:
    """Return an id of a body, or refuse."""
    value = found.get(name)
    if type(value) is not str:
        _unreadable(name)
    try:
        return UUID(value)
    except ValueError:
        _unreadable(name)


def perhaps_identity(found: Mapping[str, Any], name: str) -> UUID | None:
    """Return an id of a body, None where there is none, or refuse."""
    return None if found.get(name) is None else identity(found, name)


def truth(found: Mapping[str, Any], name: str) -> bool:
    """Return a yes or no of a body, or refuse."""
    value = found.get(name)
    if type(value) is not bool:
        _unreadable(name)
    return value


def text(found: Mapping[str, Any], name: str, *, longest: int = LONGEST_TEXT) -> str:
    """Return a text of a body, empty where there is none, or refuse what no column can hold."""
    value = found.get(name)
    if value is None:
        return ""
    if type(value) is not str or len(value) > longest or "\0" in value:
        _unreadable(name)
    try:
        value.encode()
    except UnicodeEncodeError:
        _unreadable(name)
    return value


def chosen(found: Mapping[str, Any], name: str, among: frozenset[str], default: str = "") -> str:
    """Return one of a few words of a body, the default where there is none, or refuse."""
    value = found.get(name, default)
    if value is None:
        return default
    if type(value) is not str or (value not in among and value != default):
        _unreadable(name)
    return value


def _unreadable(name: str) -> NoReturn:
    raise UnreadableItem(field=name)


def said_time(content: Content) -> datetime | None:
    """Return the moment by the phone's own clock, put right by what it knew of the server's."""
    try:
        moment = moment_of(content.told.clock + (content.told.offset or 0))
    except (OverflowError, ValueError):
        return None
    # A clock may say anything; what lies beyond every calendar is no time to show.
    return moment if clock.FIRST_DAY <= moment.date() <= clock.LAST_DAY else None
