"""The programming interface: signing people in over HTTP, tasks, figures, and refusals in words."""

import json
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.attendance.town import EVENING, Town, clock_at
from tests.world import DAY, FENGLIN
from xiachen.attendance.models.records import CheckIn
from xiachen.base import clock
from xiachen.base.ids import uuid7
from xiachen.needs.models import Task, TaskState
from xiachen.privacy.scope import Role

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def town(town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(clock, "now", lambda: EVENING)
    return town


def client_of(town: Town, role: Role, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(town.world.accounts[role], BACKEND)
    return client


def post(client: Client, path: str, body: object, **headers: str) -> HttpResponse:
    return client.post(  # type: ignore[return-value]
        f"/api/v1/{path}", json.dumps(body), content_type="application/json", headers=headers
    )


def sign_in(town: Town, person: int = 0, **change: object) -> dict[str, object]:
    return {
        "id": str(uuid7()),
        "community": FENGLIN,
        "member": str(town.people[person]),
        "occurred_at": clock_at(8, 12).isoformat(),
        **change,
    }


def test_a_list_is_answered_item_by_item(town: Town) -> None:
    client = client_of(town, Role.COMMUNITY_WORKER)
    good, late = sign_in(town, 0), sign_in(town, 1, occurred_at=clock_at(23, 0).isoformat())
    answer = post(client, "check-ins", {"entries": [good, late]})
    outcomes = answer.json()["outcomes"]  # type: ignore[attr-defined]
    assert answer.status_code == 200
    assert outcomes[0] == {
        "id": good["id"],
        "outcome": "accepted",
        "code": "",
        "words": "",
        "field": "",
    }
    assert outcomes[1]["outcome"] == "refused"
    assert outcomes[1]["code"] == "attendance.in-future"
    assert CheckIn.objects.count() == 1
    again = post(client, "check-ins", {"entries": [good]}).json()  # type: ignore[attr-defined]
    assert again["outcomes"][0]["outcome"] == "already"


def test_refusals_are_said_in_the_accounts_language(town: Town) -> None:
    asked = {"entries": [sign_in(town, 0)]}
    account = town.world.accounts[Role.MEMBER]
    words = []
    for language in ("en", "zh-hans"):
        account.language = language
        account.save()
        answer = post(client_of(town, Role.MEMBER), "check-ins", asked)
        words.append(answer.json()["outcomes"][0]["words"])  # type: ignore[attr-defined]
    assert words[0].startswith("You can do this only for yourself.")
    assert words[1].startswith("您只能为自己办理。")


def test_without_a_session_the_answer_is_401_and_not_a_page(town: Town) -> None:
    answer = post(Client(), "check-ins", {"entries": [sign_in(town)]})
    assert answer.status_code == 401
    assert answer.json()["code"] == "base.signed-out"  # type: ignore[attr-defined]
    assert not CheckIn.objects.exists()


def test_a_change_without_the_csrf_token_is_refused_and_with_it_accepted(town: Town) -> None:
    client = client_of(town, Role.COMMUNITY_WORKER, enforce_csrf_checks=True)
    body = {"entries": [sign_in(town)]}
    refused = post(client, "check-ins", body)
    assert refused.status_code == 403
    assert refused.json()["code"] == "base.no-csrf-token"  # type: ignore[attr-defined]
    token = client.get("/api/v1/session").json()["csrf_token"]
    assert post(client, "check-ins", body, x_csrftoken=token).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"occurred_at": "2020-02-30T08:12:00+08:00"},
        {"occurred_at": "2020-03-01T08:12:00"},
        {"member": "somebody"},
        {"community": -1},
    ],
)
def test_a_value_that_cannot_be_is_named_without_being_repeated(
    town: Town, change: dict[str, object]
) -> None:
    client = client_of(town, Role.COMMUNITY_WORKER)
    answer = post(client, "check-ins", {"entries": [sign_in(town, **change)]})
    assert answer.status_code == 422
    problem = answer.json()  # type: ignore[attr-defined]
    assert problem["code"] == "base.invalid"
    assert problem["field"].endswith(next(iter(change)))
    assert str(next(iter(change.values()))) not in problem["words"]


