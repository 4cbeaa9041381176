"""
What a work pack says: the body of each kind of doc.

Days are ISO dates, times of day "08:30", moments whole milliseconds since 1970 (UTC), places in
WGS-84. What is not known is null or empty, never left out.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NamedTuple, TypedDict
from uuid import UUID

Day = str
Moment = int


class Doc(NamedTuple):
    """
    One doc of a part.

    :ivar id: of the record for which it stands, where there is one
    :ivar named: the person whom it shows by name to somebody else, for the audit
    """

    id: str
    kind: str
    body: Mapping[str, object]
    named: UUID | None = None


class Me(TypedDict):
    """Whose phone it is; `roles` are codes of roles, and `leader` for whoever leads a team."""

    member: str
    name: str
    unit: str
    roles: list[str]
    language: str


# `from` and `in` are no names of Python, hence in this form: where somebody belongs, with which
# team and leader, from a day to a day (null: not ended), and when one signs in there.
Duty = TypedDict(
    "Duty",
    {
        "community": int,
        "community_name": str,
        "team": str,
        "team_name": str,
        "leader_name": str,
        "leader_phone": str,
        "from": Day,
        "to": Day | None,
        "deadline": str,
        "today": bool,
    },
)


class Line(TypedDict):
    """Whom to call in a community, for somebody whose leader there has no number."""

    community: int
    role: str
    name: str
    phone: str


class Standing(TypedDict):
    """How the day stands; `well` is null until the person has said so."""

    day: Day
    signed_in_at: Moment | None
    signed_out_at: Moment | None
    well: bool | None
    fit_until: Day | None


class Task(TypedDict):
    """Work that the person has claimed or could claim."""

    community: int
    kind: str
    title: str
    state: str
    people_wanted: int
    places_left: int
    mine: Literal["", "claimed", "finished"]


class WorkKind(TypedDict):
    """
    A kind of work from the catalogue, in both languages.

    :ivar order: place in the list, from 1: what this kind of emergency is about stands first
    """

    code: str
    zh: str
    en: str
    order: int


class Notice(TypedDict):
    """Words that were sent to the person."""

    title: str
    text: str
    at: Moment
    read: bool


# One day on site; `minutes` are what counts of it, 0 while one end is not recorded.
# A day's first sign-in and last sign-out, how many stays lie between, whether one of them has no
# sign-out, the minutes that count and those of them that somebody added or took away.
Hours = TypedDict(
    "Hours",
    {
        "day": Day,
        "in": Moment | None,
        "out": Moment | None,
        "minutes": int,
        "stays": int,
        "open": bool,
        "corrected": int,
    },
)


class HoursTotal(TypedDict):
    """
    All days on site, and the minutes of those of which both ends are recorded.

    `calendar` is the path of the person's calendar feed, empty where they have made no link.
    """

    minutes: int
    days: int
    calendar: str


class Place(TypedDict):
    """A place to sign in at; without latitude and longitude no phone knows whether it is near."""

    name: str
    community: int
    lat: float | None
    lon: float | None
    radius: int


class Code(TypedDict):
    """What makes a place's codes of one day, for whoever shows them: base64url, seconds, digits."""

    place: str
    community: int
    day: Day
    secret: str
    step: int
    digits: int


class Pass(TypedDict):
    """The work pass of a day; `link` is a path of this server, shown as a QR code."""

    day: Day
    name: str
    team: str
    link: str


class Person(TypedDict):
    """Somebody of a team, for whoever leads it."""

    member: str
    name: str
    phone: str
    signed_in_at: Moment | None
    signed_out_at: Moment | None
    fit: bool


class Building(TypedDict):
    """A building of a grid; `compound` is the compound's name."""

    compound: str
    number: str
    floors: int | None
    units: int


class Gate(TypedDict):
    """A way in and out of a compound."""

    compound: str
    name: str
    open: bool


class Household(TypedDict):
    """A door; `building` is that building's doc."""

    building: str
    unit: str
    door: str
    kind: str
    vacant: bool


class Resident(TypedDict):
    """Somebody behind a door; `household` is that door's doc."""

    household: str
    name: str
    phone: str


class Head(TypedDict):
    """Who looks after the grid (`building` null) or one of its buildings."""

    building: str | None
    name: str
    phone: str
    role: str


class Call(TypedDict):
    """Whom to call in the community."""

    role: str
    name: str
    phone: str


def moment(at: datetime | None) -> Moment | None:
    """Return a time as packs have it."""
    return None if at is None else int(at.timestamp() * 1000)
