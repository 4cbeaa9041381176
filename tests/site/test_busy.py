"""Two changes that wait for each other: the one that gives way is told so, in words."""

from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client

from tests.world import FENGLIN, World
from xiachen.attendance import api as attendance
from xiachen.base.ids import uuid7
from xiachen.command.operations import reminding
from xiachen.privacy.scope import Role

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
REMIND = "/command/people/remind"


def raising(code: str) -> object:
    """Return an act that the database ends with this code."""

    def act(*_: object, **__: object) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"do $$ begin raise exception 'x' using errcode = '{code}'; end $$")

    return act


def signed_in(world: World, role: Role) -> Client:
    client = Client()
    client.cookies["django_language"] = "zh-hans"
    client.force_login(world.accounts[role], BACKEND)
    return client


def check_in(world: World) -> Any:
    entry = {
        "id": str(uuid7()),
        "community": FENGLIN,
        "member": str(world.local),
        "occurred_at": "2020-03-01T08:00:00+08:00",
    }
    client = signed_in(world, Role.COMMUNITY_WORKER)
    return client.post("/api/v1/check-ins", {"entries": [entry]}, content_type="application/json")


@pytest.mark.parametrize("code", ["40P01", "40001"])
def test_a_page_says_that_nothing_was_recorded(
    world: World, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.setattr(reminding, "remind_missing", raising(code))
    client = signed_in(world, Role.LIAISON)
    answer = client.post(REMIND)
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert "base.busy" in answer.content.decode()
    assert "没有记录" in answer.content.decode()
    part = client.post(REMIND, headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Retarget"]) == (503, "#messages")


@pytest.mark.parametrize("code", ["40P01", "40001"])
def test_the_interface_says_when_to_send_it_again(
    world: World, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.setattr(attendance, "check_in", raising(code))
    answer = check_in(world)
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert answer.json()["code"] == "base.busy"


def test_another_fault_of_the_database_stays_a_defect(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    act = raising("57014")
    monkeypatch.setattr(reminding, "remind_missing", act)
    monkeypatch.setattr(attendance, "check_in", act)
    with pytest.raises(OperationalError):
        signed_in(world, Role.LIAISON).post(REMIND)
    with pytest.raises(OperationalError):
        check_in(world)
