"""A task from the list to the community's word, with every turn it can take."""

import threading
from uuid import uuid4

import psycopg
import pytest
from django.db import connections

from tests.attendance.town import EVENING, Town, arrive, clock_at
from tests.world import DAY, FENGLIN, ZISONG, World
from xiachen.attendance.figures.days import FIGURES as ATTENDANCE
from xiachen.attendance.models.records import WorkRecord
from xiachen.attendance.queries.funnels import funnel
from xiachen.attendance.rules.records import OnlyOneself, UnknownPerson
from xiachen.base.errors import Forbidden, NotFound, Refused
from xiachen.base.ids import uuid7
from xiachen.figures.queries import verify_rollups
from xiachen.incidents.models import Incident, IncidentKind
from xiachen.needs import rules
from xiachen.needs.models import Claim, Step, Task, TaskKind, TaskState, TaskStep
from xiachen.needs.operations.catalogue import install_catalogue
from xiachen.needs.operations.claims import claim_task, finish_task, release_claim
from xiachen.needs.operations.tasks import (
    confirm_task,
    issue_task,
    send_back_task,
    withdraw_task,
)
from xiachen.needs.queries.tasks import kinds, tasks
from xiachen.places.models import Community
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role

NOON = clock_at(12, 0)


def issue(town: Town, people_wanted: int = 1, kind: str = "patrol") -> Task:
    return issue_task(
        town.secretary,
        community=FENGLIN,
        kind=kind,
        title="第三网格巡查",
        people_wanted=people_wanted,
        at=clock_at(8, 45),
    )


def claim(town: Town, task: Task, person: int = 0) -> Claim:
    return claim_task(
        town.worker, community=FENGLIN, task=task.pk, member=town.people[person], at=clock_at(9, 0)
    )


def finish(town: Town, task: Task, person: int = 0, served: int = 0) -> Task:
    return finish_task(
        town.worker,
        community=FENGLIN,
        task=task.pk,
        member=town.people[person],
        at=NOON,
        persons_served=served,
    )


def state(task: Task) -> str:
    return Task.objects.get(pk=task.pk).state


def test_a_task_goes_from_the_list_to_the_communitys_word(town: Town) -> None:
    task = issue(town)
    assert state(task) == TaskState.OPEN
    claim(town, task)
    assert state(task) == TaskState.CLAIMED
    finish(town, task, served=3)
    assert state(task) == TaskState.FINISHED
    confirm_task(town.secretary, community=FENGLIN, task=task.pk, at=EVENING)
    assert state(task) == TaskState.CONFIRMED
    steps = TaskStep.objects.filter(task=task).order_by("sequence").values_list("step", "member")
    assert list(steps) == [
        (Step.ISSUED, None),
        (Step.CLAIMED, town.people[0]),
        (Step.FINISHED, town.people[0]),
        (Step.FINISHED, None),
        (Step.CONFIRMED, None),
    ]
    work = WorkRecord.objects.get()
    assert (work.kind, work.persons_served, work.day) == ("patrol", 3, DAY)
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"needs.issue-task", "needs.claim-task", "needs.finish-task"} <= actions


def test_each_claimer_who_finishes_has_worked_and_the_task_is_done_with_the_last(
    town: Town,
) -> None:
    task = issue(town, people_wanted=2)
    claim(town, task, 0)
    claim(town, task, 1)
    finish(town, task, 0)
    assert state(task) == TaskState.CLAIMED
    finish(town, task, 1)
    assert state(task) == TaskState.FINISHED
    assert set(WorkRecord.objects.values_list("member", flat=True)) == set(town.people[:2])
    found = funnel(town.secretary, incident=town.incident, day=DAY)
    assert {line.member for line in found.unsigned} == set(town.people[:2])


def test_work_by_fewer_than_were_wanted_can_be_confirmed(town: Town) -> None:
    task = issue(town, people_wanted=2)
    claim(town, task)
    finish(town, task)
    assert state(task) == TaskState.OPEN
    confirm_task(town.secretary, community=FENGLIN, task=task.pk, at=EVENING)
    assert state(task) == TaskState.CONFIRMED
    assert TaskStep.objects.filter(task=task, step=Step.FINISHED, member=None).count() == 1


def test_a_full_task_is_refused_with_how_many_were_wanted(town: Town) -> None:
    task = issue(town)
    claim(town, task, 0)
    with pytest.raises(rules.Full, match="1"):
        claim(town, task, 1)


def test_claiming_and_finishing_again_change_nothing(town: Town) -> None:
    task = issue(town)
    assert claim(town, task).pk == claim(town, task).pk
    finish(town, task, served=2)
    finish(town, task, served=2)
    with pytest.raises(rules.FinishedOtherwise):
        finish(town, task, served=9)
    assert WorkRecord.objects.get().persons_served == 2
    assert TaskStep.objects.filter(task=task, step=Step.CLAIMED).count() == 1


