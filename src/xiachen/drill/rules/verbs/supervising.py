"""Verbs of supervision (督办): asked by a term, answered, closed."""

from collections.abc import Mapping

from xiachen.drill.rules.grammar import NEEDED_TEXT, TEXT, Key, Kind, Thing, handle
from xiachen.drill.rules.verbs.verb import Verb

_ITEM = handle(Thing.SUPERVISION, needed=True)

SUPERVISING: Mapping[str, Verb] = {
    "command.issue-supervision": Verb(
        {
            "title": NEEDED_TEXT,
            "term": Key(kind=Kind.MOMENT, needed=True),
            "unit": handle(Thing.UNIT),
            "team": handle(Thing.TEAM),
            "member": handle(Thing.PERSON),
            "community": handle(Thing.COMMUNITY),
            "details": TEXT,
            "document": handle(Thing.DOCUMENT),
        },
        makes=Thing.SUPERVISION,
    ),
    "command.answer-supervision": Verb({"item": _ITEM, "words": NEEDED_TEXT}),
    "command.send-back-supervision": Verb({"item": _ITEM, "words": NEEDED_TEXT}),
    "command.close-supervision": Verb({"item": _ITEM, "words": TEXT}),
    "command.withdraw-supervision": Verb({"item": _ITEM, "words": NEEDED_TEXT}),
    "command.remind-supervision": Verb(
        {"items": handle(Thing.SUPERVISION, many=True, needed=True)}
    ),
}
