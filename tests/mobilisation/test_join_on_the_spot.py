"""Somebody who was not sent joins, when the community accepts it."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from tests.mobilisation.cast import FAR, FIRST, HERE, MORNING, Cast, clock_at
from xiachen.base.errors import Forbidden, NotFound, Refused
from xiachen.base.ids import uuid7
from xiachen.mobilisation.models.report_ins import ReportIn
from xiachen.mobilisation.models.stays import Enrolment
from xiachen.mobilisation.operations.joining import join_on_the_spot
from xiachen.mobilisation.queries.report_ins import reported_on
from xiachen.mobilisation.rules import stays as rules
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role


def join(cast: Cast, **other: Any) -> Enrolment:
    given: dict[str, Any] = {
        "community": HERE,
        "member": cast.neighbour,
        "occurred_at": MORNING,
        "at": MORNING,
        **other,
    }
    return join_on_the_spot(given.pop("scope", cast.secretary), **given)


def test_whoever_joins_is_expected_and_has_reported_in_at_home(cast: Cast) -> None:
    stay = join(cast)
    assert stay.source == "joined"
    assert reported_on(cast.secretary, day=FIRST, community=HERE).get() == stay
    assert ReportIn.objects.get().channel == "residence"
    assert AuditEntry.objects.get(action="mobilisation.join").subject == cast.neighbour


def test_whoever_lives_elsewhere_reports_in_through_the_other_channel(cast: Cast) -> None:
    join(cast, member=cast.stranger)
    assert ReportIn.objects.get().channel == "unit"


def test_sent_again_under_the_same_id_it_changes_nothing(cast: Cast) -> None:
    first = join(cast, id=uuid7())
    assert join(cast, id=first.pk) == first
    assert Enrolment.objects.count() == 1
    with pytest.raises(rules.OtherContent):
        join(cast, id=first.pk, member=cast.stranger)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda cast: {"scope": cast.leader()}, rules.NotAccepted),
        (lambda cast: {"scope": cast.outsider}, Forbidden),
        (lambda cast: {"scope": cast.liaison}, Forbidden),
        (lambda cast: {"scope": cast.member(cast.neighbour)}, Forbidden),
        (lambda cast: {"member": uuid4()}, NotFound),
        (lambda cast: {"occurred_at": clock_at(9)}, rules.InFuture),
        (
            lambda cast: {
                "scope": cast.scope(Role.SECRETARY, places=((FAR, FAR),)),
                "community": FAR,
            },
            rules.OutsideIncident,
        ),
    ],
)
def test_what_the_community_has_not_accepted_leaves_nothing_behind(
    cast: Cast, change: Any, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal), transaction.atomic():
        join(cast, **change(cast))
    assert not Enrolment.objects.exists()
    assert not ReportIn.objects.exists()


def test_nobody_joins_twice(cast: Cast) -> None:
    join(cast)
    with pytest.raises(rules.EnrolledAlready):
        join(cast)
