"""Verbs of sign-in and sign-out, their correction, and answers to what is to be verified."""

from xiachen.attendance.operations.answers import answer
from xiachen.attendance.operations.check_ins import CheckInEntry, check_in, correct_check_in
from xiachen.attendance.operations.check_outs import (
    CheckOutEntry,
    check_out,
    correct_check_out,
)
from xiachen.base.ids import uuid7
from xiachen.drill.operations.setting import settled
from xiachen.drill.operations.stage import Act, Made, moment
from xiachen.drill.rules.grammar import Thing


def checks_in(act: Act) -> Made:
    """Sign people in."""
    entries = [
        CheckInEntry(
            id=uuid7(),
            community=act.community,
            member=member,
            occurred_at=act.occurred_at,
            by_proxy=act.value("by_proxy") is True,
            team=act.optional(Thing.TEAM, "team"),
        )
        for member in act.ids(Thing.PERSON, "members")
    ]
    settled(check_in(act.scope, entries=entries, at=act.at))
    return {entry.member: entry.id for entry in entries}


def corrects_check_in(act: Act) -> Made:
    """Put another time in the place of a sign-in; without one, take it back."""
    to = act.event.arguments.moment("to")
    made = correct_check_in(
        act.scope,
        community=act.community,
        check_in=act.of_member(Thing.CHECK_IN, "check_in"),
        occurred_at=moment(to) if to else None,
        at=act.at,
        reason=act.text("reason"),
    )
    return {made.member: made.pk}


def checks_out(act: Act) -> Made:
    """Sign people out."""
    entries = [
        CheckOutEntry(
            id=uuid7(), community=act.community, member=member, occurred_at=act.occurred_at
        )
        for member in act.ids(Thing.PERSON, "members")
    ]
    settled(check_out(act.scope, entries=entries, at=act.at))
    return {entry.member: entry.id for entry in entries}


def corrects_check_out(act: Act) -> Made:
    """Put another time in the place of a sign-out; without one, take it back."""
    to = act.event.arguments.moment("to")
    made = correct_check_out(
        act.scope,
        community=act.community,
        check_out=act.of_member(Thing.CHECK_OUT, "check_out"),
        occurred_at=moment(to) if to else None,
        at=act.at,
        reason=act.text("reason"),
    )
    return {made.member: made.pk}


def answers(act: Act) -> Made:
    """Write down what somebody says to a line of a list to verify."""
    answer(
        act.scope,
        community=act.community,
        member=act.id(Thing.PERSON, "member"),
        day=act.day("day"),
        gap=act.text("gap"),
        words=act.text("words"),
        excuses=act.value("excuses") is True,
        at=act.at,
    )
    return None
