"""The screen of the audit: for the auditor and the privacy officer, and for nobody else."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.world import FENGLIN, PASSWORD, ZISONG, World
from xiachen.base import clock
from xiachen.privacy import audit, queries
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.operations import seal_audit
from xiachen.privacy.queries import AuditFilters, audit_entries
from xiachen.privacy.scope import EVERYWHERE, Role, Scope, system_scope

AUDITOR = Scope(account=uuid4(), role=Role.AUDITOR, places=EVERYWHERE)


def signed_in(account: Any) -> Client:
    client = Client(headers={"accept-language": "en"})
    assert client.login(username=account.username, password=PASSWORD)
    return client


@pytest.fixture
def auditor(world: World) -> Client:
    return signed_in(world.accounts[Role.AUDITOR])


def test_the_auditor_reads_newest_first_with_the_seal(world: World, auditor: Client) -> None:
    seal_audit(system_scope(), at=clock.now())
    audit.record(world.system, "people.view-members", community=FENGLIN, reason="newest of all")
    page = auditor.get("/audit/").content.decode()
    assert "Seal 1" in page and "waits for its seal" in page
    entries = audit_entries(AUDITOR, AuditFilters()).lines
    assert entries[0].seal is None and entries[-1].seal == 1
    times = [line.entry.at for line in entries]
    assert times == sorted(times, reverse=True)


def test_a_filter_finds_the_acts_about_one_person_and_the_look_is_recorded(
    world: World, auditor: Client
) -> None:
    person = world.local
    audit.record(world.system, "invented.act", subject=person)
    page = auditor.get("/audit/", {"person": str(person), "action": "invented"})
    assert page.status_code == 200
    assert [line.entry.action for line in page.context["page"].lines] == ["invented.act"]
    assert AuditEntry.objects.filter(action="privacy.read-audit", subject=person).count() == 1


def test_filters_by_account_and_day(world: World, auditor: Client) -> None:
    found = auditor.get("/audit/", {"account": "nobody-at-all"})
    assert found.status_code == 422
    assert "No account has this sign-in name" in found.content.decode()
    today = clock.local_day(clock.now()).isoformat()
    assert auditor.get("/audit/", {"on": today}).context["page"].total > 0
    assert auditor.get("/audit/", {"on": "2019-01-01"}).context["page"].total == 0
    assert auditor.get("/audit/", {"on": "2020-02-30"}).status_code == 422


def test_long_lists_are_cut_into_pages(world: World) -> None:
    for _ in range(queries.PAGE_ROWS + 1):
        audit.record(world.system, "invented.many")
    first = audit_entries(AUDITOR, AuditFilters(action="invented.many"))
    last = audit_entries(AUDITOR, AuditFilters(action="invented.many"), 99)
    assert (len(first.lines), first.pages, first.total) == (50, 2, 51)
    assert (len(last.lines), last.number) == (1, 2)


def test_an_auditor_of_one_place_or_incident_sees_no_other(world: World) -> None:
    audit.record(world.system, "invented.here", community=FENGLIN)
    audit.record(world.system, "invented.there", community=ZISONG)
    audit.record(world.system, "invented.nowhere")
    audit.record(system_scope(uuid4()), "invented.another-incident", community=FENGLIN)
    scope = Scope(
        account=uuid4(),
        role=Role.AUDITOR,
        places=((FENGLIN, FENGLIN),),
        incident=world.incident.pk,
    )
    found = audit_entries(scope, AuditFilters(action="invented.")).lines
    assert [line.entry.action for line in found] == ["invented.here"]


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.ADMINISTRATOR])
def test_nobody_else_reads_the_audit(world: World, role: Role) -> None:
    assert signed_in(world.accounts[role]).get("/audit/").status_code == 403


def test_who_is_not_signed_in_is_asked_to_sign_in(db: None) -> None:
    answer = Client().get("/audit/")
    assert answer.status_code == 302 and "login" in answer["Location"]
