"""Values are seen whole through two people's screens, for minutes, and by whoever asked alone."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from tests.oracle import ORACLE
from tests.people.test_residents import entry, register
from tests.people.test_screens import client_of
from tests.world import FENGLIN, LOCAL, World, identity_of, phone_of, prove_twice
from xiachen.base import clock
from xiachen.places.models import Household
from xiachen.privacy.models import AuditEntry, Unmasking
from xiachen.privacy.scope import Role

REASON = "她没有接电话，要联系家属"
WAITING = "/audit/unmasking"


@pytest.fixture
def secretary(world: World) -> Client:
    return twice(world, Role.SECRETARY)


@pytest.fixture
def officer(world: World) -> Client:
    return twice(world, Role.PRIVACY_OFFICER)


def twice(world: World, role: Role | None) -> Client:
    client = client_of(world, role)
    prove_twice(client)
    return client


def approve(officer: Client) -> None:
    asked = Unmasking.objects.get()
    assert officer.post(f"{WAITING}/{asked.pk}/approve").status_code == 302


def test_two_people_decide_before_a_number_is_shown(
    world: World, secretary: Client, officer: Client
) -> None:
    person = f"/people/{world.local}"
    assert f"{person}/unmask" in secretary.get(person).content.decode()
    assert secretary.get(f"{person}/unmasked").status_code == 403
    assert secretary.post(f"{person}/unmask", {"reason": REASON}).status_code == 302
    assert "waits for approval" in secretary.get(f"{person}/unmask").content.decode()
    waiting = officer.get(WAITING).content.decode()
    assert "郗**" in waiting and REASON in waiting and "secretary" in waiting
    assert LOCAL not in waiting
    approve(officer)
    assert "Show the values" in secretary.get(f"{person}/unmask").content.decode()
    with ORACLE.revealing():
        shown = secretary.get(f"{person}/unmasked")
    assert phone_of(LOCAL) in shown.content.decode()
    assert identity_of(LOCAL) in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    assert 0 < int(shown["Refresh"].split(";")[0]) <= 600
    acts = AuditEntry.objects.filter(action__startswith="privacy.", subject=world.local)
    assert list(acts.order_by("at", "id").values_list("action", flat=True)) == [
        "privacy.request-unmask",
        "privacy.approve-unmask",
        "privacy.reveal",
    ]


def test_after_ten_minutes_the_values_are_masked_again(
    world: World, secretary: Client, officer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = f"/people/{world.local}"
    secretary.post(f"{person}/unmask", {"reason": REASON})
    approve(officer)
    later = clock.now() + timedelta(minutes=11)

    def then() -> datetime:
        return later

    monkeypatch.setattr(clock, "now", then)
    answer = secretary.get(f"{person}/unmasked")
    assert answer.status_code == 403
    assert phone_of(LOCAL) not in answer.content.decode()
    assert "Ask to see the values" in secretary.get(f"{person}/unmask").content.decode()


def test_the_approval_is_for_whoever_asked(
    world: World, secretary: Client, officer: Client
) -> None:
    person = f"/people/{world.local}"
    secretary.post(f"{person}/unmask", {"reason": REASON})
    approve(officer)
    for role in (Role.COMMUNITY_WORKER, Role.PRIVACY_OFFICER, None):
        answer = twice(world, role).get(f"{person}/unmasked")
        assert answer.status_code in (403, 404)
        assert phone_of(LOCAL) not in answer.content.decode()


def test_without_a_reason_nothing_is_asked(world: World, secretary: Client) -> None:
    answer = secretary.post(f"/people/{world.local}/unmask", {"reason": "  "})
    assert answer.context["form"].errors.keys() == {"reason"}
    assert not Unmasking.objects.exists()


def test_without_a_second_factor_nothing_is_asked_or_approved(
    world: World, secretary: Client
) -> None:
    once = client_of(world, Role.SECRETARY)
    answer = once.post(f"/people/{world.local}/unmask", {"reason": REASON})
    assert answer.status_code == 403
    secretary.post(f"/people/{world.local}/unmask", {"reason": REASON})
    asked = Unmasking.objects.get()
    officer = client_of(world, Role.PRIVACY_OFFICER)
    assert officer.get(WAITING).status_code == 403
    assert officer.post(f"{WAITING}/{asked.pk}/approve").status_code == 403


def test_nobody_asks_about_people_whom_they_do_not_reach(world: World, door: Household) -> None:
    made = entry(door)
    register(world, made)
    outsider = twice(world, None)
    for address in (f"/people/{world.local}", f"/people/residents/{FENGLIN}/{made.id}"):
        assert outsider.post(f"{address}/unmask", {"reason": REASON}).status_code in (403, 404)
        assert outsider.get(f"{address}/unmasked").status_code in (403, 404)
    assert not Unmasking.objects.exists()


def test_a_residents_values_are_shown_the_same_way(
    world: World, secretary: Client, officer: Client, door: Household
) -> None:
    made = entry(door)
    register(world, made)
    address = f"/people/residents/{FENGLIN}/{made.id}"
    page = secretary.get(f"/people/doors/{FENGLIN}/{door.pk}").content.decode()
    assert f"{address}/unmask" in page
    assert secretary.post(f"{address}/unmask", {"reason": REASON}).status_code == 302
    assert secretary.get(f"{address}/unmasked").status_code == 403
    approve(officer)
    shown = secretary.get(f"{address}/unmasked").content.decode()
    assert made.name in shown and made.phone in shown and made.identity_number in shown
    assert AuditEntry.objects.filter(action="privacy.reveal", subject=made.id).count() == 1


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.AUDITOR, Role.ADMINISTRATOR, Role.MEMBER])
def test_only_the_privacy_officer_sees_and_approves_requests(
    world: World, secretary: Client, role: Role
) -> None:
    secretary.post(f"/people/{world.local}/unmask", {"reason": REASON})
    asked = Unmasking.objects.get()
    client = twice(world, role)
    answer = client.get(WAITING)
    assert answer.status_code == 403
    assert REASON not in answer.content.decode()
    assert client.post(f"{WAITING}/{asked.pk}/approve").status_code == 403
    asked.refresh_from_db()
    assert asked.approved_at is None
