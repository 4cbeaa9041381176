"""Whom somebody can call, whether they are expected, and the calendar that they can follow."""

from datetime import timedelta

import pytest

from tests.sync.holding import NOON, Holding
from tests.world import DAY, FENGLIN, SENT, phone_of
from xiachen.attendance.operations.calendars import (
    make_calendar_link,
    take_back_calendar_link,
)
from xiachen.attendance.operations.health import HealthEntry, state_health
from xiachen.base.ids import uuid7
from xiachen.deployment.models import Membership, TeamPost
from xiachen.people.models.members import Member
from xiachen.people.operations.fitness import say_fit
from xiachen.privacy.models import AuditEntry
from xiachen.sync.queries.packs import own


def _loses_number(member: object) -> None:
    """Leave somebody registered without a number."""
    row = Member.objects.get(pk=member)
    row.sealed, row.phone_index = None, None
    row.save(update_fields=["sealed", "phone_index"])


def test_whoever_has_a_leader_to_call_is_told_of_nobody_else(holding: Holding) -> None:
    phone = holding.phone(holding.world.sent[1])
    phone.pull()
    assert phone.one("duty")["leader_phone"] == phone_of(SENT[0])
    assert phone.bodies("line") == []


def test_where_the_leader_has_no_number_the_community_is_called(holding: Holding) -> None:
    phone = holding.phone(holding.world.sent[1])
    phone.pull()
    _loses_number(holding.leader)
    assert "line" in {doc.kind for part in phone.pull().parts for doc, _version in part.docs}
    assert (phone.one("duty")["leader_name"], phone.one("duty")["leader_phone"]) == (SENT[0], "")
    lines = phone.bodies("line")
    assert [one["role"] for one in lines] == ["secretary", "community-worker"]
    assert {one["community"] for one in lines} == {FENGLIN}
    assert all(one["phone"] == phone_of(str(one["name"])) for one in lines)
    noted = AuditEntry.objects.filter(action="sync.pull").latest("pk")
    named = Member.objects.filter(name__in=[one["name"] for one in lines])
    assert {one.pk for one in named} <= set(noted.targets)


def test_of_the_community_are_told_only_those_with_a_number_and_no_more_than_two(
    holding: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = holding.local
    local.pull()
    first, second = local.bodies("line")
    _loses_number(Member.objects.get(name=first["name"]).pk)
    local.pull()
    assert first["name"] not in {one["name"] for one in local.bodies("line")}
    assert second in local.bodies("line")
    monkeypatch.setattr(own, "MOST_CALLED", 1)
    other = holding.phone(holding.world.local)
    other.pull()
    assert other.bodies("line") == [second]


def test_a_leader_calls_oneself_never(holding: Holding) -> None:
    """Whoever leads has a number of their own, and no use for it."""
    Membership.objects.filter(post=TeamPost.LEADER).update(post=TeamPost.MEMBER)
    phone = holding.phone(holding.leader)
    phone.pull()
    assert phone.one("duty")["leader_name"] == ""
    assert SENT[0] not in {one["name"] for one in phone.bodies("line")}


def test_nobody_is_expected_while_off_duty(holding: Holding) -> None:
    phone = holding.local
    phone.pull()
    assert phone.one("duty")["today"] is True
    for minutes, well in ((0, False), (5, True)):
        said = HealthEntry(
            id=uuid7(),
            community=FENGLIN,
            member=holding.world.local,
            occurred_at=NOON + timedelta(minutes=minutes),
            well=well,
        )
        state_health(holding.town.worker, entries=[said], at=NOON + timedelta(minutes=9))
        phone.pull()
        # Who feels well again waits for somebody in charge to say so.
        assert phone.one("duty")["today"] is False
    say_fit(holding.town.secretary, member=holding.world.local, from_day=DAY, at=NOON)
    phone.pull()
    assert phone.one("duty")["today"] is True


def test_the_calendar_of_somebody_is_told_while_its_link_holds(holding: Holding) -> None:
    phone = holding.local
    phone.pull()
    assert phone.one("hours-total")["calendar"] == ""
    mine = holding.town.local
    make_calendar_link(mine, language="zh-hans", at=NOON)
    phone.pull()
    path = str(phone.one("hours-total")["calendar"])
    assert path.startswith("/needs/calendar/")
    take_back_calendar_link(mine, at=NOON)
    phone.pull()
    assert phone.one("hours-total")["calendar"] == ""
