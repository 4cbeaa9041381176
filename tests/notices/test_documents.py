"""Documents: several issuers, a parent, and received before they are passed on."""

from datetime import date, timedelta

import pytest
from django.test import Client

from tests.world import BEFORE, DAY, MORNING, World
from xiachen.base.errors import Forbidden, Invalid, NotFound
from xiachen.base.ids import uuid7
from xiachen.notices.models.documents import Document
from xiachen.notices.operations import documents as operations
from xiachen.notices.queries import documents as queries
from xiachen.privacy import audit
from xiachen.privacy.scope import Role, system_scope


def issue(world: World, role: Role | None = None, **given: object) -> Document:
    wanted: dict[str, object] = {
        "incident": world.incident.pk,
        "kind": "call",
        "number": "枫组通〔2020〕5号",
        "title": "关于组建工作队的通知",
        "issuers": [world.bureau.pk, world.city_bureau.pk],
        "issued_on": DAY,
    }
    scope = world.scope(role) if role else world.system
    return operations.issue_document(scope, **wanted | given)  # type: ignore[arg-type]


def test_several_units_issue_a_document_that_carries_out_another(world: World) -> None:
    made = issue(world, Role.ORGANISER, parent=world.document.pk)
    (first, _second) = queries.documents(world.scope(Role.SECRETARY), incident=world.incident.pk)
    assert first == made
    assert first.parent == world.document
    assert {one.organisation for one in first.issuers.all()} == {world.bureau, world.city_bureau}


def test_a_number_is_given_once(world: World) -> None:
    with pytest.raises(operations.NumberTaken):
        issue(world, number=world.document.number)


@pytest.mark.parametrize("count", [0, 2])
def test_every_issuer_is_named_once(world: World, count: int) -> None:
    with pytest.raises(operations.NoIssuer):
        issue(world, issuers=[world.bureau.pk] * count)
    assert Document.objects.count() == 1


def test_a_document_is_not_older_than_the_one_it_carries_out(world: World) -> None:
    with pytest.raises(operations.BeforeItsParent):
        issue(world, parent=world.document.pk, issued_on=BEFORE - timedelta(days=1))


@pytest.mark.parametrize(
    ("field", "value", "refusal"),
    [
        ("kind", "poem", Invalid),
        ("number", " ", Invalid),
        ("title", "长" * 201, Invalid),
        ("issuers", [uuid7()], NotFound),
        ("parent", uuid7(), NotFound),
        ("incident", uuid7(), NotFound),
    ],
)
def test_bad_values_are_refused_beside_their_field(
    world: World, field: str, value: object, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal) as refused:
        issue(world, **{field: value})
    assert refused.value.field == field  # type: ignore[attr-defined]


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.LIAISON, Role.MEMBER])
def test_other_roles_issue_nothing(world: World, role: Role) -> None:
    with pytest.raises(Forbidden):
        issue(world, role)


def test_a_document_is_passed_on_after_it_was_received(world: World) -> None:
    later = MORNING + timedelta(hours=1)
    with pytest.raises(operations.NotReceived):
        operations.pass_on_document(world.system, document=world.document.pk, at=later)
    operations.receive_document(world.system, document=world.document.pk, at=MORNING)
    operations.receive_document(world.system, document=world.document.pk, at=later)
    with pytest.raises(operations.NotReceived):
        operations.pass_on_document(
            world.system, document=world.document.pk, at=MORNING - timedelta(hours=1)
        )
    held = operations.pass_on_document(world.system, document=world.document.pk, at=later)
    assert (held.received_at, held.passed_on_at) == (MORNING, later)


def test_a_document_of_another_incident_is_not_there(world: World) -> None:
    from dataclasses import replace

    elsewhere = replace(world.scope(Role.ORGANISER), incident=uuid7())
    assert not queries.documents(elsewhere, incident=world.incident.pk)
    with pytest.raises(NotFound):
        queries.document(elsewhere, world.document.pk)
    assert queries.document(system_scope(), world.document.pk)


def test_without_its_audit_no_document_is_issued(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: object, **named: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(OSError, match="disk"):
        issue(world)
    assert Document.objects.count() == 1


def test_the_list_and_the_form_work_in_the_browser(world: World) -> None:
    client = Client()
    client.force_login(world.accounts[Role.MOBILISER])
    assert world.document.number in client.get("/notices/documents/").content.decode()
    given = {
        "kind": "call",
        "number": "枫组通〔2020〕6号",
        "title": "通知",
        "issuers": [world.bureau.pk],
        "issued_on": date(2020, 3, 1),
    }
    again = client.post("/notices/documents/issue", given | {"number": world.document.number})
    assert again.context["form"].errors.keys() == {"number"}
    assert client.post("/notices/documents/issue", given).status_code == 302
    assert Document.objects.count() == 2
