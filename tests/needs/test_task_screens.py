"""Tasks and one's own day in the browser's eyes."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.attendance.town import EVENING, Town
from tests.needs.test_tasks import claim, finish, issue, state
from tests.world import DAY, FENGLIN, SENT, prove_twice
from xiachen.attendance.models.records import CheckIn, WorkRecord
from xiachen.base import clock
from xiachen.needs.models import Task, TaskState
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture(autouse=True)
def evening(monkeypatch: pytest.MonkeyPatch) -> None:
    """The doors' clock stands at eight in the evening of the first day."""
    monkeypatch.setattr(clock, "now", lambda: EVENING)


def client_of(town: Town, role: Role) -> Client:
    client = Client()
    client.force_login(town.world.accounts[role], BACKEND)
    return client


def test_a_member_signs_in_claims_and_finishes_on_one_page(town: Town) -> None:
    task = issue(town)
    client = client_of(town, Role.MEMBER)
    page = client.get(f"/needs/mine?day={DAY}").content.decode()
    assert "You have not signed in yet." in page
    assert "第三网格巡查" in page
    client.post(f"/needs/mine/{FENGLIN}/sign-in")
    assert not CheckIn.objects.get().by_proxy
    client.post(f"/needs/{FENGLIN}/{task.pk}/claim", {"next": "/needs/mine"})
    assert "To be done" in client.get("/needs/mine").content.decode()
    answer = client.post(
        f"/needs/{FENGLIN}/{task.pk}/finish", {"next": "/needs/mine", "persons_served": "3"}
    )
    assert answer.headers["Location"] == "/needs/mine"
    assert WorkRecord.objects.get().persons_served == 3
    page = client.get("/needs/mine").content.decode()
    assert "20:00, late by 11 h 30 min" in page
    assert state(task) == TaskState.FINISHED


def test_whoever_has_left_signs_in_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of(town, Role.MEMBER)
    client.get(f"/needs/mine?day={DAY}")
    for hours, way, offered in (
        (-4, "sign-in", "I am leaving now"),
        (-3, "sign-out", "I am back: sign in again"),
        (-2, "sign-in", "I am leaving now"),
    ):
        monkeypatch.setattr(clock, "now", lambda hours=hours: EVENING + timedelta(hours=hours))
        client.post(f"/needs/mine/{FENGLIN}/{way}")
        assert offered in client.get("/needs/mine").content.decode()
    page = client.get("/needs/mine").content.decode()
    assert page.count("signed in</span>") == 2 and page.count("signed out</span>") == 1


def test_the_secretary_issues_and_confirms(town: Town) -> None:
    client = client_of(town, Role.SECRETARY)
    client.get(f"/needs/?day={DAY}")
    given = {"kind": "vehicles", "title": "没有运输车辆", "people_wanted": "1", "grid": ""}
    assert client.post(f"/needs/{FENGLIN}/issue", given).status_code == 302
    task = Task.objects.get()
    claim(town, task)
    finish(town, task)
    page = client.get("/needs/").content.decode()
    assert "to be confirmed" in page
    assert SENT[0] in page
    client.post(f"/needs/{FENGLIN}/{task.pk}/confirm", {"next": "https://elsewhere.example/"})
    assert state(task) == TaskState.CONFIRMED
    assert AuditEntry.objects.filter(action="needs.view-tasks").count() == 1


def test_a_wrong_form_comes_back_with_what_is_wrong(town: Town) -> None:
    client = client_of(town, Role.SECRETARY)
    given = {"kind": "vehicles", "title": "", "people_wanted": "0", "grid": ""}
    page = client.post(f"/needs/{FENGLIN}/issue", given)
    assert page.content.decode().count('class="wrong"') == 2
    assert not Task.objects.exists()


def test_a_refused_claim_is_said_in_words(town: Town) -> None:
    task = issue(town)
    claim(town, task)
    client = client_of(town, Role.MEMBER)
    answer = client.post(f"/needs/{FENGLIN}/{task.pk}/claim")
    assert answer.status_code == 409
    assert "already claimed by as many people as are wanted" in answer.content.decode() or (
        "This task is claimed" in answer.content.decode()
    )


def test_a_task_shows_its_story_and_is_sent_back(town: Town) -> None:
    task = issue(town)
    claim(town, task)
    finish(town, task)
    client = client_of(town, Role.SECRETARY)
    page = client.get(f"/needs/{FENGLIN}/{task.pk}").content.decode()
    assert "Send back" in page
    client.post(f"/needs/{FENGLIN}/{task.pk}/send-back", {"reason": "one door is missing"})
    assert state(task) == TaskState.CLAIMED
    assert "one door is missing" in client.get(f"/needs/{FENGLIN}/{task.pk}").content.decode()


def test_the_outsider_sees_no_task(town: Town) -> None:
    task = issue(town)
    client = Client()
    client.force_login(town.world.outsider.account, BACKEND)
    assert "第三网格巡查" not in client.get("/needs/").content.decode()
    assert client.get(f"/needs/{FENGLIN}/{task.pk}").status_code == 404
    assert client.post(f"/needs/{FENGLIN}/{task.pk}/withdraw").status_code == 403
    assert state(task) == TaskState.OPEN


def test_headquarters_reads_the_names_masked(town: Town) -> None:
    task = issue(town)
    claim(town, task)
    page = client_of(town, Role.HEADQUARTERS).get("/needs/").content.decode()
    assert SENT[0] not in page
    assert f"{SENT[0][0]}*" in page


def test_the_list_leaves_the_house_without_whoever_does_the_tasks(town: Town) -> None:
    issue(town)
    secretary = client_of(town, Role.SECRETARY)
    prove_twice(secretary)
    taken = secretary.get("/needs/?state=open&as=csv")
    assert taken["Content-Disposition"].startswith("attachment")
    assert "第三网格巡查" in taken.content.decode("utf-8-sig")
    assert "第三网格巡查" not in secretary.get("/needs/?state=confirmed&as=csv").content.decode()
