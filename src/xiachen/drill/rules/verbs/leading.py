"""Verbs of branches, appointments and roles."""

from collections.abc import Mapping

from xiachen.drill.rules.grammar import DAY, NEEDED_TEXT, REACH, Key, Thing, handle
from xiachen.drill.rules.verbs.verb import COMMUNITY, FROM_DAY, MEMBER, MEMBERS, Verb

LEADING: Mapping[str, Verb] = {
    "people.form-branch": Verb(
        {
            "name": NEEDED_TEXT,
            "approved_by": handle(Thing.PARTY, needed=True),
            "approved_on": DAY,
            "members": MEMBERS,
            "secretary": MEMBER,
            "deputies": handle(Thing.PERSON, many=True),
            "unit": handle(Thing.UNIT),
        },
        makes=Thing.PARTY,
    ),
    "people.appoint-in-branch": Verb(
        {
            "branch": handle(Thing.PARTY, needed=True),
            "member": MEMBER,
            "post": Key(needed=True, choices=("secretary", "deputy")),
            "from_day": FROM_DAY,
        }
    ),
    "people.dissolve-branch": Verb({"branch": handle(Thing.PARTY, needed=True), "last_day": DAY}),
    "people.appoint-grid-head": Verb(
        {
            "community": COMMUNITY,
            "grid": handle(Thing.GRID, needed=True),
            "member": MEMBER,
            "substitute": handle(Thing.PERSON),
            "from_day": FROM_DAY,
        }
    ),
    "people.give-grant": Verb({"account": handle(Thing.ACCOUNT, needed=True), **REACH}),
    "people.approve-grant": Verb(
        {"account": handle(Thing.ACCOUNT, needed=True), "role": NEEDED_TEXT}
    ),
}
