"""Selecting: places, quotas, reasons, the waiting list and its offers."""

from datetime import timedelta

import pytest

from tests.mobilisation.calling import (
    call,
    codes,
    day,
    himself,
    liaison,
    office,
    refused,
    signed,
    states,
)
from tests.mobilisation.cast import EVE, FIRST, HERE, MORNING, Cast
from xiachen.mobilisation.models.sign_ups import Decision, SignUp
from xiachen.mobilisation.operations.call_ups import (
    CriterionEntry,
    QuotaEntry,
    close_call_up,
    set_quotas,
)
from xiachen.mobilisation.operations.dispatches import dispatch
from xiachen.mobilisation.operations.excuses import excuse
from xiachen.mobilisation.operations.moves import recall
from xiachen.mobilisation.operations.releases import Ground
from xiachen.mobilisation.operations.selections import (
    accept,
    confirm,
    lapse_overdue,
    offer_waiting,
    put_on_waiting_list,
    refuse,
    withdraw,
)
from xiachen.mobilisation.operations.sign_ups import SignUpEntry, sign_up
from xiachen.mobilisation.queries.call_ups import (
    call_ups,
    funnel,
    lines_of,
    selected_not_sent,
    unit_lines,
)
from xiachen.mobilisation.queries.sign_ups import overdue
from xiachen.people.models.members import Fitness
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role, system_scope

HOUR = timedelta(hours=1)


def test_places_are_given_in_order_until_there_are_none(cast: Cast) -> None:
    made = call(cast, headcount=3)
    people = signed(cast, made, cast.people[:5])
    done = accept(office(cast), call_up=made.pk, sign_ups=people, at=MORNING)
    assert codes(done) == ["new", "new", "new", "call-up-full", "call-up-full"]
    assert "3" in str(done[3].refusal)
    again = accept(office(cast), call_up=made.pk, sign_ups=people[:2], at=MORNING)
    assert codes(again) == ["already", "already"]
    kept = AuditEntry.objects.filter(action="mobilisation.sign-ups-accepted")
    assert set(kept.get().targets) == set(people[:3])


def test_a_units_quota_holds(cast: Cast) -> None:
    made = call(cast, quotas=[QuotaEntry(organisation=cast.department.pk, maximum=2)])
    people = signed(cast, made, cast.people[:4])
    done = accept(office(cast), call_up=made.pk, sign_ups=people, at=MORNING)
    assert codes(done) == ["new", "new", "quota-full", "quota-full"]
    assert cast.department.name in str(done[2].refusal)
    withdraw(liaison(cast), call_up=made.pk, sign_ups=people[:1], at=MORNING)
    done = accept(office(cast), call_up=made.pk, sign_ups=people[2:], at=MORNING)
    assert codes(done) == ["new", "quota-full"]


def test_a_unit_that_is_asked_no_more_has_no_places(cast: Cast) -> None:
    mine, other = cast.department.pk, cast.office.pk
    made = call(cast, quotas=[QuotaEntry(organisation=mine, maximum=1)])
    people = signed(cast, made, cast.people[:5])
    set_quotas(office(cast), call_up=made.pk, quotas=[QuotaEntry(organisation=other)])
    done = accept(office(cast), call_up=made.pk, sign_ups=people, at=MORNING)
    assert codes(done) == ["not-invited"] * 5
    put_on_waiting_list(office(cast), call_up=made.pk, sign_ups=people, at=MORNING)
    assert offer_waiting(office(cast), call_up=made.pk, count=5, at=MORNING) == 0
    lines = {line.unit.pk: line for line in unit_lines(office(cast), call_up=made)}
    assert (lines[mine].maximum, lines[mine].signed_up) == (0, 5)
    assert (lines[other].maximum, lines[other].signed_up) == (None, 0)
    set_quotas(office(cast), call_up=made.pk, quotas=[])
    done = accept(office(cast), call_up=made.pk, sign_ups=people, at=MORNING)
    assert codes(done) == ["new"] * 5


def test_people_of_a_unit_below_count_in_the_unit_that_is_asked_later(cast: Cast) -> None:
    made = call(cast, quotas=[])
    people = signed(cast, made, [cast.neighbour, cast.people[0]])
    assert SignUp.objects.get(pk=people[0]).organisation_id == cast.office.pk
    limit = [QuotaEntry(organisation=cast.department.pk, maximum=1)]
    set_quotas(office(cast), call_up=made.pk, quotas=limit)
    done = accept(office(cast), call_up=made.pk, sign_ups=people, at=MORNING)
    assert codes(done) == ["new", "quota-full"]


