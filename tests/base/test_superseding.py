"""The fact that stands in the place of a former one says the same, except for what is changed."""

from datetime import UTC, date, datetime, timedelta

import pytest

from xiachen.base.ids import uuid7
from xiachen.base.owned.appending import superseding
from xiachen.mobilisation.models.report_ins import Channel, ReportIn
from xiachen.mobilisation.models.stays import Excuse

THEN = datetime(2020, 3, 1, 0, 30, tzinfo=UTC)
LATER = THEN + timedelta(hours=9)


def _report_in() -> ReportIn:
    return ReportIn(
        community_id=420111002044,
        incident_id=uuid7(),
        channel=Channel.UNIT,
        organisation=uuid7(),
        accepted_by=uuid7(),
        sequence=7,
        occurred_at=THEN,
        received_at=THEN,
        recorded_by=uuid7(),
        reverses_id=uuid7(),
    )


def test_it_keeps_what_was_said_and_names_who_says_otherwise_and_when() -> None:
    former = _report_in()
    by = uuid7()
    made = superseding(former, by=by, at=LATER, accepted_by=by)
    kept = ("community_id", "incident_id", "channel", "organisation", "member", "occurred_at")
    assert [getattr(made, name) for name in kept] == [getattr(former, name) for name in kept]
    assert made.accepted_by == made.recorded_by == by
    assert (made.received_at, made.reverses_id, made.void) == (LATER, former.pk, False)
    assert made.pk != former.pk
    assert made.sequence is None


def test_a_fact_of_the_centre_is_taken_back_in_the_same_way() -> None:
    former = Excuse(
        incident_id=uuid7(),
        member_id=uuid7(),
        reason="ill",
        from_day=date(2020, 3, 1),
        to_day=date(2020, 3, 4),
        occurred_at=THEN,
        received_at=THEN,
        recorded_by=uuid7(),
    )
    made = superseding(former, by=uuid7(), at=LATER, void=True, occurred_at=LATER)
    kept = ("incident_id", "member_id", "reason", "from_day", "to_day")
    assert [getattr(made, name) for name in kept] == [getattr(former, name) for name in kept]
    assert (made.reverses_id, made.void, made.occurred_at) == (former.pk, True, LATER)


def test_what_is_changed_is_a_field_of_the_fact() -> None:
    member = uuid7()
    made = superseding(_report_in(), by=uuid7(), at=LATER, organisation=None, member=member)
    assert (made.organisation, made.member) == (None, member)
    with pytest.raises(TypeError):
        superseding(_report_in(), by=uuid7(), at=LATER, adress="elsewhere")