def test_issuing_with_the_same_id_again_makes_no_second_task(town: Town) -> None:
    id = uuid7()
    for _ in range(2):
        issue_task(town.secretary, community=FENGLIN, kind="patrol", title="巡查", at=NOON, id=id)
    assert Task.objects.count() == 1
    assert TaskStep.objects.count() == 1


def test_a_released_place_is_free_again(town: Town) -> None:
    task = issue(town)
    claim(town, task, 0)
    release_claim(town.worker, community=FENGLIN, task=task.pk, member=town.people[0], at=NOON)
    assert state(task) == TaskState.OPEN
    claim(town, task, 1)
    assert state(task) == TaskState.CLAIMED
    with pytest.raises(rules.NotYours):
        finish(town, task, 0)


def test_a_finished_part_is_not_released(town: Town) -> None:
    task = issue(town)
    claim(town, task)
    finish(town, task)
    with pytest.raises(rules.PartFinished):
        release_claim(town.worker, community=FENGLIN, task=task.pk, member=town.people[0], at=NOON)


def test_work_sent_back_does_not_count_until_it_is_done(town: Town) -> None:
    town.sign_in([town.people[0]])
    task = issue(town)
    claim(town, task)
    finish(town, task)
    send_back_task(
        town.secretary, community=FENGLIN, task=task.pk, at=NOON, reason="south gate is missing"
    )
    assert state(task) == TaskState.CLAIMED
    found = funnel(town.secretary, incident=town.incident, day=DAY)
    assert (found.worked, found.not_working_count) == (0, 1)
    finish(town, task)
    assert state(task) == TaskState.FINISHED
    found = funnel(town.secretary, incident=town.incident, day=DAY)
    assert (found.worked, found.not_working_count) == (1, 0)
    assert WorkRecord.objects.standing().count() == 1
    differences = verify_rollups(
        town.world.system, incident=town.incident, figures=ATTENDANCE, days=[DAY]
    )
    assert differences == []


def test_sending_back_needs_a_reason_and_finished_work(town: Town) -> None:
    task = issue(town)
    with pytest.raises(rules.NobodyClaimed):
        send_back_task(town.secretary, community=FENGLIN, task=task.pk, at=NOON, reason="gate")
    claim(town, task)
    with pytest.raises(rules.NotFinished, match="1"):
        confirm_task(town.secretary, community=FENGLIN, task=task.pk, at=NOON)
    with pytest.raises(rules.ReasonMissing):
        send_back_task(town.secretary, community=FENGLIN, task=task.pk, at=NOON, reason=" ")


def test_a_withdrawn_task_frees_its_people_and_is_claimed_by_nobody(town: Town) -> None:
    task = issue(town, people_wanted=2)
    claim(town, task, 0)
    withdraw_task(town.secretary, community=FENGLIN, task=task.pk, at=NOON, reason="done already")
    assert state(task) == TaskState.WITHDRAWN
    assert not Claim.objects.filter(released_at=None).exists()
    with pytest.raises(rules.NotOpen, match="已撤销"):
        claim(town, task, 1)
    with pytest.raises(rules.NotOpen):
        withdraw_task(town.secretary, community=FENGLIN, task=task.pk, at=NOON)


@pytest.mark.parametrize(
    ("change", "refusal", "field"),
    [
        ({"kind": "no-such-kind"}, rules.UnknownKind, "kind"),
        ({"title": "  "}, rules.TitleMissing, "title"),
        ({"people_wanted": 0}, rules.WrongNumber, "people_wanted"),
        ({"grid": uuid4()}, rules.GridElsewhere, "grid"),
    ],
)
def test_a_task_that_cannot_be_is_refused_beside_its_field(
    town: Town, change: dict[str, object], refusal: type[Refused], field: str
) -> None:
    given: dict[str, object] = {"kind": "patrol", "title": "巡查", "people_wanted": 1} | change
    with pytest.raises(refusal) as refused:
        issue_task(town.secretary, community=FENGLIN, at=NOON, **given)  # type: ignore[arg-type]
    assert refused.value.field == field
    assert not Task.objects.exists()


def test_a_member_claims_and_finishes_for_nobody_else(town: Town) -> None:
    task = issue(town, people_wanted=2)
    with pytest.raises(OnlyOneself):
        claim_task(town.local, community=FENGLIN, task=task.pk, member=town.people[0], at=NOON)
    claim_task(town.local, community=FENGLIN, task=task.pk, member=town.world.local, at=NOON)
    claim(town, task, 0)
    with pytest.raises(OnlyOneself):
        finish_task(town.local, community=FENGLIN, task=task.pk, member=town.people[0], at=NOON)


