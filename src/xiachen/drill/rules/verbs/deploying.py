"""Verbs of teams, squads, briefing and withdrawal."""

from collections.abc import Mapping

from xiachen.deployment.rules import TEAM_TYPES
from xiachen.drill.rules.grammar import (
    DAY,
    FLAG,
    NEEDED_NUMBER,
    NEEDED_TEXT,
    NUMBER,
    TEXT,
    Key,
    Thing,
    handle,
)
from xiachen.drill.rules.verbs.verb import COMMUNITY, FROM_DAY, MEMBER, MEMBERS, TEAM, Verb

DEPLOYING: Mapping[str, Verb] = {
    "deployment.form-team": Verb(
        {
            "type": Key(needed=True, codes=tuple(code for code, *_ in TEAM_TYPES)),
            "name": NEEDED_TEXT,
            "formed_on": DAY,
            "unit": handle(Thing.UNIT),
            "parent": handle(Thing.TEAM),
            "branch": handle(Thing.PARTY),
        },
        makes=Thing.TEAM,
    ),
    "deployment.add-members": Verb(
        {
            "team": TEAM,
            "members": MEMBERS,
            "from_day": FROM_DAY,
            "post": Key(choices=("leader", "deputy", "member")),
        }
    ),
    "deployment.set-post": Verb(
        {
            "team": TEAM,
            "member": MEMBER,
            "post": Key(needed=True, choices=("leader", "deputy", "member")),
            "day": DAY,
        }
    ),
    "deployment.assign-team": Verb({"team": TEAM, "community": COMMUNITY, "from_day": FROM_DAY}),
    "deployment.form-squads": Verb(
        {
            "community": COMMUNITY,
            "team": TEAM,
            "count": NEEDED_NUMBER,
            "smallest": NUMBER,
            "largest": NUMBER,
            "grids": handle(Thing.GRID, many=True),
        }
    ),
    "deployment.write-briefing": Verb(
        {
            "community": COMMUNITY,
            "done_so_far": NEEDED_TEXT,
            "key_points": NEEDED_TEXT,
            "difficulties": NEEDED_TEXT,
        }
    ),
    "deployment.withdraw": Verb(
        {"community": COMMUNITY, "members": MEMBERS, "fit": FLAG, "thanks": TEXT}, happens=True
    ),
}
