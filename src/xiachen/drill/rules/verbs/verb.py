"""What an event may do: a verb with its arguments, and arguments that several verbs take."""

from dataclasses import dataclass

from xiachen.drill.rules.grammar import DAY, Key, Keys, Kind, Thing, handle


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