def test_nobody_unknown_claims(town: Town) -> None:
    task = issue(town)
    with pytest.raises(UnknownPerson):
        claim_task(town.worker, community=FENGLIN, task=task.pk, member=uuid4(), at=NOON)


def test_only_the_secretary_confirms_and_only_at_home(town: Town) -> None:
    task = issue(town)
    claim(town, task)
    finish(town, task)
    for scope in (town.worker, town.local, town.outsider, town.headquarters):
        with pytest.raises(Forbidden):
            confirm_task(scope, community=FENGLIN, task=task.pk, at=NOON)
    with pytest.raises(NotFound):
        confirm_task(town.outsider, community=ZISONG, task=task.pk, at=NOON)
    assert state(task) == TaskState.FINISHED


def test_of_many_who_claim_the_last_place_at_once_one_gets_it(committed_world: World) -> None:
    install_catalogue()
    town = arrive(committed_world)
    task = issue(town)
    scope, people = town.worker, town.people
    gate = threading.Barrier(5)
    answers: list[str] = []

    def take(person: int) -> None:
        try:
            gate.wait(10)
            claim_task(scope, community=FENGLIN, task=task.pk, member=people[person], at=NOON)
            answers.append("mine")
        except Refused as refusal:
            answers.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take, args=(person,)) for person in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    # The one who comes second finds the task full: it is claimed by as many as are wanted.
    assert sorted(answers) == ["mine", *["needs.full"] * 4] or sorted(answers) == sorted(
        ["mine", *["needs.not-open"] * 4]
    )
    assert Claim.objects.count() == 1


def test_the_catalogue_is_installed_once_in_both_languages(town: Town) -> None:
    before = TaskKind.objects.count()
    install_catalogue()
    assert TaskKind.objects.count() == before
    kind = TaskKind.objects.get(code="protective-supplies")
    assert (kind.need, kind.name, kind.name_en) == (True, "防护物资", "Protective supplies")
    assert not TaskKind.objects.filter(name_en="").exists()


def test_the_open_tasks_of_a_community_are_found_by_index(
    committed_world: World, owner_dsn: str
) -> None:
    install_catalogue()
    kind = TaskKind.objects.get(code="patrol")
    places = Community.objects.order_by("pk").values_list("pk", flat=True)[:100]
    Task.objects.bulk_create(
        Task(
            community_id=place,
            incident=committed_world.incident,
            kind=kind,
            title="巡查",
            state=TaskState.OPEN if number % 10 == 0 else TaskState.CONFIRMED,
            issued_at=NOON,
        )
        for place in [*places, FENGLIN]
        for number in range(30)
    )
    with psycopg.connect(owner_dsn, autocommit=True) as owner:
        owner.execute("analyze needs_task")
    rows = tasks(committed_world.scope(Role.SECRETARY)).filter(state=TaskState.OPEN)
    plan = rows.explain()
    assert "Seq Scan on needs_task " not in plan, plan


@pytest.mark.parametrize(
    ("emergency", "first_work", "first_need", "last"),
    [
        ("epidemic", "gate-duty", "protective-supplies", "dyke-watch"),
        ("flood", "dyke-watch", "flood-supplies", "gate-duty"),
        ("heat", "visit-to-the-elderly", "cooling-supplies", "dyke-watch"),
        ("other", "gate-duty", "protective-supplies", ""),
    ],
)
def test_kinds_that_the_emergency_is_about_are_offered_first(
    town: Town, emergency: str, first_work: str, first_need: str, last: str
) -> None:
    Incident.objects.filter(pk=town.incident).update(kind=emergency)
    offered = kinds(town.local)
    needs = [one.code for one in offered if one.need]
    work = [one.code for one in offered if not one.need]
    assert [one.code for one in offered] == needs + work
    assert (needs[0], work[0]) == (first_need, first_work)
    assert sorted(needs + work) == sorted(TaskKind.objects.values_list("code", flat=True))
    if last:
        # What only other emergencies ask for stands behind what any asks for.
        assert work.index(last) > work.index("telephone-duty")
    else:
        assert work == [code for code, _zh, _en in rules.WORK]


def test_all_kinds_that_are_typical_of_something_exist() -> None:
    known = {code for code, _zh, _en in (*rules.NEEDS, *rules.WORK)}
    for codes in rules.TYPICAL.values():
        assert set(codes) <= known
        assert len(set(codes)) == len(codes)
    assert set(rules.TYPICAL) <= set(IncidentKind.values)
