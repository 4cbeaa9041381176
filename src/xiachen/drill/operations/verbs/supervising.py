"""Verbs of supervision (督办): asked by a term, answered, closed."""

from xiachen.command.operations.supervision import (
    Asked,
    answer_supervision,
    close_supervision,
    issue_supervision,
    remind_supervision,
    send_back_supervision,
    withdraw_supervision,
)
from xiachen.drill.operations.setting import settled
from xiachen.drill.operations.stage import Act, Made, moment
from xiachen.drill.rules.grammar import Thing


def issues_supervision(act: Act) -> Made:
    """Ask something of a unit, a team, a person or a community, to be answered by a term."""
    term = act.event.arguments.moment("term")
    assert term is not None
    made = issue_supervision(
        act.scope,
        asked=Asked(
            organisation=act.optional(Thing.UNIT, "unit"),
            team=act.optional(Thing.TEAM, "team"),
            member=act.optional(Thing.PERSON, "member"),
            community=act.place,
        ),
        title=act.text("title"),
        term=moment(term),
        at=act.at,
        details=act.text("details"),
        document=act.optional(Thing.DOCUMENT, "document"),
    )
    return made.pk


def answers_supervision(act: Act) -> Made:
    """Say what was done."""
    item = act.id(Thing.SUPERVISION, "item")
    answer_supervision(act.scope, supervision=item, words=act.text("words"), at=act.at)
    return None


def sends_back_supervision(act: Act) -> Made:
    """Send back an answer that is not enough."""
    item = act.id(Thing.SUPERVISION, "item")
    send_back_supervision(act.scope, supervision=item, words=act.text("words"), at=act.at)
    return None


def closes_supervision(act: Act) -> Made:
    """Close an item whose answer is enough."""
    item = act.id(Thing.SUPERVISION, "item")
    close_supervision(act.scope, supervision=item, words=act.text("words"), at=act.at)
    return None


def withdraws_supervision(act: Act) -> Made:
    """Take back an item that needs no answer any more."""
    item = act.id(Thing.SUPERVISION, "item")
    withdraw_supervision(act.scope, supervision=item, words=act.text("words"), at=act.at)
    return None


def reminds_supervision(act: Act) -> Made:
    """Remind whoever is asked."""
    items = act.ids(Thing.SUPERVISION, "items")
    settled(remind_supervision(act.scope, supervisions=items, at=act.at))
    return None
