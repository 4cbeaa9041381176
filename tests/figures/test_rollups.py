"""Roll-ups: what operations post, what the job folds, and what the rows say."""

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xiachen.attendance.models.records import CheckIn
from xiachen.base.ids import uuid7
from xiachen.base.owned.appending import append
from xiachen.figures.figure import Column, Cutoff, Figure
from xiachen.figures.models import Delta, FirstSeen, Rollup
from xiachen.figures.operations import (
    count_first_seen,
    fold,
    forget_first_seen,
    post_deltas,
    rebuild_rollups,
)
from xiachen.figures.queries import Difference, rolled, rolled_total, verify_rollups
from xiachen.figures.units import PERSON, PERSON_TIME
from xiachen.incidents.models import Incident
from xiachen.privacy.scope import Role, Scope, system_scope

FIRST = date(2020, 3, 1)
DAYS = [FIRST + timedelta(days=offset) for offset in range(3)]
COMMUNITIES = [420111002011, 420111002044]
MEMBERS = [UUID(int=number) for number in range(1, 4)]
SYSTEM = system_scope()

SIGNED = Figure(
    code="test.signed",
    title="Signed in",
    means="Check-ins of the day.",
    unit=PERSON_TIME,
    rows=lambda scope, cutoff: CheckIn.objects.standing(cutoff.marks).filter(
        scope.within(),
        incident=cutoff.incident,
        day=cutoff.day,
        occurred_at__lte=cutoff.occurred_until,
    ),
    columns=(Column(heading="Day", cell=lambda row: row.day),),
    rollup=True,
)
EVER = Figure(
    code="test.ever",
    title="Ever signed in",
    means="People who signed in on any day so far, each once.",
    unit=PERSON,
    rows=lambda scope, cutoff: CheckIn.objects.standing(cutoff.marks).filter(
        scope.within(), incident=cutoff.incident, occurred_at__lte=cutoff.occurred_until
    ),
    columns=(Column(heading="Day", cell=lambda row: row.day),),
    distinct="member",
    rollup=True,
    first_seen=True,
)
FIGURES = (SIGNED, EVER)


@pytest.fixture
def incident(db: None) -> UUID:
    return _town()


@pytest.fixture
def committed(committed_db: None) -> Iterator[UUID]:
    yield _town()


def _town() -> UUID:
    return Incident.objects.create(name="Drill", kind="epidemic", began_on=FIRST).pk


def _sign(incident: UUID, community: int, member: UUID, day: date) -> CheckIn | None:
    """Check in as an operation does: fact and deltas in one transaction."""
    moment = datetime(day.year, day.month, day.day, 0, 20, tzinfo=UTC)
    fact = CheckIn(
        id=uuid7(),
        community_id=community,
        incident_id=incident,
        member=member,
        day=day,
        deadline=moment,
        occurred_at=moment,
        received_at=moment,
        recorded_by=member,
    )
    with transaction.atomic():
        if not append([fact]):
            return None
        _post(incident, fact, 1)
        if count_first_seen(incident, EVER.code, day, [member]):
            post_deltas(incident, [(community, EVER.code, day, 1)])
    return fact


def _take_back(incident: UUID, fact: CheckIn) -> None:
    void = CheckIn(
        id=uuid7(),
        community_id=fact.community_id,
        incident_id=incident,
        member=fact.member,
        day=fact.day,
        deadline=fact.deadline,
        occurred_at=fact.occurred_at,
        received_at=fact.received_at,
        recorded_by=fact.member,
        reverses=fact,
        void=True,
    )
    with transaction.atomic():
        if not append([void]):
            return
        _post(incident, fact, -1)
        left = CheckIn.objects.standing().filter(incident=incident, member=fact.member)
        if not left.exists() and forget_first_seen(incident, EVER.code, [fact.member]):
            post_deltas(incident, [(fact.community_id, EVER.code, fact.day, -1)])


def _post(incident: UUID, fact: CheckIn, amount: int) -> None:
    post_deltas(incident, [(fact.community_id, SIGNED.code, fact.day, amount)])


def _differences(incident: UUID) -> list[Difference]:
    return verify_rollups(SYSTEM, incident=incident, figures=FIGURES, days=DAYS)


Act = tuple[str, int, int, int]
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["sign", "sign", "sign", "take back", "fold"]),
        st.integers(0, 1),
        st.integers(0, 2),
        st.integers(0, 2),
    ),
    max_size=25,
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=ACTS)
def test_roll_ups_always_say_what_the_rows_say(incident: UUID, acts: list[Act]) -> None:
    point = transaction.savepoint()
    signed: list[CheckIn] = []
    for verb, community, member, day in acts:
        if verb == "sign":
            fact = _sign(incident, COMMUNITIES[community], MEMBERS[member], DAYS[day])
            signed += [fact] if fact else []
        elif verb == "take back" and signed:
            _take_back(incident, signed.pop(member % len(signed)))
        elif verb == "fold":
            fold(SYSTEM)
    assert _differences(incident) == []
    for day in DAYS:
        cutoff = Cutoff(incident=incident, day=day, occurred_until=datetime.max.replace(tzinfo=UTC))
        assert rolled_total(SYSTEM, incident=incident, figure=SIGNED.code, day=day) == SIGNED.value(
            SYSTEM, cutoff
        )
    transaction.savepoint_rollback(point)


