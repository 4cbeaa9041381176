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
    Kind,
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
    "deployment.say-strength": Verb(
        {"community": COMMUNITY, "wanted": NEEDED_NUMBER, "from_day": FROM_DAY, "words": TEXT}
    ),
    "deployment.say-enough": Verb({"community": COMMUNITY, "from_day": FROM_DAY, "words": TEXT}),
    "deployment.ask-move": Verb(
        {
            "team": TEAM,
            "giving": handle(Thing.COMMUNITY, needed=True),
            "receiving": handle(Thing.COMMUNITY, needed=True),
            "people": NUMBER,
            "from_day": FROM_DAY,
            "reason": NEEDED_TEXT,
        },
        makes=Thing.TEAM_MOVE,
    ),
    "deployment.answer-move": Verb(
        {
            "move": handle(Thing.TEAM_MOVE, needed=True),
            "agrees": Key(kind=Kind.FLAG, needed=True),
            "members": handle(Thing.PERSON, many=True),
            "first_day": DAY,
            "words": TEXT,
        }
    ),
    "deployment.take-back-move": Verb({"move": handle(Thing.TEAM_MOVE, needed=True)}),
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
