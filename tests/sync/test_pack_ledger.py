"""What a phone is told of a part: anew, in pieces, after forgetting, and in how many statements."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.attendance.town import clock_at
from tests.sync.holding import NOON, RESIDENTS, Holding, issue, resident_id
from tests.world import DAY, FENGLIN, WORKERS
from xiachen.base.errors import Forbidden
from xiachen.base.ids import uuid7
from xiachen.needs.operations.tasks import withdraw_task
from xiachen.people.models.residents import Resident
from xiachen.people.operations.residents import ResidentEntry, register_residents
from xiachen.privacy.scope import system_scope
from xiachen.sync.models.packs import PackDoc, PackPart
from xiachen.sync.operations.packs import forget_tombstones, pull
from xiachen.sync.queries.packs import grounds, marks, own, teams
from xiachen.sync.queries.packs.reach import person_of, reach_of
from xiachen.sync.rules import packs as rules


def test_what_does_not_fit_is_built_anew(holding: Holding) -> None:
    phone = holding.head
    phone.pull()
    grid = f"grid:{FENGLIN}:{holding.grid}"
    whole = phone.hash(grid)
    phone.parts[grid].popitem()
    (part, _me) = phone.pull().parts
    assert part.rebuild and len(part.docs) == len(phone.parts[grid])
    assert phone.hash(grid) == whole
    # As after the restore of a backup: the phone is ahead of the server.
    phone.cursors[grid] += 1
    assert phone.pull().parts[0].rebuild
    assert phone.hash(grid) == whole


def test_forgotten_tombstones_mean_building_anew(holding: Holding) -> None:
    phone = holding.local
    tasks = [issue(holding)]
    phone.pull()
    tasks.append(issue(holding))
    phone.pull()
    for one in tasks:
        withdraw_task(holding.town.secretary, community=FENGLIN, task=one.pk, at=NOON, reason="无")
    old = (dict(phone.parts["me"]), phone.cursors["me"])
    phone.pull()
    late = NOON + rules.TOMBSTONES_KEPT + timedelta(hours=1)
    phone.pull(late)
    assert forget_tombstones(system_scope(), at=late) == 2
    assert forget_tombstones(system_scope(), at=late) == 0
    again = phone.pull(late)
    assert not any(part.rebuild or part.docs for part in again.parts)
    phone.parts["me"], phone.cursors["me"] = old
    assert phone.pull(late).parts[0].rebuild
    assert phone.bodies("task") == []


def test_a_part_for_which_nobody_asks_is_forgotten(holding: Holding) -> None:
    phone = holding.head
    phone.pull()
    assert PackPart.objects.count() == 2
    late = NOON + rules.TOMBSTONES_KEPT + timedelta(hours=1)
    assert forget_tombstones(system_scope(), at=late) == 2
    assert not PackPart.objects.exists()
    assert all(part.rebuild for part in phone.pull(late).parts)


def test_a_server_that_went_back_in_time_does_not_pass_other_words_off(holding: Holding) -> None:
    phone, writer = holding.head, holding.head
    writer.pull()
    grid = f"grid:{FENGLIN}:{holding.grid}"
    kept = PackPart.objects.get(key=grid)
    docs = list(PackDoc.objects.filter(part=kept))

    def telephone(number: str) -> None:
        entry = ResidentEntry(
            id=resident_id(RESIDENTS[2][0]),
            household=holding.doors[1],
            name=RESIDENTS[2][0],
            phone=number,
        )
        row = Resident.objects.get(pk=entry.id)
        row.seal({"name": entry.name, "phone": number, "identity": ""})
        row.save()

    telephone("15500010008")
    phone.pull(NOON + timedelta(seconds=1))
    assert "15500010008" in {one["phone"] for one in phone.bodies("resident")}
    # Yesterday's backup: that number was never told, another one is.
    PackDoc.objects.filter(part=kept).delete()
    PackDoc.objects.bulk_create(docs)
    kept.save()
    telephone("15500010009")
    writer.pull(NOON + timedelta(seconds=2))
    while phone.pull(NOON + timedelta(seconds=3)).parts[0].rebuild:
        assert phone.pulls < 9
    assert "15500010009" in {one["phone"] for one in phone.bodies("resident")}
    assert phone.hash(grid) == writer.hash(grid)


def test_a_large_part_comes_in_several_answers(
    holding: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = holding.head
    whole.pull()
    issue(holding)
    monkeypatch.setattr(rules, "MOST_DOCS", 4)
    phone = holding.phone(holding.world.members[WORKERS[1]])
    while phone.pull().more:
        assert phone.pulls < 40
    grid = f"grid:{FENGLIN}:{holding.grid}"
    assert phone.hash(grid) == whole.hash(grid)
    assert phone.pulls > 2


def test_the_share_is_of_one_phone_and_one_duty(holding: Holding) -> None:
    phone, other = holding.local, holding.head
    first = phone.pull()
    assert len(first.share) == 32
    assert first.until == clock_at(12, 0) + timedelta(days=1)
    assert phone.pull(NOON + timedelta(hours=11)).share == first.share
    assert phone.pull(NOON + timedelta(hours=12)).share != first.share
    assert other.pull().share != first.share


def test_statements_do_not_grow_with_the_doors(holding: Holding) -> None:
    def asked() -> int:
        phone = holding.phone(holding.world.members[WORKERS[1]])
        with CaptureQueriesContext(connection) as captured:
            phone.pull()
        return len(captured)

    asked()
    before = asked()
    more = [
        ResidentEntry(id=uuid7(), household=holding.doors[0], name=f"沈若{sign}")
        for sign in "甲乙丙丁戊己庚辛"
    ]
    register_residents(holding.town.worker, community=FENGLIN, entries=more, at=NOON)
    asked()
    assert asked() == before


def test_marks_are_made_of_every_table_that_docs_are_made_of(holding: Holding) -> None:
    issue(holding)
    holding.town.sign_in([holding.leader])
    leader, head = holding.phone(holding.leader).known, holding.head.known
    reach = reach_of(person_of(system_scope(), leader), day=DAY)
    (team,) = reach.teams
    (ground,) = reach_of(person_of(system_scope(), head), day=DAY).grounds

    asked: list[str] = []

    def note(execute: Callable[..., object], sql: str, *rest: object) -> object:
        asked.append(sql)
        return execute(sql, *rest)

    def read() -> set[str]:
        return {
            name
            for sql in asked
            for name in re.findall(r'(?:from|join)\s+"?([a-z]+_[a-z_]+)', sql, re.I)
        }

    parts: tuple[tuple[str, Callable[[], object]], ...] = (
        (marks.OWN, lambda: own.own_docs(reach.own, reach=reach, device=leader, day=DAY)),
        (marks.TEAM, lambda: teams.people(team.scope, day=DAY)),
        (
            marks.GROUND,
            lambda: [
                *grounds.people(ground.scope, ground=ground, day=DAY),
                *grounds.doors(ground.scope, ground=ground),
            ],
        ),
    )
    for statement, docs in parts:
        asked.clear()
        with connection.execute_wrapper(note):
            assert docs()
        tables = read()
        assert tables
        assert [one for one in tables if one not in statement] == []


def test_only_the_door_of_phones_pulls(holding: Holding) -> None:
    phone = holding.local
    with pytest.raises(Forbidden):
        pull(holding.town.local, device=phone.known, held={}, last=0, app="1.0.0", at=NOON)
