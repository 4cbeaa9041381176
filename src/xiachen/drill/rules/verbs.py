"""
The verbs of events: each is one operation of one area, with its arguments by their glossary names.

How a verb calls its operation stands in `operations/verbs`. The event's own keys give the time
(`at`), the time it happened where that differs (`happened`), and who acts (`by`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from xiachen.deployment.rules import TEAM_TYPES
from xiachen.drill.rules.grammar import (
    DAY,
    DIVISION,
    FLAG,
    MOMENT,
    NEEDED_DIVISION,
    NEEDED_NUMBER,
    NEEDED_TEXT,
    NUMBER,
    REACH,
    TEXT,
    Key,
    Keys,
    Kind,
    Thing,
    handle,
)
from xiachen.needs.rules import NEEDS, WORK


@dataclass(frozen=True, slots=True)
class Verb:
    """
    What an event may do.

    :param makes: what the event's `as` stands for afterwards
    :param happens: whether it may have happened before it was received
    """

    takes: Keys
    makes: Thing | None = None
    happens: bool = False


COMMUNITY = handle(Thing.COMMUNITY, needed=True)
MEMBER = handle(Thing.PERSON, needed=True)
MEMBERS = handle(Thing.PERSON, many=True, needed=True)
TEAM = handle(Thing.TEAM, needed=True)
TASK = handle(Thing.TASK, needed=True)
FROM_DAY = DAY
NEEDED_DAY = Key(kind=Kind.DAY, needed=True)

VERBS: Mapping[str, Verb] = {
    "incidents.set-parameter": Verb(
        {
            "name": NEEDED_TEXT,
            "value": Key(kind=Kind.ANY, needed=True),
            "community": handle(Thing.COMMUNITY),
            "from_day": FROM_DAY,
            "source": TEXT,
        }
    ),
    "notices.issue-document": Verb(
        {
            "kind": Key(needed=True, choices=("call", "plan", "notice")),
            "number": NEEDED_TEXT,
            "title": NEEDED_TEXT,
            "issuers": handle(Thing.UNIT, many=True, needed=True),
            "issued_on": DAY,
            "parent": handle(Thing.DOCUMENT),
        },
        makes=Thing.DOCUMENT,
    ),
    "mobilisation.dispatch": Verb(
        {
            "document": handle(Thing.DOCUMENT, needed=True),
            "unit": handle(Thing.UNIT, needed=True),
            "community": COMMUNITY,
            "members": MEMBERS,
            "sent_on": DAY,
            "batch": NUMBER,
        },
        makes=Thing.DISPATCH,
    ),
    "mobilisation.join": Verb(
        {"community": COMMUNITY, "member": MEMBER}, makes=Thing.ENROLMENT, happens=True
    ),
    "mobilisation.report-in": Verb(
        {
            "community": COMMUNITY,
            "channel": Key(needed=True, choices=("unit", "residence")),
            "members": handle(Thing.PERSON, many=True),
            "unit": handle(Thing.UNIT),
        },
        makes=Thing.REPORT_IN,
        happens=True,
    ),
    "mobilisation.reverse-report-in": Verb(
        {
            "community": COMMUNITY,
            "report_in": handle(Thing.REPORT_IN, needed=True),
            "member": MEMBER,
            "reason": NEEDED_TEXT,
        }
    ),
    "mobilisation.excuse": Verb(
        {
            "member": MEMBER,
            "reason": Key(needed=True, choices=("isolated", "ill", "away", "pregnant", "kept")),
            "from_day": FROM_DAY,
            "to_day": NEEDED_DAY,
        }
    ),
    "mobilisation.release": Verb(
        {"enrolment": handle(Thing.ENROLMENT, needed=True), "last_day": DAY}
    ),
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
    "attendance.check-in": Verb(
        {
            "community": COMMUNITY,
            "members": MEMBERS,
            "by_proxy": FLAG,
            "team": handle(Thing.TEAM),
        },
        makes=Thing.CHECK_IN,
        happens=True,
    ),
    "attendance.correct-check-in": Verb(
        {
            "community": COMMUNITY,
            "check_in": handle(Thing.CHECK_IN, needed=True),
            "member": MEMBER,
            "to": MOMENT,
            "reason": NEEDED_TEXT,
        }
    ),
    "attendance.check-out": Verb(
        {"community": COMMUNITY, "members": MEMBERS}, makes=Thing.CHECK_OUT, happens=True
    ),
    "attendance.correct-check-out": Verb(
        {
            "community": COMMUNITY,
            "check_out": handle(Thing.CHECK_OUT, needed=True),
            "member": MEMBER,
            "to": MOMENT,
            "reason": NEEDED_TEXT,
        }
    ),
    "attendance.answer": Verb(
        {
            "community": COMMUNITY,
            "member": MEMBER,
            "day": DAY,
            "gap": Key(needed=True, choices=("not-present", "not-working")),
            "words": NEEDED_TEXT,
            "excuses": FLAG,
        }
    ),
    "needs.issue-task": Verb(
        {
            "community": COMMUNITY,
            "kind": Key(needed=True, codes=tuple(code for code, *_ in (*NEEDS, *WORK))),
            "title": NEEDED_TEXT,
            "grid": handle(Thing.GRID),
            "people_wanted": NUMBER,
        },
        makes=Thing.TASK,
    ),
    "needs.claim-task": Verb({"community": COMMUNITY, "task": TASK, "members": MEMBERS}),
    "needs.release-claim": Verb({"community": COMMUNITY, "task": TASK, "member": MEMBER}),
    "needs.finish-task": Verb(
        {
            "community": COMMUNITY,
            "task": TASK,
            "members": MEMBERS,
            "note": TEXT,
            "times": NUMBER,
            "persons_served": NUMBER,
        },
        happens=True,
    ),
    "needs.confirm-task": Verb(
        {"community": COMMUNITY, "tasks": handle(Thing.TASK, many=True, needed=True)}
    ),
    "needs.send-back-task": Verb({"community": COMMUNITY, "task": TASK, "reason": NEEDED_TEXT}),
    "needs.withdraw-task": Verb({"community": COMMUNITY, "task": TASK, "reason": TEXT}),
    "command.declare-figure": Verb(
        {
            "division": NEEDED_DIVISION,
            "name": NEEDED_TEXT,
            "value": NEEDED_NUMBER,
            "unit": NEEDED_TEXT,
            "source": NEEDED_TEXT,
            "as_of": MOMENT,
            "document_number": TEXT,
        }
    ),
    "command.issue-bulletin": Verb(
        {"division": DIVISION, "community": handle(Thing.COMMUNITY), "day": DAY, "reason": TEXT},
        makes=Thing.BULLETIN,
    ),
}
