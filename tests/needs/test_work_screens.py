"""Work of a day in the browser's eyes: read, stated without a task, and corrected with a reason."""

from urllib.parse import urlencode

import pytest
from django.test import Client

from tests.attendance.test_board_screen import client_of
from tests.attendance.town import EVENING, Town, clock_at
from tests.needs.test_tasks import issue
from tests.world import DAY, FENGLIN, LOCAL
from xiachen.attendance.models.records import WorkRecord
from xiachen.attendance.operations.work import WorkEntry, record_work
from xiachen.attendance.rules.records import LONGEST_NOTE
from xiachen.base import clock
from xiachen.base.ids import uuid7
from xiachen.needs.operations.claims import claim_task, finish_task
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role

NOTE = "南门的围挡松了"
WORK = f"/needs/work/?{urlencode({'day': DAY})}"


@pytest.fixture
def town(town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    """The town's first day on site, at eight in the evening."""
    monkeypatch.setattr(clock, "now", lambda: EVENING)
    return town


def test_somebody_states_work_and_finds_it_on_the_list(town: Town) -> None:
    client = client_of(town, Role.MEMBER)
    assert "Patrol" in client.get("/needs/work/record").content.decode()
    answer = client.post(
        "/needs/work/record",
        {"community": FENGLIN, "kind": "patrol", "persons_served": "12"},
        follow=True,
    )
    assert "Your work is recorded." in answer.content.decode()
    row = WorkRecord.objects.get()
    assert (row.member, row.task, row.persons_served) == (town.world.local, None, 12)
    page = client.get(WORK).content.decode()
    assert "Patrol" in page
    assert "own word" in page


@pytest.mark.parametrize("kind", ["nothing-of-ours", "vehicles"])
def test_work_is_of_a_kind_of_work_and_no_need(town: Town, kind: str) -> None:
    answer = client_of(town, Role.MEMBER).post(
        "/needs/work/record", {"community": FENGLIN, "kind": kind, "persons_served": "1"}
    )
    assert "is not one of the available choices" in answer.content.decode()
    assert not WorkRecord.objects.exists()


def test_an_empty_day_says_where_work_comes_from(town: Town) -> None:
    page = client_of(town, Role.SECRETARY).get(WORK).content.decode()
    assert "No work is recorded on this day." in page


def test_the_secretary_reads_all_work_and_it_is_noted_whom_it_named(town: Town) -> None:
    town.work([town.world.local, town.world.sent[0]], served=4)
    page = client_of(town, Role.SECRETARY).get(WORK).content.decode()
    assert LOCAL in page
    assert "2 pieces of work" in page
    (act,) = AuditEntry.objects.filter(action="needs.view-work")
    assert set(act.targets) == {town.world.local, town.world.sent[0]}


def test_a_member_reads_only_the_own_work_and_an_outsider_none(town: Town) -> None:
    town.work([town.world.local, town.world.sent[0]])
    page = client_of(town, Role.MEMBER).get(WORK).content.decode()
    assert "1 piece of work" in page
    outsider = Client()
    outsider.force_login(
        town.world.outsider.account, "allauth.account.auth_backends.AuthenticationBackend"
    )
    page = outsider.get(WORK).content.decode()
    assert "No work is recorded on this day." in page
    row = WorkRecord.objects.get(member=town.world.local)
    address = f"/needs/work/{FENGLIN}/{row.pk}/correct"
    for client in (outsider, client_of(town, Role.MEMBER)):
        assert client.get(address).status_code == 403


def test_amounts_are_corrected_with_a_reason_and_work_is_taken_back(town: Town) -> None:
    town.work([town.world.local], served=500)
    client = client_of(town, Role.SECRETARY)
    client.get(WORK)
    row = WorkRecord.objects.get()
    address = f"/needs/work/{FENGLIN}/{row.pk}/correct"
    assert 'value="500"' in client.get(address).content.decode()
    given = {"times": "1", "persons_served": "50"}
    assert client.post(address, given).status_code == 200
    assert client.post(address, given | {"reason": "a nought too many"}).status_code == 302
    standing = WorkRecord.objects.standing().get()
    assert (standing.persons_served, standing.reverses_id) == (50, row.pk)
    again = f"/needs/work/{FENGLIN}/{standing.pk}/correct"
    void = given | {"void": "on", "reason": "was somebody else"}
    assert client.post(again, void).status_code == 302
    assert not WorkRecord.objects.standing().exists()


def test_what_somebody_adds_to_work_is_read_with_it_and_survives_a_correction(town: Town) -> None:
    entry = WorkEntry(
        id=uuid7(),
        community=FENGLIN,
        member=town.world.local,
        kind="patrol",
        occurred_at=clock_at(15, 0),
        note=f"  {NOTE}{'很' * 300}",
    )
    (outcome,) = record_work(town.worker, entries=[entry], at=EVENING)
    assert outcome.new
    row = WorkRecord.objects.get()
    assert row.note.startswith(NOTE) and len(row.note) == LONGEST_NOTE
    secretary = client_of(town, Role.SECRETARY)
    assert NOTE in secretary.get(WORK).content.decode()
    assert NOTE in secretary.get(f"/needs/work/{FENGLIN}/{row.pk}").content.decode()
    given = {"times": "1", "persons_served": "5", "reason": "counted again"}
    secretary.post(f"/needs/work/{FENGLIN}/{row.pk}/correct", given)
    standing = WorkRecord.objects.standing().get()
    assert (standing.persons_served, standing.note) == (5, row.note)
    outsider = Client()
    outsider.force_login(
        town.world.outsider.account, "allauth.account.auth_backends.AuthenticationBackend"
    )
    assert NOTE not in outsider.get(WORK).content.decode()


def test_what_somebody_adds_is_not_read_by_those_who_read_names_masked(town: Town) -> None:
    """A note names a door and a telephone as easily as a loose fence; nothing can mask it."""
    task = issue(town)
    member = town.world.local
    claim_task(town.local, community=FENGLIN, task=task.pk, member=member, at=EVENING)
    finish_task(town.local, community=FENGLIN, task=task.pk, member=member, at=EVENING, note=NOTE)
    entry = WorkEntry(
        id=uuid7(),
        community=FENGLIN,
        member=member,
        kind="patrol",
        occurred_at=clock_at(15, 0),
        note=NOTE,
    )
    record_work(town.local, entries=[entry], at=EVENING)
    pages = (WORK, f"/needs/work/{FENGLIN}/{entry.id}", f"/needs/{FENGLIN}/{task.pk}")
    for role, reads in ((Role.SECRETARY, True), (Role.MEMBER, True), (Role.HEADQUARTERS, False)):
        answers = [client_of(town, role).get(page) for page in pages]
        assert {answer.status_code for answer in answers} == {200}
        told = [NOTE in answer.content.decode() for answer in answers]
        assert told == [reads] * len(pages), role
