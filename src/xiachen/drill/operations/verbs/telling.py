"""Verbs of notices: sent, and read."""

from xiachen.drill.operations.stage import Act, Made, moment
from xiachen.drill.rules.grammar import Thing
from xiachen.notices.operations.notices import To, open_notice, send_notice


def sends_notice(act: Act) -> Made:
    """Send a notice to roles, units, communities and people."""
    arguments = act.event.arguments
    until = arguments.moment("until")
    made = send_notice(
        act.scope,
        title=act.text("title"),
        body=act.text("body"),
        to=To(
            roles=arguments.texts("roles"),
            organisations=act.ids(Thing.UNIT, "units"),
            communities=[act.stage.communities[one] for one in arguments.texts("communities")],
            members=act.ids(Thing.PERSON, "members"),
        ),
        document=act.optional(Thing.DOCUMENT, "document"),
        needs_receipt=act.value("needs_receipt") is not False,
        until=moment(until) if until else None,
        at=act.at,
    )
    return made.pk


def reads_notice(act: Act) -> Made:
    """Read a notice, as whoever got it."""
    open_notice(act.scope, notice=act.id(Thing.NOTICE, "notice"), at=act.at)
    return None
