"""Verbs of notices: sent, and read."""

from collections.abc import Mapping

from xiachen.drill.rules.grammar import FLAG, MOMENT, NEEDED_TEXT, TEXTS, Thing, handle
from xiachen.drill.rules.verbs.verb import Verb

TELLING: Mapping[str, Verb] = {
    "notices.send-notice": Verb(
        {
            "title": NEEDED_TEXT,
            "body": NEEDED_TEXT,
            "roles": TEXTS,
            "units": handle(Thing.UNIT, many=True),
            "communities": handle(Thing.COMMUNITY, many=True),
            "members": handle(Thing.PERSON, many=True),
            "document": handle(Thing.DOCUMENT),
            "needs_receipt": FLAG,
            "until": MOMENT,
        },
        makes=Thing.NOTICE,
    ),
    "notices.read-notice": Verb({"notice": handle(Thing.NOTICE, needed=True)}),
}