def test_nobody_is_accepted_before_the_unit_confirms(cast: Cast) -> None:
    made = call(cast)
    me = cast.people[0]
    entry = SignUpEntry(id=cast.incident.pk, member=me)
    sign_up(himself(cast, me), call_up=made.pk, entries=[entry], at=MORNING)
    done = accept(office(cast), call_up=made.pk, sign_ups=[entry.id], at=MORNING)
    assert codes(done) == ["waits-for-unit"]


def test_what_must_be_met_is_looked_at_on_the_day_of_the_decision(cast: Cast) -> None:
    criteria = [CriterionEntry(kind="not-excused", value="kept")]
    made = call(cast, criteria=criteria)
    people = signed(cast, made, cast.people[:2])
    excuse(
        liaison(cast),
        member=cast.people[0],
        reason="kept",
        from_day=day(2),
        to_day=day(3),
        at=MORNING,
    )
    done = accept(office(cast), call_up=made.pk, sign_ups=people, at=MORNING)
    assert codes(done) == ["criteria-not-met", "new"]
    assert not SignUp.objects.get(pk=people[0]).fits


def test_everybody_is_fit_for_their_own_days(cast: Cast) -> None:
    made = call(cast, criteria=[CriterionEntry(kind="fit", value="gate")])
    for person, until in ((0, 2), (1, 9), (2, 1)):
        Fitness.objects.create(member_id=cast.people[person], duty="gate", fit_until=day(until))
    short = signed(cast, made, [cast.people[0], cast.people[2], cast.people[3]], days=3)
    long = signed(cast, made, cast.people[1:2], days=10)
    done = accept(office(cast), call_up=made.pk, sign_ups=[*long, *short], at=MORNING)
    assert codes(done) == ["new", "new", "criteria-not-met", "criteria-not-met"]


def test_one_person_holds_one_place_on_a_day(cast: Cast) -> None:
    first, second = call(cast), call(cast, number="枫组〔2020〕2号")
    here = signed(cast, first, cast.people[:2], days=5)
    there = signed(cast, second, cast.people[:1], days=10)
    later = signed(cast, second, cast.people[1:2], from_day=day(5))
    accept(office(cast), call_up=first.pk, sign_ups=here, at=MORNING)
    done = accept(office(cast), call_up=second.pk, sign_ups=[*there, *later], at=MORNING)
    assert codes(done) == ["accepted-elsewhere", "new"]


def test_whoever_is_refused_is_told_why(cast: Cast) -> None:
    made = call(cast)
    people = signed(cast, made, cast.people[:2])
    for reason in ("", "because", "other"):
        act = lambda reason=reason: refuse(  # noqa: E731
            office(cast), call_up=made.pk, sign_ups=people, reason=reason, at=MORNING
        )
        assert refused(act).code == "mobilisation.no-reason"
    done = refuse(
        office(cast),
        call_up=made.pk,
        sign_ups=people,
        reason="other",
        words="人数已满,感谢报名",
        at=MORNING,
    )
    assert codes(done) == ["new", "new"]
    assert set(Decision.objects.filter(state="refused").values_list("reason", "words")) == {
        ("other", "人数已满,感谢报名")
    }
    # A mistake is mended by accepting after all.
    done = accept(office(cast), call_up=made.pk, sign_ups=people[:1], at=MORNING)
    assert codes(done) == ["new"]


@pytest.mark.parametrize("role", [Role.LIAISON, Role.SECRETARY, Role.HEADQUARTERS, Role.MEMBER])
def test_only_offices_select(cast: Cast, role: Role) -> None:
    made = call(cast)
    people = signed(cast, made, cast.people[:1])
    scope = cast.world.scope(role)
    for act in (accept, put_on_waiting_list):
        step = lambda act=act: act(  # noqa: E731
            scope, call_up=made.pk, sign_ups=people, at=MORNING
        )
        assert refused(step).status in (403, 404)
    assert states(made) == {people[0]: "ready"}


