"""Entries of several people at once: each judged by who asks, all for the same few statements."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.attendance.town import EVENING, Town, clock_at, entry
from tests.world import DAY, FENGLIN, ZISONG
from xiachen.attendance.figures.days import FIGURES
from xiachen.attendance.models.records import CheckIn, CheckOut, WorkRecord
from xiachen.attendance.operations.check_ins import check_in, check_in_all
from xiachen.attendance.operations.check_outs import CheckOutEntry, check_out_all
from xiachen.attendance.operations.work import WorkEntry, record_work_all
from xiachen.attendance.rules import records as rules
from xiachen.base.errors import Forbidden, NotFound, Outcome
from xiachen.base.ids import uuid7
from xiachen.figures.queries import rolled, verify_rollups
from xiachen.incidents.operations import set_parameter
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role, Scope


def of_member(town: Town, member: UUID, community: int = FENGLIN) -> Scope:
    """The scope of a person sent down, in whose name a phone asks."""
    return replace(
        town.world.scope(Role.MEMBER),
        account=uuid7(),
        member=member,
        places=((community, community),),
    )


def leaving(member: UUID, community: int = FENGLIN) -> CheckOutEntry:
    return CheckOutEntry(
        id=uuid7(), community=community, member=member, occurred_at=clock_at(17, 0)
    )


def stated(member: UUID, community: int = FENGLIN) -> WorkEntry:
    return WorkEntry(
        id=uuid7(),
        community=community,
        member=member,
        kind="patrol",
        occurred_at=clock_at(15, 0),
        persons_served=3,
    )


def test_each_entry_is_judged_by_its_own_asker(town: Town) -> None:
    one, two, three, four, five = town.people[:5]
    entries = [entry(one), entry(two), entry(three), entry(four), entry(five)]
    scopes = dict(
        zip(
            [each.id for each in entries],
            [
                of_member(town, one),
                town.worker,
                of_member(town, one),
                town.headquarters,
                replace(of_member(town, five), incident=None),
            ],
            strict=True,
        )
    )
    outcomes = check_in_all(scopes, entries=entries, at=EVENING)
    assert [outcome.new for outcome in outcomes] == [True, True, False, False, False]
    # Who reaches the community through an account of its own still signs in nobody else.
    assert isinstance(outcomes[2].refusal, rules.OnlyOneself)
    assert isinstance(outcomes[3].refusal, Forbidden)
    assert isinstance(outcomes[4].refusal, NotFound)
    rows = {row.member: row for row in CheckIn.objects.all()}
    assert rows.keys() == {one, two}
    assert rows[one].recorded_by == scopes[entries[0].id].account
    assert not rows[one].by_proxy
    assert rows[two].recorded_by == town.worker.account
    assert rows[two].by_proxy


def test_every_asker_leaves_an_audit_row_of_its_own(town: Town) -> None:
    one, two, three = town.people[:3]
    entries = [entry(one), entry(two), entry(three)]
    scopes = {
        entries[0].id: of_member(town, one),
        entries[1].id: town.worker,
        entries[2].id: town.worker,
    }
    check_in_all(scopes, entries=entries, at=EVENING)
    acts = {
        row.account: set(row.targets)
        for row in AuditEntry.objects.filter(action="attendance.check-in")
    }
    assert acts == {
        scopes[entries[0].id].account: {entries[0].id},
        town.worker.account: {entries[1].id, entries[2].id},
    }


def test_every_community_keeps_its_own_deadline_and_numbers(town: Town) -> None:
    set_parameter(
        town.world.system,
        incident=town.incident,
        name="attendance.deadline",
        value="08:00",
        from_day=DAY,
        community=ZISONG,
    )
    one, two, three = town.people[:3]
    entries = [entry(one), entry(two, community=ZISONG), entry(three)]
    scopes = {each.id: of_member(town, each.member, each.community) for each in entries}
    assert all(outcome.new for outcome in check_in_all(scopes, entries=entries, at=EVENING))
    rows = {row.member: row for row in CheckIn.objects.all()}
    assert rows[one].deadline == rows[three].deadline == clock_at(8, 30)
    assert rows[two].deadline == clock_at(8, 0)
    assert rows[three].sequence == rows[one].sequence + 1
    assert rolled(
        town.headquarters, incident=town.incident, figure="attendance.signed-in", day=DAY
    ) == {FENGLIN: 2, ZISONG: 1}


AllOf = Callable[..., Sequence[Outcome]]


@pytest.mark.parametrize(
    ("record", "made", "statements"),
    [(check_in_all, entry, 5), (check_out_all, leaving, 4), (record_work_all, stated, 4)],
)
def test_many_askers_in_many_places_cost_the_same_statements_as_one(
    town: Town, record: AllOf, made: Callable[..., object], statements: int
) -> None:
    if record is check_out_all:
        everybody = [
            entry(member, community=place) for member in town.people for place in (FENGLIN, ZISONG)
        ]
        check_in_all(
            {each.id: of_member(town, each.member, each.community) for each in everybody},
            entries=everybody,
            at=EVENING,
        )
    counts = []
    for members, places in ((town.people[:1], (FENGLIN,)), (town.people[1:], (FENGLIN, ZISONG))):
        entries = [made(member, community=place) for member in members for place in places]
        scopes = {
            each.id: of_member(town, each.member, each.community)  # type: ignore[attr-defined]
            for each in entries
        }
        with CaptureQueriesContext(connection) as captured:
            outcomes = record(scopes, entries=entries, at=EVENING)
        assert all(outcome.new for outcome in outcomes)
        counts.append(len([q["sql"] for q in captured if "SAVEPOINT" not in (q["sql"] or "")]))
    assert counts == [statements, statements]


def test_no_entries_ask_nothing_of_the_database(town: Town) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert check_in_all({}, entries=[], at=EVENING) == []
        assert check_in(town.worker, entries=[], at=EVENING) == []
    assert [q["sql"] for q in captured if "SAVEPOINT" not in (q["sql"] or "")] == []


def test_sending_again_what_many_sent_changes_nothing(town: Town) -> None:
    entries = [stated(member) for member in town.people]
    scopes: Mapping[UUID, Scope] = {each.id: of_member(town, each.member) for each in entries}
    later = datetime(2020, 3, 1, 13, 0, tzinfo=EVENING.tzinfo)
    assert all(one.new for one in record_work_all(scopes, entries=entries, at=EVENING))
    assert all(one.already for one in record_work_all(scopes, entries=entries, at=later))
    assert WorkRecord.objects.count() == 11
    assert not CheckOut.objects.exists()
    differences = verify_rollups(
        town.world.system, incident=town.incident, figures=FIGURES, days=[DAY]
    )
    assert differences == []
