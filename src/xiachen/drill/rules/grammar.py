"""
The keys of a scenario's sections and the verbs of its events: what each takes.

The documentation's tables say the same; a test compares them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Kind(StrEnum):
    """What stands behind a key."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "true or false"
    DAY = "day"
    MOMENT = "time"
    DIVISION = "division code"
    HANDLE = "handle"
    TABLE = "table"
    ANY = "any value"


class Thing(StrEnum):
    """What a handle can stand for."""

    COMMUNITY = "community"
    GRID = "grid"
    UNIT = "unit"
    PARTY = "party organisation"
    PERSON = "person"
    ACCOUNT = "account"
    DOCUMENT = "document"
    NOTICE = "notice"
    CALL_UP = "call-up"
    DISPATCH = "dispatch"
    ENROLMENT = "enrolment"
    REPORT_IN = "report-in"
    TEAM = "team"
    TEAM_MOVE = "move"
    CHECK_IN = "check-in"
    CHECK_OUT = "check-out"
    TASK = "task"
    SUPERVISION = "supervision item"
    BULLETIN = "bulletin"


THING_NAMES: Mapping[Thing, str | Promise] = {
    Thing.COMMUNITY: _("community"),
    Thing.GRID: _("grid"),
    Thing.UNIT: _("unit"),
    Thing.PARTY: _("party organisation"),
    Thing.PERSON: _("person"),
    Thing.ACCOUNT: _("account"),
    Thing.DOCUMENT: _("document"),
    Thing.NOTICE: _("notice"),
    Thing.CALL_UP: _("call-up"),
    Thing.DISPATCH: _("dispatch"),
    Thing.ENROLMENT: _("enrolment"),
    Thing.REPORT_IN: _("report-in"),
    Thing.TEAM: _("team"),
    Thing.TEAM_MOVE: _("move"),
    Thing.CHECK_IN: _("check-in"),
    Thing.CHECK_OUT: _("check-out"),
    Thing.TASK: _("task"),
    Thing.SUPERVISION: _("supervision item"),
    Thing.BULLETIN: _("bulletin"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """
    What a key takes.

    :param thing: for a handle, what it must stand for
    :param many: a list; a single value counts as a list of one
    :param choices: the only values it may have
    :param codes: a long list of values, of which those that look like a wrong one are named
    """

    kind: Kind = Kind.TEXT
    thing: Thing | None = None
    many: bool = False
    needed: bool = False
    choices: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


Keys = Mapping[str, Key]


def loosened(keys: Keys) -> Keys:
    """Return keys of which each takes several handles, to be spread over a group or over turns."""
    return {
        name: replace(key, many=True) if key.kind is Kind.HANDLE else key
        for name, key in keys.items()
    }


def handle(thing: Thing, *, many: bool = False, needed: bool = False) -> Key:
    """Return a key that takes a handle of that thing, or several."""
    return Key(kind=Kind.HANDLE, thing=thing, many=many, needed=needed)


TEXT = Key()
NEEDED_TEXT = Key(needed=True)
TEXTS = Key(many=True)
NEEDED_TEXTS = Key(many=True, needed=True)
NUMBER = Key(kind=Kind.NUMBER)
NEEDED_NUMBER = Key(kind=Kind.NUMBER, needed=True)
FLAG = Key(kind=Kind.FLAG)
DAY = Key(kind=Kind.DAY)
MOMENT = Key(kind=Kind.MOMENT)
DIVISION = Key(kind=Kind.DIVISION)
NEEDED_DIVISION = Key(kind=Kind.DIVISION, needed=True)
TABLE = Key(kind=Kind.TABLE)
ANY = Key(kind=Kind.ANY)

HEADER: Keys = {
    "extends": TEXT,
    "title": NEEDED_TEXT,
    "title_en": TEXT,
    "about": TEXT,
    "day": Key(kind=Kind.DAY, needed=True),
    "kind": Key(needed=True, choices=("epidemic", "flood", "heat", "typhoon", "other")),
    "began_on": DAY,
    "seed": NUMBER,
    "sources": TEXTS,
    "reader": handle(Thing.ACCOUNT, needed=True),
}

REACH: Keys = {
    "role": TEXT,
    "division": DIVISION,
    "community": handle(Thing.COMMUNITY),
    "unit": handle(Thing.UNIT),
    "team": handle(Thing.TEAM),
}

SECTIONS: Mapping[str, Keys] = {
    "parameter": {
        "name": NEEDED_TEXT,
        "value": Key(kind=Kind.ANY, needed=True),
        "community": handle(Thing.COMMUNITY),
        "from_day": DAY,
        "source": TEXT,
    },
    "community": {
        "handle": NEEDED_TEXT,
        "is": TEXTS,
        "make": TEXT,
        "street": DIVISION,
        "aliases": TEXTS,
        "outside": FLAG,
        "grids": Key(kind=Kind.TABLE, many=True),
        "compounds": Key(kind=Kind.TABLE, many=True),
    },
    "unit": {
        "handle": NEEDED_TEXT,
        "count": NUMBER,
        "name": NEEDED_TEXTS,
        "short_name": TEXT,
        "level": Key(needed=True, choices=("province", "city", "district", "street", "community")),
        "division": NEEDED_DIVISION,
        "parent": handle(Thing.UNIT),
        "contact": handle(Thing.COMMUNITY),
    },
    "party": {
        "handle": NEEDED_TEXT,
        "count": NUMBER,
        "name": NEEDED_TEXTS,
        "kind": Key(choices=("committee", "branch")),
        "unit": handle(Thing.UNIT),
        "parent": handle(Thing.PARTY),
    },
    "people": {
        "handle": NEEDED_TEXT,
        "count": NUMBER,
        "name": TEXT,
        "unit": handle(Thing.UNIT),
        "party": handle(Thing.PARTY),
        "standing": Key(choices=("none", "full", "probationary")),
        "home": handle(Thing.COMMUNITY),
        "identities": Key(
            many=True,
            choices=(
                "party-member",
                "retired-party-member",
                "public-servant",
                "deputy",
                "cppcc",
                "staff",
                "volunteer",
            ),
        ),
    },
    "account": {
        "name": NEEDED_TEXT,
        "count": NUMBER,
        "member": handle(Thing.PERSON),
        **REACH,
        "language": Key(choices=("zh-hans", "en")),
        "also": Key(kind=Kind.TABLE, many=True),
    },
    "event": {
        "id": TEXT,
        "at": Key(kind=Kind.MOMENT, needed=True),
        "happened": MOMENT,
        "each": TEXTS,
        "until": DAY,
        "by": handle(Thing.ACCOUNT, needed=True),
        "role": TEXT,
        "do": NEEDED_TEXT,
        "with": TABLE,
        "as": TEXT,
        "refused": TEXT,
    },
    "expect": {
        "id": TEXT,
        "line": NEEDED_TEXT,
        "values": Key(kind=Kind.TABLE, needed=True),
        "day": DAY,
        "by": handle(Thing.ACCOUNT),
    },
    "story": {
        "id": TEXT,
        "name": NEEDED_TEXT,
        "value": NEEDED_NUMBER,
        "unit": NEEDED_TEXT,
        "source": NEEDED_TEXT,
        "as_of": MOMENT,
        "division": NEEDED_DIVISION,
    },
}

GRID: Keys = {
    "number": NEEDED_NUMBER,
    "name": TEXT,
    "households": NUMBER,
}

COMPOUND: Keys = {
    "name": NEEDED_TEXT,
    "kind": Key(needed=True, choices=("old", "open", "staff", "commercial")),
    "unmanaged": FLAG,
    "closed": FLAG,
    "gates": TEXTS,
}

# Whose list of texts makes a group of as many, and otherwise stands for one.
LISTED = {"community": "is", "unit": "name", "party": "name"}

# What an extending file names to change or leave out an entry of the file that it extends.
IDENTITY = {"account": "name", "event": "id", "expect": "id", "story": "id", "parameter": "name"}