def test_a_freed_place_is_offered_to_the_first_who_waits(cast: Cast) -> None:
    made = call(cast, headcount=2, answer_hours=12)
    people = signed(cast, made, cast.people[:5])
    accept(office(cast), call_up=made.pk, sign_ups=people[:2], at=MORNING)
    put_on_waiting_list(office(cast), call_up=made.pk, sign_ups=people[3:], at=MORNING)
    put_on_waiting_list(office(cast), call_up=made.pk, sign_ups=people[2:3], at=MORNING)
    withdraw(himself(cast, cast.people[0]), call_up=made.pk, sign_ups=people[:1], at=MORNING)
    offered = SignUp.objects.get(state="offered")
    assert offered.pk == people[3]
    assert offered.answer_until == MORNING + 12 * HOUR
    # The offer holds the place.
    full = accept(office(cast), call_up=made.pk, sign_ups=people[4:], at=MORNING)
    assert codes(full) == ["call-up-full"]
    done = confirm(
        himself(cast, cast.people[3]), call_up=made.pk, sign_ups=[people[3]], at=MORNING + HOUR
    )
    assert codes(done) == ["new"] and states(made)[people[3]] == "confirmed"
    assert SignUp.objects.get(pk=people[3]).answer_until is None


def test_an_offer_lapses_and_goes_to_the_next(cast: Cast) -> None:
    made = call(cast, headcount=1)
    people = signed(cast, made, cast.people[:3])
    accept(office(cast), call_up=made.pk, sign_ups=people[:1], at=MORNING)
    put_on_waiting_list(office(cast), call_up=made.pk, sign_ups=people[1:], at=MORNING)
    refuse(office(cast), call_up=made.pk, sign_ups=people[:1], reason="needed", at=MORNING)
    over = MORNING + 24 * HOUR
    late = confirm(himself(cast, cast.people[1]), call_up=made.pk, sign_ups=[people[1]], at=over)
    assert codes(late) == ["offer-over"]
    within = system_scope(cast.incident.pk)
    assert overdue(system_scope(), at=over - HOUR) == []
    assert overdue(system_scope(), at=over) == [(made.pk, cast.incident.pk)]
    assert lapse_overdue(within, call_up=made.pk, at=over - HOUR) == 0
    assert lapse_overdue(within, call_up=made.pk, at=over) == 1
    assert states(made) == {people[0]: "refused", people[1]: "lapsed", people[2]: "offered"}
    assert lapse_overdue(within, call_up=made.pk, at=over) == 0
    assert SignUp.objects.get(pk=people[2]).answer_until == over + 24 * HOUR
    facts = Decision.objects.filter(sign_up=people[1]).order_by("sequence")
    assert list(facts.values_list("state", flat=True)) == ["ready", "waiting", "offered", "lapsed"]


def test_whoever_cannot_take_the_place_is_passed_over_and_keeps_waiting(cast: Cast) -> None:
    quotas = [
        QuotaEntry(organisation=cast.department.pk),
        QuotaEntry(organisation=cast.office.pk, maximum=0),
    ]
    made = call(cast, headcount=1, quotas=quotas)
    people = signed(cast, made, [cast.people[0], cast.neighbour, cast.people[1]])
    accept(office(cast), call_up=made.pk, sign_ups=people[:1], at=MORNING)
    put_on_waiting_list(office(cast), call_up=made.pk, sign_ups=people[1:], at=MORNING)
    withdraw(office(cast), call_up=made.pk, sign_ups=people[:1], at=MORNING)
    assert states(made) == {people[0]: "withdrawn", people[1]: "waiting", people[2]: "offered"}


def test_the_office_offers_places_that_were_never_given(cast: Cast) -> None:
    made = call(cast, headcount=2)
    people = signed(cast, made, cast.people[:3])
    put_on_waiting_list(office(cast), call_up=made.pk, sign_ups=people, at=MORNING)
    assert offer_waiting(office(cast), call_up=made.pk, count=9, at=MORNING) == 2
    assert [states(made)[one] for one in people] == ["offered", "offered", "waiting"]


def test_those_selected_and_not_yet_sent(cast: Cast) -> None:
    made = call(cast)
    people = signed(cast, made, cast.people[:4])
    accept(office(cast), call_up=made.pk, sign_ups=people[:3], at=MORNING)
    confirm(liaison(cast), call_up=made.pk, sign_ups=people[:1], at=MORNING)
    mobiliser = cast.world.scope(Role.MOBILISER)
    left = lambda: {one.pk for one in selected_not_sent(mobiliser, call_up=made.pk)}  # noqa: E731
    assert left() == set(cast.people[:3])
    dispatch(
        mobiliser,
        document=cast.document.pk,
        organisation=cast.department.pk,
        community=HERE,
        members=cast.people[:2],
        sent_on=FIRST,
        at=MORNING,
    )
    assert left() == {cast.people[2]}
    assert funnel(office(cast), call_up=made).sent == 2 and EVE < FIRST
    act = lambda: selected_not_sent(cast.world.scope(Role.SECRETARY), call_up=made.pk)  # noqa: E731
    assert refused(act).status == 403


