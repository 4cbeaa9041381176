"""Verbs of the duty to report in, of slips from elsewhere, of moves and recalls."""

from collections.abc import Mapping

from xiachen.drill.rules.grammar import DAY, FLAG, NEEDED_TEXT, TEXT, Thing, handle
from xiachen.drill.rules.verbs.verb import COMMUNITY, FROM_DAY, MEMBER, MEMBERS, Verb

_UNITS = handle(Thing.UNIT, many=True, needed=True)

MOVING: Mapping[str, Verb] = {
    "mobilisation.oblige": Verb(
        {
            "document": handle(Thing.DOCUMENT, needed=True),
            "units": _UNITS,
            "from_day": FROM_DAY,
            "below": FLAG,
        }
    ),
    "mobilisation.lift-duty": Verb(
        {"unit": handle(Thing.UNIT, needed=True), "reason": NEEDED_TEXT}
    ),
    "mobilisation.enter-slip": Verb({"members": MEMBERS, "place": NEEDED_TEXT, "day": DAY}),
    "mobilisation.take-back-slip": Verb({"member": MEMBER, "reason": NEEDED_TEXT}),
    "mobilisation.move": Verb(
        {
            "members": MEMBERS,
            "from_community": handle(Thing.COMMUNITY),
            "community": COMMUNITY,
            "from_day": FROM_DAY,
            "document": handle(Thing.DOCUMENT),
            "ground": TEXT,
        }
    ),
    "mobilisation.recall": Verb(
        {
            "dispatch": handle(Thing.DISPATCH, needed=True),
            "members": handle(Thing.PERSON, many=True),
            "last_day": DAY,
            "document": handle(Thing.DOCUMENT),
            "ground": TEXT,
        }
    ),
}
