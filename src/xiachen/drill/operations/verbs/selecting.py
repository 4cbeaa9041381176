"""Verbs of a call-up: who signs up, who is chosen, who waits and who confirms."""

from uuid import UUID

from xiachen.base.errors import NotFound
from xiachen.base.ids import uuid7
from xiachen.drill.operations.setting import settled
from xiachen.drill.operations.stage import Act, Made, moment
from xiachen.drill.rules.grammar import Thing
from xiachen.mobilisation.operations.call_ups import (
    CriterionEntry,
    QuotaEntry,
    call_up,
    close_call_up,
)
from xiachen.mobilisation.operations.confirming import confirm_for_unit
from xiachen.mobilisation.operations.selections import (
    accept,
    confirm,
    offer_waiting,
    put_on_waiting_list,
    refuse,
    withdraw,
)
from xiachen.mobilisation.operations.sign_ups import SignUpEntry, sign_up
from xiachen.mobilisation.queries.call_ups import sign_ups_within


def calls_up(act: Act) -> Made:
    """Call people up on a document."""
    opens, closes = (act.event.arguments.moment(key) for key in ("opens_at", "closes_at"))
    division = act.value("division")
    assert isinstance(division, int) and closes is not None
    most = act.number("most") or None
    made = call_up(
        act.scope,
        document=act.id(Thing.DOCUMENT, "document"),
        division=division,
        headcount=act.number("headcount"),
        asks=act.text("asks"),
        from_day=act.day("from_day"),
        to_day=act.day("to_day"),
        opens_at=moment(opens) if opens else act.at,
        closes_at=moment(closes),
        leader_rank=act.text("leader_rank"),
        public=act.value("public") is True,
        answer_hours=act.number("answer_hours", 24),
        criteria=[
            CriterionEntry(
                kind=one.text("kind"),
                value=one.text("value"),
                weight=one.number("weight", 0) or None,
            )
            for one in act.event.arguments.tables("criteria")
        ],
        quotas=[
            QuotaEntry(organisation=unit, maximum=most) for unit in act.ids(Thing.UNIT, "units")
        ],
    )
    return made.pk


def signs_up(act: Act) -> Made:
    """Sign people up for a call."""
    entries = [
        SignUpEntry(
            id=uuid7(),
            member=member,
            organisation=act.optional(Thing.UNIT, "unit"),
            community=act.place,
            days=act.number("days") or None,
            words=act.text("words"),
        )
        for member in act.ids(Thing.PERSON, "members")
    ]
    call = act.id(Thing.CALL_UP, "call_up")
    settled(sign_up(act.scope, call_up=call, entries=entries, at=act.at))
    return None


def confirms_for_unit(act: Act) -> Made:
    """Say that the unit lets people go."""
    call, chosen = _chosen(act)
    settled(confirm_for_unit(act.scope, call_up=call, sign_ups=chosen, at=act.at))
    return None


def accepts(act: Act) -> Made:
    """Give places to people who signed up, in the order of the list."""
    call, chosen = _chosen(act)
    settled(accept(act.scope, call_up=call, sign_ups=chosen, at=act.at))
    return None


def refuses(act: Act) -> Made:
    """Refuse people with a reason."""
    call, chosen = _chosen(act)
    outcomes = refuse(
        act.scope,
        call_up=call,
        sign_ups=chosen,
        reason=act.text("reason"),
        words=act.text("words"),
        at=act.at,
    )
    settled(outcomes)
    return None


def puts_on_waiting_list(act: Act) -> Made:
    """Put people on the waiting list, in the order of the list."""
    call, chosen = _chosen(act)
    settled(put_on_waiting_list(act.scope, call_up=call, sign_ups=chosen, at=act.at))
    return None


def offers_waiting(act: Act) -> Made:
    """Offer free places to the first on the waiting list."""
    call = act.id(Thing.CALL_UP, "call_up")
    offer_waiting(act.scope, call_up=call, count=act.number("count"), at=act.at)
    return None


def confirms(act: Act) -> Made:
    """Say that people will come."""
    call, chosen = _chosen(act)
    settled(confirm(act.scope, call_up=call, sign_ups=chosen, at=act.at))
    return None


def withdraws_sign_up(act: Act) -> Made:
    """Take sign-ups back."""
    call, chosen = _chosen(act)
    outcomes = withdraw(
        act.scope, call_up=call, sign_ups=chosen, words=act.text("words"), at=act.at
    )
    settled(outcomes)
    return None


def closes_call_up(act: Act) -> Made:
    """Close a call."""
    close_call_up(act.scope, call_up=act.id(Thing.CALL_UP, "call_up"), at=act.at)
    return None


def _chosen(act: Act) -> tuple[UUID, list[UUID]]:
    """Return the call, and the sign-ups of the people named in their order."""
    call, members = act.id(Thing.CALL_UP, "call_up"), act.ids(Thing.PERSON, "members")
    rows = sign_ups_within(act.scope, call_up=call).filter(member__in=members)
    found = dict(rows.order_by().values_list("member_id", "pk"))
    if any(member not in found for member in members):
        raise NotFound(field="members")
    return call, [found[member] for member in members]