def test_a_body_that_is_no_json_is_answered_in_words(town: Town) -> None:
    client = client_of(town, Role.COMMUNITY_WORKER)
    answer = client.post("/api/v1/check-ins", "{", content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["code"] == "base.invalid"


def test_a_task_goes_through_the_interface(town: Town) -> None:
    secretary = client_of(town, Role.SECRETARY)
    member = client_of(town, Role.MEMBER)
    place = f"communities/{FENGLIN}/tasks"
    new = {"id": str(uuid7()), "kind": "patrol", "title": "巡查"}
    assert post(secretary, place, new).json() == {"id": new["id"], "state": "open"}  # type: ignore[attr-defined]
    who = {"member": str(town.world.local)}
    claimed = post(member, f"{place}/{new['id']}/claim", who)
    assert claimed.json()["state"] == "claimed"  # type: ignore[attr-defined]
    finished = post(member, f"{place}/{new['id']}/finish", {**who, "persons_served": 2})
    assert finished.json()["state"] == "finished"  # type: ignore[attr-defined]
    forbidden = post(member, f"{place}/{new['id']}/confirm", {})
    assert (forbidden.status_code, forbidden.json()["code"]) == (403, "base.forbidden")  # type: ignore[attr-defined]
    post(secretary, f"{place}/{new['id']}/confirm", {})
    assert Task.objects.get().state == TaskState.CONFIRMED
    listed = member.get("/api/v1/tasks", {"state": "confirmed"}).json()
    assert [one["title"] for one in listed["tasks"]] == ["巡查"]


def test_the_funnel_and_the_figures_are_read(town: Town) -> None:
    town.sign_in()
    client = client_of(town, Role.HEADQUARTERS)
    funnel = client.get("/api/v1/funnel", {"day": DAY.isoformat(), "community": FENGLIN}).json()
    assert (funnel["expected"], funnel["present"], funnel["not_working"]) == (11, 11, 11)
    figures = client.get("/api/v1/figures", {"day": DAY.isoformat(), "division": FENGLIN}).json()
    by_code = {one["code"]: one for one in figures["figures"]}
    assert by_code["attendance.on-time"]["value"] == by_code["attendance.on-time"]["of"] == 11


def test_the_outsider_is_told_nothing(town: Town) -> None:
    town.sign_in()
    client = Client()
    client.force_login(town.world.outsider.account, BACKEND)
    asked = {"day": DAY.isoformat(), "community": FENGLIN}
    assert client.get("/api/v1/funnel", asked).status_code == 403
    answer = post(client, "check-ins", {"entries": [sign_in(town)]}).json()  # type: ignore[attr-defined]
    assert answer["outcomes"][0]["code"] == "base.forbidden"
    assert client.get("/api/v1/tasks").json()["total"] == 0


def test_the_contract_declares_the_error_answers_of_every_endpoint(town: Town) -> None:
    contract = client_of(town, Role.MEMBER).get("/api/v1/openapi.json").json()
    endpoints = [one for path in contract["paths"].values() for one in path.values()]
    assert len(endpoints) > 8
    for endpoint in endpoints:
        assert {"401", "403", "404", "409", "422"} <= set(endpoint["responses"])


def test_one_check_in_costs_few_statements_from_door_to_door(town: Town) -> None:
    client = client_of(town, Role.MEMBER)
    client.get("/api/v1/session")
    body = {"entries": [sign_in(town, 10)]}
    with CaptureQueriesContext(connection) as captured:
        answer = post(client, "check-ins", body)
    assert answer.json()["outcomes"][0]["outcome"] == "accepted"  # type: ignore[attr-defined]
    asked = [one["sql"] for one in captured if "SAVEPOINT" not in (one["sql"] or "")]
    assert len(asked) <= 9, "\n".join(map(str, asked))
