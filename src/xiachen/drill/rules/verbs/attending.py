"""Verbs of sign-in and sign-out, their correction, and answers to what is to be verified."""

from collections.abc import Mapping

from xiachen.drill.rules.grammar import DAY, FLAG, MOMENT, NEEDED_TEXT, Key, Thing, handle
from xiachen.drill.rules.verbs.verb import COMMUNITY, MEMBER, MEMBERS, Verb

ATTENDING: Mapping[str, Verb] = {
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
}
