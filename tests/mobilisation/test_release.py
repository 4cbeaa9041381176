"""A stay ends with its last day."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.mobilisation.cast import EVE, FIRST, MORNING, Cast
from tests.mobilisation.test_dispatch import send
from xiachen.base.errors import Forbidden, NotFound
from xiachen.mobilisation.models.stays import Enrolment, Release
from xiachen.mobilisation.operations.releases import release, release_all
from xiachen.mobilisation.queries.stays import expected_on
from xiachen.mobilisation.rules import stays as rules


def stay_of(cast: Cast) -> Enrolment:
    return Enrolment.objects.get(member=cast.people[0])


def test_nobody_is_expected_after_the_last_day(cast: Cast) -> None:
    send(cast)
    release(cast.secretary, enrolment=stay_of(cast).pk, last_day=FIRST, at=MORNING)
    assert expected_on(cast.secretary, day=FIRST).count() == 10
    assert expected_on(cast.secretary, day=FIRST + timedelta(days=1)).count() == 9


def test_whoever_has_gone_home_can_be_sent_again(cast: Cast) -> None:
    send(cast)
    release(cast.secretary, enrolment=stay_of(cast).pk, last_day=FIRST, at=MORNING)
    later = FIRST + timedelta(days=1)
    send(cast, members=[cast.people[0]], batch=2, sent_on=later)
    assert expected_on(cast.secretary, day=later).count() == 10


def test_a_stay_ends_once_and_not_before_it_began(cast: Cast) -> None:
    send(cast)
    stay = stay_of(cast)
    with pytest.raises(rules.DatesCrossed):
        release(cast.organiser, enrolment=stay.pk, last_day=EVE - timedelta(days=1), at=MORNING)
    release(cast.organiser, enrolment=stay.pk, last_day=FIRST, at=MORNING)
    with pytest.raises(rules.ReleasedAlready):
        release(cast.organiser, enrolment=stay.pk, last_day=FIRST, at=MORNING)


def test_several_end_together_or_not_at_all(cast: Cast) -> None:
    send(cast)
    stays = [*Enrolment.objects.values_list("pk", flat=True), uuid4()]
    with pytest.raises(NotFound), transaction.atomic():
        release_all(cast.organiser, enrolments=stays, last_day=FIRST, at=MORNING)
    assert not Release.objects.exists()


def test_ten_stays_end_with_as_few_statements_as_one(cast: Cast) -> None:
    send(cast)
    one, *others = Enrolment.objects.values_list("pk", flat=True)
    with CaptureQueriesContext(connection) as single:
        release_all(cast.organiser, enrolments=[one], last_day=FIRST, at=MORNING)
    with CaptureQueriesContext(connection) as many:
        release_all(cast.organiser, enrolments=others, last_day=FIRST, at=MORNING)
    assert len(many) == len(single)


def test_only_those_who_lead_here_or_sent_them_end_a_stay(cast: Cast) -> None:
    send(cast)
    for scope in (cast.outsider, cast.liaison, cast.member(cast.people[0])):
        with pytest.raises(Forbidden):
            release(scope, enrolment=stay_of(cast).pk, last_day=FIRST, at=MORNING)
