"""Verbs of documents, dispatch and report-in."""

from collections.abc import Mapping

from xiachen.drill.rules.grammar import DAY, NEEDED_TEXT, NUMBER, TEXT, Key, Kind, Thing, handle
from xiachen.drill.rules.verbs.verb import COMMUNITY, FROM_DAY, MEMBER, MEMBERS, NEEDED_DAY, Verb

CALLING: Mapping[str, Verb] = {
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
}
