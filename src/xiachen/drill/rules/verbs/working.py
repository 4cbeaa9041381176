"""Verbs of tasks, and of what headquarters publish."""

from collections.abc import Mapping

from xiachen.drill.rules.grammar import (
    DAY,
    DIVISION,
    MOMENT,
    NEEDED_DIVISION,
    NEEDED_NUMBER,
    NEEDED_TEXT,
    NUMBER,
    TEXT,
    Key,
    Thing,
    handle,
)
from xiachen.drill.rules.verbs.verb import COMMUNITY, MEMBER, MEMBERS, TASK, Verb
from xiachen.needs.rules import NEEDS, WORK

WORKING: Mapping[str, Verb] = {
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
