"""Texts to one number: on the console, through a gateway, once, and nothing kept of them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection, connections
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from tests.channels.gateway import Gateway, gateway
from tests.world import LOCAL, MORNING, World, phone_of
from xiachen.base.errors import Forbidden, Invalid, NotFound
from xiachen.base.ids import uuid7
from xiachen.incidents.models import Incident
from xiachen.incidents.operations import IncidentClosed
from xiachen.notices.models.messages import Failure, Message, MessageState
from xiachen.notices.operations import messages as operations
from xiachen.notices.queries import messages as queries
from xiachen.notices.rules.messages import TRY_AGAIN_AFTER
from xiachen.people.models.members import Member
from xiachen.people.operations.members import BadPhone
from xiachen.privacy.scope import Role, system_scope

TEXT = "验证码 482913"


@pytest.fixture
def taking(tmp_path: Path, settings: Settings) -> Iterator[Gateway]:
    settings.CHANNELS_FILE = tmp_path / "channels.toml"
    with gateway() as made:
        made.configure(settings.CHANNELS_FILE)
        yield made


def send(world: World, **given: object) -> Message:
    wanted: dict[str, object] = {
        "phone": phone_of(LOCAL),
        "text": TEXT,
        "purpose": "sign-up-code",
        "at": MORNING,
    }
    return operations.send_message(world.system, **wanted | given)  # type: ignore[arg-type]


def deliver(message: Message) -> Message | None:
    return operations.deliver_message(system_scope(), message=message.pk, at=MORNING)


def jobs() -> list[tuple[str, str, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select task_name, args ->> 'message', scheduled_at > now() from procrastinate_jobs "
            "where task_name like 'notices%%' order by id"
        )
        return [(name, message, bool(later)) for name, message, later in cursor.fetchall()]


def test_on_the_console_it_is_printed_with_the_commit_the_number_masked(
    world: World,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        made = send(world, phone=f"+86 {phone_of(LOCAL)}")
        assert capsys.readouterr().out == ""
    phone = phone_of(LOCAL)
    assert capsys.readouterr().out == f"[{phone[:3]}****{phone[-4:]}] {TEXT}\n"
    assert (made.state, made.channel, made.sealed) == (MessageState.SENT, "console", None)
    assert jobs() == []


def test_nothing_of_number_and_text_is_kept_and_the_member_is_found_by_it(world: World) -> None:
    made = send(world)
    with connection.cursor() as cursor:
        cursor.execute("select to_jsonb(m)::text from notices_message m where id = %s", [made.pk])
        kept = cursor.fetchone()[0]
    assert phone_of(LOCAL) not in kept and TEXT not in kept
    assert Member.objects.get(phone_index=made.number_index).name == LOCAL


@pytest.mark.parametrize("role", [Role.MEMBER, Role.DOCTOR, Role.AUDITOR, Role.ADMINISTRATOR])
def test_other_roles_send_nothing(world: World, role: Role) -> None:
    if role is Role.DOCTOR:
        from dataclasses import replace

        scope = replace(world.scope(Role.SECRETARY), role=role)
    else:
        scope = world.scope(role)
    with pytest.raises(Forbidden):
        operations.send_message(scope, phone=phone_of(LOCAL), text="x", purpose="code", at=MORNING)


@pytest.mark.parametrize(
    ("field", "value", "refusal"),
    [
        ("phone", "12345", BadPhone),
        ("text", "", Invalid),
        ("text", "字" * 501, Invalid),
        ("purpose", "给郗归晚", Invalid),
    ],
)
def test_bad_values_are_refused_beside_their_field(
    world: World, field: str, value: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal) as refused:
        send(world, **{field: value})
    assert refused.value.field == field  # type: ignore[attr-defined]
    assert not Message.objects.exists()


def test_without_an_open_incident_nothing_is_sent(world: World) -> None:
    given = {"phone": phone_of(LOCAL), "text": "x", "purpose": "code", "at": MORNING}
    for scope in (system_scope(), system_scope(uuid7())):
        with pytest.raises(NotFound):
            operations.send_message(scope, **given)  # type: ignore[arg-type]
    Incident.objects.update(closed_at=MORNING)
    with pytest.raises(IncidentClosed):
        send(world)


def test_through_a_gateway_it_waits_sealed_and_is_wiped_when_sent(
    world: World, taking: Gateway
) -> None:
    made = send(world)
    assert (made.state, made.channel) == (MessageState.QUEUED, "gateway")
    assert jobs() == [("notices.jobs.deliver_message", str(made.pk), False)]
    sealed = bytes(Message.objects.get().sealed or b"")
    assert sealed and TEXT.encode() not in sealed and phone_of(LOCAL).encode() not in sealed
    assert taking.taken == []
    sent = deliver(made)
    assert sent is not None and (sent.state, sent.ended_at) == (MessageState.SENT, MORNING)
    assert Message.objects.get().sealed is None
    assert [(one["message"], one["to"]) for one in taking.taken] == [(TEXT, phone_of(LOCAL))]
    assert deliver(made) is None
    assert len(taking.taken) == 1


def test_what_is_not_taken_is_tried_again_later_then_given_up(
    world: World, taking: Gateway
) -> None:
    taking.status = 503
    made = send(world)
    for tries in range(1, len(TRY_AGAIN_AFTER) + 1):
        row = deliver(made)
        assert row is not None and (row.state, row.tries) == (MessageState.QUEUED, tries)
        assert jobs()[-1][2]
    assert len(jobs()) == 1 + len(TRY_AGAIN_AFTER)
    row = deliver(made)
    assert row is not None and (row.state, row.failure) == (MessageState.FAILED, Failure.NOT_TAKEN)
    assert row.sealed is None and len(jobs()) == 1 + len(TRY_AGAIN_AFTER)


def test_a_gateway_that_is_not_listed_is_given_up_at_once(
    world: World, taking: Gateway, settings: Settings
) -> None:
    taking.configure(settings.CHANNELS_FILE, hosts="sms.example.gov.cn")
    row = deliver(send(world))
    assert row is not None and row.failure == Failure.NOT_ALLOWED
    assert taking.asked == []


def test_a_demonstration_has_no_way_out(
    world: World,
    taking: Gateway,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    waiting = send(world)
    Incident.objects.update(demonstration=True)
    with django_capture_on_commit_callbacks(execute=True):
        assert send(world).channel == "console"
    row = deliver(waiting)
    assert row is not None and (row.state, row.channel) == (MessageState.SENT, "console")
    assert taking.asked == []


def test_a_file_that_others_can_read_sends_nothing(
    world: World, taking: Gateway, settings: Settings
) -> None:
    waiting = send(world)
    settings.CHANNELS_FILE.chmod(0o644)
    with pytest.raises(operations.NoChannel):
        send(world)
    row = deliver(waiting)
    assert row is not None and row.failure == Failure.NO_CHANNEL
    assert taking.asked == []


def test_two_workers_send_a_message_once(
    committed_world: World, tmp_path: Path, settings: Settings
) -> None:
    settings.CHANNELS_FILE = tmp_path / "channels.toml"

    def work(message: Message) -> bool:
        try:
            return deliver(message) is not None
        finally:
            connections.close_all()

    with gateway() as taking, ThreadPoolExecutor(4) as workers:
        taking.configure(settings.CHANNELS_FILE)
        taking.slow = 0.2
        made = send(committed_world)
        assert sorted(workers.map(work, [made] * 4)) == [False, False, False, True]
    assert len(taking.taken) == 1
    assert Message.objects.get().state == MessageState.SENT


def test_the_worker_sends_what_was_committed(
    committed_world: World, tmp_path: Path, settings: Settings
) -> None:
    from xiachen.site.working import work

    settings.CHANNELS_FILE = tmp_path / "channels.toml"
    with gateway() as taking:
        taking.configure(settings.CHANNELS_FILE)
        taking.slow = 0.3
        for _n in range(8):
            send(committed_world)
        with ThreadPoolExecutor(1) as worker:
            worker.submit(work, wait=False).result()
        assert [one["message"] for one in taking.taken] == [TEXT] * 8
        # One that waits for the gateway does not hold up the others.
        assert taking.most > 1
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.SENT}


def test_the_group_gets_a_text_where_one_is_connected(
    world: World, taking: Gateway, settings: Settings
) -> None:
    def post() -> Message:
        return operations.send_to_group(world.system, text=TEXT * 50, purpose="notice", at=MORNING)

    with pytest.raises(operations.NoGroup):
        post()
    with settings.CHANNELS_FILE.open("a", encoding="utf-8") as file:
        file.write(f'[group]\nurl = "json://127.0.0.1:{taking.port}/group"\n')
    assert queries.has_group(world.scope(Role.LIAISON))
    row = deliver(post())
    assert row is not None and (row.state, row.number_index) == (MessageState.SENT, None)
    assert taking.asked == ["/group"] and taking.taken[0]["message"] == TEXT * 50
    Incident.objects.update(demonstration=True)
    assert not queries.has_group(world.scope(Role.LIAISON))
    with pytest.raises(operations.NoGroup):
        post()


def test_a_rush_of_codes_takes_few_statements_each(
    world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    send(world)
    with django_assert_max_num_queries(8):
        send(world)