def test_the_state_can_be_read_from_the_facts_alone(cast: Cast) -> None:
    made = call(cast, headcount=1)
    people = signed(cast, made, cast.people[:4])
    accept(office(cast), call_up=made.pk, sign_ups=people[:1], at=MORNING)
    put_on_waiting_list(office(cast), call_up=made.pk, sign_ups=people[1:3], at=MORNING)
    withdraw(liaison(cast), call_up=made.pk, sign_ups=people[:1], at=MORNING)
    refuse(office(cast), call_up=made.pk, sign_ups=people[3:], reason="enough", at=MORNING)
    latest = Decision.objects.order_by("sign_up", "-sequence").distinct("sign_up")
    assert dict(latest.values_list("sign_up", "state")) == states(made)


def test_a_closed_call_holds_nobody(cast: Cast) -> None:
    made = call(cast, headcount=2)
    people = signed(cast, made, cast.people[:4])
    accept(office(cast), call_up=made.pk, sign_ups=people[:1], at=MORNING)
    put_on_waiting_list(office(cast), call_up=made.pk, sign_ups=people[1:], at=MORNING)
    assert offer_waiting(office(cast), call_up=made.pk, count=1, at=MORNING) == 1
    close_call_up(office(cast), call_up=made.pk, at=MORNING)
    assert [states(made)[one] for one in people] == ["accepted", "lapsed", "waiting", "waiting"]
    other = call(cast, number="枫组〔2020〕2号")
    there = signed(cast, other, cast.people[:2])
    done = accept(office(cast), call_up=other.pk, sign_ups=there, at=MORNING)
    assert codes(done) == ["accepted-elsewhere", "new"]
    me = himself(cast, cast.people[0])
    done = withdraw(me, call_up=made.pk, sign_ups=people[:1], at=MORNING)
    done += refuse(office(cast), call_up=made.pk, sign_ups=people[2:3], reason="enough", at=MORNING)
    done += accept(office(cast), call_up=other.pk, sign_ups=there[:1], at=MORNING)
    assert codes(done) == ["new"] * 3
    # Nothing is offered on.
    assert [states(made)[one] for one in people] == ["withdrawn", "lapsed", "refused", "waiting"]


def test_whoever_was_sent_is_recalled_before_the_place_is_given_up(cast: Cast) -> None:
    made = call(cast, headcount=2)
    people = signed(cast, made, cast.people[:3])
    accept(office(cast), call_up=made.pk, sign_ups=people[:2], at=MORNING)
    put_on_waiting_list(office(cast), call_up=made.pk, sign_ups=people[2:], at=MORNING)
    mobiliser = cast.world.scope(Role.MOBILISER)
    sent = dispatch(
        mobiliser,
        document=cast.document.pk,
        organisation=cast.department.pk,
        community=HERE,
        members=cast.people[:1],
        sent_on=FIRST,
        at=MORNING,
    )
    me = himself(cast, cast.people[0])
    done = withdraw(me, call_up=made.pk, sign_ups=people[:1], at=MORNING)
    done += refuse(office(cast), call_up=made.pk, sign_ups=people[:2], reason="needed", at=MORNING)
    assert codes(done) == ["sent-already", "sent-already", "new"]
    assert [states(made)[one] for one in people] == ["accepted", "refused", "offered"]
    recall(
        mobiliser,
        dispatch=sent.pk,
        members=cast.people[:1],
        last_day=FIRST,
        ground=Ground(words="另有任务"),
        at=MORNING,
    )
    done = withdraw(me, call_up=made.pk, sign_ups=people[:1], at=MORNING)
    assert codes(done) == ["new"]


def test_counts_of_calls_are_those_of_the_scope(cast: Cast) -> None:
    made = call(cast, quotas=[])
    signed(cast, made, cast.people[:3])
    counts = lambda scope: [line[1:] for line in lines_of(scope, list(call_ups(scope)))]  # noqa: E731
    assert counts(office(cast)) == [(3, 0)]
    assert counts(himself(cast, cast.neighbour)) == [(0, 0)]
    assert counts(himself(cast, cast.people[0])) == [(1, 0)]
