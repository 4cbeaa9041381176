"""Verbs of a call-up: who signs up, who is chosen, who waits and who confirms."""

from collections.abc import Mapping

from xiachen.drill.rules.grammar import (
    FLAG,
    MOMENT,
    NEEDED_DIVISION,
    NEEDED_NUMBER,
    NEEDED_TEXT,
    NUMBER,
    TEXT,
    Key,
    Kind,
    Thing,
    handle,
)
from xiachen.drill.rules.verbs.verb import FROM_DAY, MEMBERS, NEEDED_DAY, Verb

_CALL_UP = handle(Thing.CALL_UP, needed=True)

SELECTING: Mapping[str, Verb] = {
    "mobilisation.call-up": Verb(
        {
            "document": handle(Thing.DOCUMENT, needed=True),
            "division": NEEDED_DIVISION,
            "headcount": NEEDED_NUMBER,
            "asks": NEEDED_TEXT,
            "from_day": FROM_DAY,
            "to_day": NEEDED_DAY,
            "opens_at": MOMENT,
            "closes_at": Key(kind=Kind.MOMENT, needed=True),
            "leader_rank": TEXT,
            "public": FLAG,
            "answer_hours": NUMBER,
            "criteria": Key(kind=Kind.TABLE, many=True),
            "units": handle(Thing.UNIT, many=True),
            "most": NUMBER,
        },
        makes=Thing.CALL_UP,
    ),
    "mobilisation.sign-up": Verb(
        {
            "call_up": _CALL_UP,
            "members": MEMBERS,
            "unit": handle(Thing.UNIT),
            "community": handle(Thing.COMMUNITY),
            "days": NUMBER,
            "words": TEXT,
        }
    ),
    "mobilisation.confirm-for-unit": Verb({"call_up": _CALL_UP, "members": MEMBERS}),
    "mobilisation.accept": Verb({"call_up": _CALL_UP, "members": MEMBERS}),
    "mobilisation.refuse": Verb(
        {
            "call_up": _CALL_UP,
            "members": MEMBERS,
            "reason": Key(
                needed=True,
                choices=("enough", "not-met", "needed", "not-of-unit", "twice", "other"),
            ),
            "words": TEXT,
        }
    ),
    "mobilisation.put-on-waiting-list": Verb({"call_up": _CALL_UP, "members": MEMBERS}),
    "mobilisation.offer-waiting": Verb({"call_up": _CALL_UP, "count": NEEDED_NUMBER}),
    "mobilisation.confirm": Verb({"call_up": _CALL_UP, "members": MEMBERS}),
    "mobilisation.withdraw-sign-up": Verb({"call_up": _CALL_UP, "members": MEMBERS, "words": TEXT}),
    "mobilisation.close-call-up": Verb({"call_up": _CALL_UP}),
}