def test_a_fold_changes_no_number_and_leaves_nothing_waiting(incident: UUID) -> None:
    for member in MEMBERS:
        _sign(incident, COMMUNITIES[0], member, FIRST)
    before = rolled(SYSTEM, incident=incident, figure=SIGNED.code, day=FIRST)
    assert fold(SYSTEM) == 6
    assert rolled(SYSTEM, incident=incident, figure=SIGNED.code, day=FIRST) == before
    assert before == {COMMUNITIES[0]: 3}
    assert not Delta.objects.exists()
    assert fold(SYSTEM) == 0


def test_a_person_in_two_communities_is_one_person_and_two_check_ins(incident: UUID) -> None:
    for community in COMMUNITIES:
        _sign(incident, community, MEMBERS[0], FIRST)
    assert rolled_total(SYSTEM, incident=incident, figure=SIGNED.code) == 2
    assert rolled_total(SYSTEM, incident=incident, figure=EVER.code) == 1


def test_a_roll_up_outside_the_places_of_a_scope_is_not_read(incident: UUID) -> None:
    for community in COMMUNITIES:
        _sign(incident, community, MEMBERS[0], FIRST)
    fold(SYSTEM)
    here = Scope(account=uuid4(), role=Role.STREET, places=((COMMUNITIES[0], COMMUNITIES[0]),))
    nowhere = Scope(account=uuid4(), role=Role.STREET)
    assert rolled(here, incident=incident, figure=SIGNED.code, day=FIRST) == {COMMUNITIES[0]: 1}
    assert rolled(nowhere, incident=incident, figure=SIGNED.code, day=FIRST) == {}


def test_a_wrong_roll_up_is_found_and_made_again(incident: UUID) -> None:
    _sign(incident, COMMUNITIES[0], MEMBERS[0], FIRST)
    fold(SYSTEM)
    Rollup.objects.filter(figure=SIGNED.code).update(amount=7)
    FirstSeen.objects.all().delete()
    assert _differences(incident) == [
        Difference(figure=SIGNED.code, day=FIRST, community=COMMUNITIES[0], rolled=7, rows=1)
    ]
    assert rebuild_rollups(SYSTEM, incident=incident, figures=FIGURES, days=DAYS) == 2
    assert _differences(incident) == []
    assert _sign(incident, COMMUNITIES[1], MEMBERS[0], FIRST)
    assert rolled_total(SYSTEM, incident=incident, figure=EVER.code) == 1


def test_rebuilding_counts_what_waits_once(incident: UUID) -> None:
    _sign(incident, COMMUNITIES[0], MEMBERS[0], FIRST)
    fold(SYSTEM)
    _sign(incident, COMMUNITIES[0], MEMBERS[1], FIRST)
    rebuild_rollups(SYSTEM, incident=incident, figures=FIGURES, days=DAYS)
    fold(SYSTEM)
    assert rolled_total(SYSTEM, incident=incident, figure=SIGNED.code) == 2


def test_deltas_outside_a_transaction_are_refused(committed: UUID) -> None:
    with pytest.raises(RuntimeError):
        post_deltas(committed, [(COMMUNITIES[0], SIGNED.code, FIRST, 1)])


def test_folds_beside_each_other_and_beside_writers_count_each_delta_once(committed: UUID) -> None:
    def write() -> None:
        for _ in range(30):
            with transaction.atomic():
                post_deltas(
                    committed, [(community, SIGNED.code, FIRST, 1) for community in COMMUNITIES]
                )

    def fold_often() -> None:
        for _ in range(15):
            fold(SYSTEM)

    _beside(write, fold_often, fold_often)
    fold(SYSTEM)
    assert {row.community_id: row.amount for row in Rollup.objects.all()} == dict.fromkeys(
        COMMUNITIES, 30
    )


def test_two_transactions_see_a_person_first_only_once(committed: UUID) -> None:
    new: list[set[UUID]] = []

    def see() -> None:
        with transaction.atomic():
            new.append(count_first_seen(committed, EVER.code, FIRST, MEMBERS))

    _beside(see, see)
    assert sorted(len(found) for found in new) == [0, 3]


def test_a_fold_whose_connection_dies_has_changed_nothing(committed: UUID) -> None:
    _sign(committed, COMMUNITIES[0], MEMBERS[0], FIRST)
    fold(SYSTEM)
    _sign(committed, COMMUNITIES[0], MEMBERS[1], FIRST)
    failed: list[Exception] = []

    def fold_until_it_dies() -> None:
        try:
            fold(SYSTEM)
        except Exception as error:
            failed.append(error)

    with transaction.atomic():
        list(Rollup.objects.select_for_update())
        dying = threading.Thread(target=_then_close, args=(fold_until_it_dies,))
        dying.start()
        _end(_waiting_backend())
        dying.join(10)
    assert len(failed) == 1
    assert rolled_total(SYSTEM, incident=committed, figure=SIGNED.code) == 2
    fold(SYSTEM)
    assert _differences(committed) == []


def _waiting_backend() -> int:
    """Return the backend of this test that waits for a lock held here."""
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute(
                "select pid from pg_stat_activity where wait_event_type = 'Lock' "
                "and pg_backend_pid() = any(pg_blocking_pids(pid))"
            )
            found = cursor.fetchone()
            cursor.execute("select pg_sleep(0.01), pg_stat_clear_snapshot()")
        if found:
            return int(found[0])
    raise AssertionError("nobody waits")


def _end(backend: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_terminate_backend(%s, 5000)", [backend])


def _beside(*acts: object) -> None:
    threads = [threading.Thread(target=_then_close, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


def _then_close(act: object) -> None:
    try:
        act()  # type: ignore[operator]
    finally:
        connections.close_all()
