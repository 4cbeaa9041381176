"""Units send people on a document: all of them or nobody."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from tests.mobilisation.cast import EVE, FAR, FIRST, HERE, MORNING, THERE, Cast
from xiachen.base.errors import Forbidden, NotFound, Refused
from xiachen.figures.queries import rolled_total
from xiachen.incidents.models import Incident
from xiachen.mobilisation.models.stays import Dispatch, Enrolment
from xiachen.mobilisation.operations.dispatches import dispatch
from xiachen.mobilisation.operations.joining import join_on_the_spot
from xiachen.mobilisation.operations.releases import release_all
from xiachen.mobilisation.queries.dispatches import dispatches
from xiachen.mobilisation.queries.stays import expected_on
from xiachen.mobilisation.rules import stays as rules
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role


def send(cast: Cast, **other: Any) -> Dispatch:
    given: dict[str, Any] = {
        "document": cast.document.pk,
        "organisation": cast.department.pk,
        "community": HERE,
        "members": cast.people,
        "sent_on": EVE,
        "at": MORNING,
        **other,
    }
    return dispatch(given.pop("scope", cast.organiser), **given)


def test_ten_people_are_sent_and_expected_from_that_day_on(cast: Cast) -> None:
    sent = send(cast)
    expected = expected_on(cast.secretary, day=FIRST, community=HERE)
    assert {stay.member_id for stay in expected} == set(cast.people)
    assert {stay.dispatch_id for stay in expected} == {sent.pk}
    assert not expected_on(cast.secretary, day=date(2020, 2, 28)).exists()


def test_the_dispatch_is_audited_with_everybody_it_names(cast: Cast) -> None:
    sent = send(cast)
    entry = AuditEntry.objects.get(action="mobilisation.dispatch")
    assert set(entry.targets) == {sent.pk, *cast.people}
    assert entry.community == HERE


def test_the_rollup_counts_each_person_once_over_two_communities(cast: Cast) -> None:
    send(cast)
    release_first(cast, 3)
    send(cast, community=THERE, members=cast.people[:3], sent_on=FIRST)
    total = rolled_total(
        cast.organiser, incident=cast.incident.pk, figure="mobilisation.dispatched"
    )
    assert total == 10


def test_a_second_batch_is_a_dispatch_of_its_own(cast: Cast) -> None:
    send(cast, members=cast.people[:6])
    send(cast, members=cast.people[6:], batch=2)
    assert expected_on(cast.secretary, day=FIRST).count() == 10


def test_the_same_batch_is_refused_with_the_next_free_number(cast: Cast) -> None:
    send(cast, members=cast.people[:6])
    with pytest.raises(rules.BatchSentAlready) as refused:
        send(cast, members=cast.people[6:])
    assert refused.value.values == {"batch": 1, "next": 2}


def test_people_who_belong_there_are_named_and_nobody_is_sent(cast: Cast) -> None:
    send(cast, members=cast.people[:2])
    with pytest.raises(rules.EnrolledAlready) as refused, transaction.atomic():
        send(cast, members=cast.people[1:4], batch=2)
    assert refused.value.members == (cast.people[1],)
    assert Enrolment.objects.count() == 2


def release_first(cast: Cast, number: int, *, last_day: date = FIRST) -> None:
    """Let the first of those sent leave the community to which they were sent."""
    left = Enrolment.objects.filter(member__in=cast.people[:number]).values_list("pk", flat=True)
    release_all(cast.organiser, enrolments=list(left), last_day=last_day, at=MORNING)


def test_nobody_is_sent_to_two_communities_at_once(cast: Cast) -> None:
    send(cast, members=cast.people[:2])
    with pytest.raises(rules.SentElsewhere) as refused, transaction.atomic():
        send(cast, community=THERE, members=cast.people[1:4])
    assert refused.value.members == (cast.people[1],)
    assert refused.value.values == {"count": 1}
    assert Dispatch.objects.count() == 1 and Enrolment.objects.count() == 2


def test_who_was_sent_elsewhere_by_another_office_is_found_too(cast: Cast) -> None:
    send(cast, members=cast.people[:1], sent_on=FIRST)
    there = cast.scope(Role.ORGANISER, places=((THERE, THERE),))
    with pytest.raises(rules.SentElsewhere), transaction.atomic():
        send(cast, scope=there, community=THERE, members=cast.people[:1], sent_on=EVE)


def test_whoever_leaves_one_community_is_sent_to_another_from_that_day_on(cast: Cast) -> None:
    send(cast)
    release_first(cast, 2)
    with pytest.raises(rules.SentElsewhere), transaction.atomic():
        send(cast, community=THERE, members=cast.people[:2], sent_on=EVE)
    assert send(cast, community=THERE, members=cast.people[:2], sent_on=FIRST)


def test_whoever_has_joined_at_home_can_be_sent_elsewhere(cast: Cast) -> None:
    join_on_the_spot(
        cast.secretary, community=HERE, member=cast.neighbour, occurred_at=MORNING, at=MORNING
    )
    sent = send(
        cast, organisation=cast.office.pk, community=THERE, members=[cast.neighbour], sent_on=FIRST
    )
    assert sent.enrolments.count() == 1


def _unknown(cast: Cast) -> tuple[UUID, ...]:
    return (*cast.people[:2], uuid4())


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda cast: {"members": ()}, rules.NobodySent),
        (lambda cast: {"members": _unknown(cast)}, rules.UnknownPeople),
        (lambda cast: {"members": [cast.people[0], cast.stranger]}, rules.NotOfUnit),
        (lambda cast: {"organisation": uuid4()}, NotFound),
        (lambda cast: {"document": uuid4()}, NotFound),
        (lambda cast: {"scope": cast.outsider}, Forbidden),
        (lambda cast: {"scope": cast.secretary}, Forbidden),
        (lambda cast: {"scope": cast.liaison}, Forbidden),
        (lambda cast: {"community": FAR}, Forbidden),
    ],
)
def test_what_cannot_be_sent_leaves_nothing_behind(
    cast: Cast, change: Any, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal), transaction.atomic():
        send(cast, **change(cast))
    assert not Dispatch.objects.exists()
    assert not Enrolment.objects.exists()


def test_a_community_outside_the_operation_is_refused(cast: Cast) -> None:
    cast.incident.communities.filter(community=HERE).delete()
    with pytest.raises(rules.OutsideIncident):
        send(cast)


def test_nothing_is_added_to_a_closed_incident(cast: Cast) -> None:
    Incident.objects.filter(pk=cast.incident.pk).update(closed_at=MORNING)
    with pytest.raises(rules.IncidentClosed, match="枫林镇疫情"):
        send(cast)


def test_an_outsider_sees_nobody(cast: Cast) -> None:
    send(cast)
    assert not expected_on(cast.outsider, day=FIRST).exists()
    assert not dispatches(cast.outsider, incident=cast.incident.pk).exists()
