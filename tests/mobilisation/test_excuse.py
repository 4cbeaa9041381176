"""Who cannot come is not expected; why is told only to those who excuse."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from tests.mobilisation.cast import FIRST, MORNING, Cast
from tests.mobilisation.test_dispatch import send
from xiachen.base.errors import Forbidden, Invalid, NotFound, Refused
from xiachen.mobilisation.models.stays import Excuse
from xiachen.mobilisation.operations.excuses import excuse, reverse_excuse
from xiachen.mobilisation.queries import stays
from xiachen.mobilisation.queries.stays import expected_on
from xiachen.mobilisation.rules import stays as rules
from xiachen.privacy.models import AuditEntry


def excused(cast: Cast, **other: Any) -> Excuse:
    given: dict[str, Any] = {
        "member": cast.people[0],
        "reason": "ill",
        "from_day": FIRST,
        "to_day": FIRST + timedelta(days=2),
        "at": MORNING,
        **other,
    }
    return excuse(given.pop("scope", cast.liaison), **given)


def test_the_excused_are_expected_before_and_after_but_not_meanwhile(cast: Cast) -> None:
    send(cast)
    excused(cast)
    counts = [
        expected_on(cast.secretary, day=FIRST + timedelta(days=offset)).count()
        for offset in range(-1, 4)
    ]
    assert counts == [10, 9, 9, 9, 10]


def test_the_reason_is_told_to_those_who_excuse_and_nobody_else(cast: Cast) -> None:
    send(cast)
    excused(cast)
    incident = cast.incident.pk
    assert [one.reason for one in stays.excuses(cast.liaison, incident=incident)] == ["ill"]
    with pytest.raises(Forbidden):
        stays.excuses(cast.secretary, incident=incident)
    entry = AuditEntry.objects.get(action="mobilisation.excuse")
    assert entry.subject == cast.people[0]
    assert entry.reason == ""


def test_an_excuse_is_taken_back_once_and_may_be_given_anew(cast: Cast) -> None:
    send(cast)
    one = excused(cast)
    reverse_excuse(cast.liaison, excuse=one.pk, at=MORNING, reason="已痊愈")
    assert expected_on(cast.secretary, day=FIRST).count() == 10
    with pytest.raises(rules.ReversedAlready), transaction.atomic():
        reverse_excuse(cast.liaison, excuse=one.pk, at=MORNING, reason="已痊愈")
    excused(cast)
    assert expected_on(cast.secretary, day=FIRST).count() == 9


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda cast: {"scope": cast.secretary}, Forbidden),
        (lambda cast: {"scope": cast.outsider}, Forbidden),
        (lambda cast: {"member": cast.stranger}, NotFound),
        (lambda cast: {"member": uuid4()}, NotFound),
        (lambda cast: {"reason": "lazy"}, Invalid),
        (lambda cast: {"to_day": FIRST - timedelta(days=1)}, rules.DatesCrossed),
    ],
)
def test_an_excuse_that_cannot_be_is_refused(
    cast: Cast, change: Any, refusal: type[Refused]
) -> None:
    send(cast)
    with pytest.raises(refusal), transaction.atomic():
        excused(cast, **change(cast))
    assert not Excuse.objects.exists()


def test_two_excuses_do_not_share_a_day(cast: Cast) -> None:
    excused(cast)
    with pytest.raises(rules.ExcusedAlready) as refused:
        excused(cast, from_day=FIRST + timedelta(days=2), to_day=FIRST + timedelta(days=3))
    assert refused.value.field == "from_day"
