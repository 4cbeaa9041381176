"""Notices: to whom they go, who reads them, who follows the reading, who is reminded."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connections
from pytest_django import DjangoAssertNumQueries, Settings

from tests.channels.gateway import Gateway, gateway
from tests.notices.post import BODY, got, notify
from tests.world import (
    FENGLIN,
    LIAISON,
    LOCAL,
    MORNING,
    OUTSIDER,
    SECRETARY,
    SENT,
    WORKERS,
    ZISONG,
    World,
    phone_of,
)
from xiachen.base.errors import Forbidden, Invalid, NotFound
from xiachen.base.ids import uuid7
from xiachen.incidents.models import Incident
from xiachen.incidents.operations import IncidentClosed
from xiachen.notices.models.messages import Message
from xiachen.notices.models.notices import Delivery, How, Notice, Receipt
from xiachen.notices.operations import notices as operations
from xiachen.notices.operations.messages import deliver_message
from xiachen.notices.operations.notices import To
from xiachen.notices.queries import notices as queries
from xiachen.people.models.members import Member
from xiachen.privacy import audit
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role, Scope, system_scope

LATER = MORNING + timedelta(hours=1)
SITE = "https://xiachen.example/notices/read/"


@pytest.fixture
def taking(tmp_path: Path, settings: Settings) -> Iterator[Gateway]:
    settings.CHANNELS_FILE = tmp_path / "channels.toml"
    with gateway() as made:
        made.configure(settings.CHANNELS_FILE)
        yield made


def member_scope(world: World, name: str) -> Scope:
    """The scope of somebody sent, who has an account of their own."""
    return replace(world.scope(Role.MEMBER), account=uuid7(), member=world.members[name])


def test_a_unit_is_its_people_and_those_below_but_not_the_sender(world: World) -> None:
    made = notify(world)
    assert got(made) == {*SENT, LOCAL}
    assert LIAISON not in got(made)
    assert queries.addressed(world.scope(Role.LIAISON), made.pk) == [str(world.bureau)]


def test_roles_are_those_held_within_the_senders_places(world: World) -> None:
    to = To(roles=["secretary", "street", "liaison", "mobiliser"])
    street = notify(world, world.scope(Role.STREET), to=To(roles=["secretary", "mobiliser"]))
    assert got(street) == {SECRETARY, OUTSIDER}
    city = notify(world, world.scope(Role.HEADQUARTERS), to=to)
    assert got(city) == {SECRETARY, OUTSIDER, "street"}
    assert notify(world, world.scope(Role.MOBILISER), to=to)
    assert {"street", LIAISON} < got(Notice.objects.latest("pk"))


def test_a_community_is_whoever_holds_a_role_there(world: World) -> None:
    made = notify(world, world.scope(Role.STREET), to=To(communities=[FENGLIN]))
    assert {SECRETARY, WORKERS[1]} <= got(made)
    assert OUTSIDER not in got(made)


def test_whoever_is_meant_twice_gets_it_once(world: World) -> None:
    to = To(
        organisations=[world.bureau.pk, world.city_bureau.pk],
        members=[*world.sent, *world.sent, world.local],
        roles=["member"],
    )
    made = notify(world, to=to)
    assert Delivery.objects.filter(notice=made).count() == len(SENT) + 1
    local = Delivery.objects.get(notice=made, member=world.local)
    assert local.account == world.accounts[Role.MEMBER]
    assert queries.people_named(world.scope(Role.LIAISON), made.pk) == len(SENT) + 1


@pytest.mark.parametrize(
    ("to", "field"),
    [
        (To(organisations=[uuid7()]), "organisations"),
        (To(members=[uuid7()]), "members"),
        (To(communities=[ZISONG]), "communities"),
        (To(roles=["system"]), "roles"),
        (To(roles=["emperor"]), "roles"),
    ],
)
def test_nothing_goes_beyond_the_senders_scope(world: World, to: To, field: str) -> None:
    with pytest.raises(NotFound) as refused:
        notify(world, world.scope(Role.SECRETARY), to=to)
    assert refused.value.field == field
    assert not Notice.objects.exists() and not Delivery.objects.exists()


def test_the_outsider_reaches_nobody_of_the_other_community(world: World) -> None:
    with pytest.raises(NotFound):
        notify(world, world.stranger, to=To(members=[world.local]))
    with pytest.raises(NotFound):
        notify(world, world.stranger, to=To(organisations=[world.bureau.pk]))
    with pytest.raises(operations.NobodyAddressed):
        notify(world, world.stranger, to=To(roles=["liaison", "grid-head"]))


@pytest.mark.parametrize("role", [Role.MEMBER, Role.GRID_HEAD, Role.INSPECTOR, Role.AUDITOR])
def test_other_roles_send_nothing(world: World, role: Role) -> None:
    with pytest.raises(Forbidden):
        notify(world, world.scope(role))


@pytest.mark.parametrize(
    ("field", "value", "refusal"),
    [
        ("title", " ", Invalid),
        ("title", "长" * 81, Invalid),
        ("body", "", Invalid),
        ("body", "长" * 2001, Invalid),
        ("body", "a\0b", Invalid),
        ("until", MORNING, operations.TermPassed),
    ],
)
def test_bad_values_are_refused_beside_their_field(
    world: World, field: str, value: object, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal) as refused:
        notify(world, **{field: value})
    assert refused.value.field == field  # type: ignore[attr-defined]


def test_a_document_of_another_incident_a_closed_one_and_nobody(world: World) -> None:
    with pytest.raises(NotFound):
        notify(world, document=uuid7())
    with pytest.raises(operations.NobodyAddressed):
        notify(world, to=To())
    assert notify(world, document=world.document.pk).document == world.document
    Incident.objects.update(closed_at=MORNING)
    with pytest.raises(IncidentClosed):
        notify(world)


def test_without_its_audit_no_notice_is_sent(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: object, **named: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(OSError, match="disk"):
        notify(world)
    assert not Notice.objects.exists() and not Delivery.objects.exists()


def test_opening_it_signed_in_is_reading_and_the_earliest_stands(world: World) -> None:
    made = notify(world)
    reader = member_scope(world, SENT[3])
    assert queries.unread(reader, at=MORNING).count() == 1
    assert operations.open_notice(reader, notice=made.pk, at=LATER).body == BODY
    operations.open_notice(reader, notice=made.pk, at=LATER + timedelta(hours=2))
    (receipt,) = Receipt.objects.all()
    assert (receipt.occurred_at, receipt.how) == (LATER, How.APP)
    assert receipt.delivery.member_id == world.members[SENT[3]]
    assert not queries.unread(reader, at=LATER).exists()
    (line,) = queries.inbox_lines(reader, list(queries.inbox(reader)))
    assert line.read_at == LATER


def test_a_page_fetched_ahead_and_somebody_elses_look_are_no_reading(world: World) -> None:
    made = notify(world)
    operations.open_notice(member_scope(world, SENT[0]), notice=made.pk, at=LATER, reads=False)
    operations.open_notice(world.scope(Role.LIAISON), notice=made.pk, at=LATER)
    operations.open_notice(world.scope(Role.SECRETARY), notice=made.pk, at=LATER)
    assert not Receipt.objects.exists()


def test_what_is_past_its_term_does_not_wait_any_more(world: World) -> None:
    notify(world, until=LATER)
    reader = member_scope(world, SENT[0])
    assert queries.unread(reader, at=MORNING).exists()
    assert not queries.unread(reader, at=LATER).exists()
    assert queries.inbox(reader).exists()


def test_each_role_follows_the_reading_of_its_own_people(world: World) -> None:
    made = notify(world)
    operations.open_notice(member_scope(world, LOCAL), notice=made.pk, at=LATER)

    def counted(role: Role) -> tuple[int, int]:
        scope = world.scope(role)
        (line,) = queries.followed_lines(scope, list(queries.followed(scope)))
        return line.delivered, line.read

    # The secretary reaches the one who lives there; the ten others are nobody's there yet.
    assert counted(Role.LIAISON) == (11, 1)
    assert counted(Role.MOBILISER) == (11, 1)
    assert counted(Role.SECRETARY) == (1, 1)
    assert list(queries.followed(world.scope(Role.MEMBER))) == []


def test_the_outsider_sees_nothing_of_it(world: World) -> None:
    made = notify(world)
    assert not queries.followed(world.stranger).exists()
    assert not queries.inbox(world.stranger).exists()
    assert not queries.deliveries(world.stranger, notices=[made.pk]).exists()
    with pytest.raises(NotFound):
        operations.open_notice(world.stranger, notice=made.pk, at=LATER)
    with pytest.raises(NotFound):
        operations.remind(world.stranger, notice=made.pk, site=SITE, at=LATER)
    elsewhere = replace(world.scope(Role.LIAISON), incident=uuid7())
    with pytest.raises(NotFound):
        queries.notice(elsewhere, made.pk)


def test_the_ledger_names_whom_the_role_may_name_and_is_noted(world: World) -> None:
    made = notify(world)
    operations.open_notice(member_scope(world, SENT[1]), notice=made.pk, at=LATER)
    scope = world.scope(Role.LIAISON)
    rows = list(queries.deliveries(scope, notices=[made.pk]))
    lines = operations.view_ledger(scope, rows=rows)
    assert {line.name for line in lines} == {*SENT, LOCAL}
    (read,) = [line for line in lines if line.receipt]
    assert (read.name, lines[-1], read.unit) == (SENT[1], read, str(world.bureau))
    seen = AuditEntry.objects.get(action="notices.view-ledger")
    assert set(seen.targets) == {row.member_id for row in rows}
    masked = queries.ledger(world.scope(Role.MOBILISER), rows)
    assert not {line.name for line in masked} & {*SENT, LOCAL}


def test_two_openings_at_once_leave_one_receipt(committed_world: World) -> None:
    made = notify(committed_world)
    reader = member_scope(committed_world, SENT[0])

    def open_it(minute: int) -> None:
        try:
            at = MORNING + timedelta(minutes=minute)
            operations.open_notice(reader, notice=made.pk, at=at)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as readers:
        list(readers.map(open_it, range(8)))
    assert Receipt.objects.count() == 1


def test_those_who_have_not_read_it_are_reminded_with_a_link_of_their_own(
    world: World, taking: Gateway
) -> None:
    made = notify(world, to=To(members=world.sent[:3]))
    operations.open_notice(member_scope(world, SENT[0]), notice=made.pk, at=LATER)
    Member.objects.filter(pk=world.sent[2]).update(sealed=None, phone_index=None)
    scope = world.scope(Role.LIAISON)
    told = operations.remind(scope, notice=made.pk, site=SITE, at=LATER)
    assert told == operations.Reminded(sent=1, without_number=1, lately=0)
    (message,) = Message.objects.all()
    assert message.delivery is not None and message.delivery.member_id == world.sent[1]
    deliver_message(system_scope(), message=message.pk, at=LATER)
    (text,) = taking.taken
    assert text["to"] == phone_of(SENT[1])
    assert f"请阅读“{made.title}”" in text["message"] and SITE in text["message"]
    (line,) = [
        line
        for line in queries.ledger(scope, list(queries.deliveries(scope, notices=[made.pk])))
        if line.reminder
    ]
    assert line.name == SENT[1] and line.reminder is not None
    assert line.reminder.state == "sent"


def test_nobody_is_reminded_twice_within_half_an_hour(world: World) -> None:
    made = notify(world, to=To(members=world.sent[:3]))
    scope = world.scope(Role.LIAISON)
    one = Delivery.objects.get(member=world.sent[0])
    told = operations.remind(scope, notice=made.pk, site=SITE, at=LATER, deliveries=[one.pk])
    assert told.sent == 1
    again = operations.remind(scope, notice=made.pk, site=SITE, at=LATER + timedelta(minutes=1))
    assert (again.sent, again.lately) == (2, 1)
    hour = LATER + timedelta(hours=1)
    assert operations.remind(scope, notice=made.pk, site=SITE, at=hour).sent == 3


def test_of_several_who_remind_at_once_one_sends(committed_world: World) -> None:
    made = notify(committed_world, to=To(members=committed_world.sent[:3]))
    scope = committed_world.scope(Role.LIAISON)
    together = Barrier(4)

    def remind(_: int) -> int:
        together.wait()
        try:
            return operations.remind(scope, notice=made.pk, site=SITE, at=LATER).sent
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pressing:
        assert sorted(pressing.map(remind, range(4))) == [0, 0, 0, 3]
    assert Message.objects.count() == 3


def test_a_secretary_reminds_only_those_whom_the_role_reaches(world: World) -> None:
    made = notify(world)
    told = operations.remind(world.scope(Role.SECRETARY), notice=made.pk, site=SITE, at=LATER)
    assert told.sent == 1
    (message,) = Message.objects.all()
    assert message.delivery is not None and message.delivery.member_id == world.local


def test_many_are_sent_and_counted_in_a_handful_of_statements(
    world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(25):
        made = notify(world)
    scope = world.scope(Role.LIAISON)
    with django_assert_max_num_queries(25):
        operations.remind(scope, notice=made.pk, site=SITE, at=LATER)
    assert Message.objects.count() == 11
