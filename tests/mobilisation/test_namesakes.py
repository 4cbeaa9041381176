"""One person registered without a number, who signs up with one on the public page."""

import re
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from tests.mobilisation.calling import call, codes, liaison, office, signed, states
from tests.mobilisation.cast import MORNING, Cast
from tests.mobilisation.test_screens import browser
from xiachen.base.ids import uuid7
from xiachen.mobilisation.models.call_ups import CallUp
from xiachen.mobilisation.models.sign_ups import Decision, SignUp
from xiachen.mobilisation.operations import phone_codes
from xiachen.mobilisation.operations.confirming import confirm_for_unit
from xiachen.mobilisation.operations.public_sign_ups import PublicEntry, sign_up_in_public
from xiachen.mobilisation.operations.selections import accept, withdraw
from xiachen.people.models.members import Member, contact_index
from xiachen.people.operations.members import MemberEntry, enter_members
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role, system_scope

NAME, PHONE = "游子衿", "13912345678"


@pytest.fixture
def registered(cast: Cast) -> UUID:
    """Somebody of the unit below the one that is called, without a number."""
    entry = MemberEntry(id=uuid7(), name=NAME, organisation=cast.office.pk, invented=True)
    assert codes(enter_members(cast.world.system, entries=[entry], at=MORNING)) == ["new"]
    return entry.id


@pytest.fixture
def made(cast: Cast) -> CallUp:
    return call(cast, public=True)


def in_public(
    cast: Cast, made: CallUp, monkeypatch: pytest.MonkeyPatch, phone: str = PHONE
) -> UUID:
    """Sign somebody up on the public page."""
    sent: list[str] = []
    monkeypatch.setattr(phone_codes, "send_message", lambda _, **given: sent.append(given["text"]))
    scope = system_scope(cast.incident.pk)
    asked: dict[str, Any] = {"call_up": made.pk, "address": "10.0.0.1", "at": MORNING}
    phone_codes.send_code(scope, phone=phone, **asked)
    code = re.search(r"\d{6}", sent[-1])
    assert code
    entry = PublicEntry(
        name=NAME, phone=phone, organisation=cast.department.pk, days=3, words="会开车"
    )
    outcome = sign_up_in_public(scope, entry=entry, code=code[0], **asked)
    assert codes([outcome]) == ["new"]
    return outcome.id


def holder(phone: str) -> UUID:
    return Member.objects.get(phone_index=contact_index("phone", phone)).pk


def test_two_sign_ups_of_one_person_take_one_place(
    cast: Cast, made: CallUp, registered: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first,) = signed(cast, made, [registered])
    second = in_public(cast, made, monkeypatch)
    given: dict[str, Any] = {"call_up": made.pk, "sign_ups": [second], "at": MORNING}
    assert codes(confirm_for_unit(liaison(cast), **given)) == ["same-person-asked"]
    assert codes(accept(office(cast), **given)) == ["waits-for-unit"]
    wrong = {second: cast.people[0]}
    assert codes(confirm_for_unit(liaison(cast), same=wrong, **given)) == ["not-found"]
    same = {second: registered}
    assert codes(confirm_for_unit(liaison(cast), same=same, **given)) == ["new"]
    assert states(made) == {first: "ready", second: "withdrawn"}
    assert Decision.objects.latest("sequence").reason == "twice"
    assert holder(PHONE) == registered
    given["sign_ups"] = [first, second]
    assert codes(accept(office(cast), **given)) == ["new", "not-from-here"]
    # The record that the page made is nobody's any more.
    left = Member.objects.get(name=NAME, organisation=None)
    assert left.phone_index is None and left.opened_contact()["phone"] == ""
    assert AuditEntry.objects.filter(action="people.take-over", targets__contains=[left.pk])


def test_the_sign_up_becomes_the_registered_member_s(
    cast: Cast, made: CallUp, registered: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = in_public(cast, made, monkeypatch)
    given: dict[str, Any] = {"call_up": made.pk, "sign_ups": [id], "at": MORNING}
    same = {id: registered}
    assert codes(confirm_for_unit(liaison(cast), same=same, **given)) == ["new"]
    row = SignUp.objects.get()
    assert (row.pk, row.member_id, row.state) == (id, registered, "ready")
    assert holder(PHONE) == registered


def test_whoever_left_comes_back_by_the_second_sign_up(
    cast: Cast, made: CallUp, registered: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first,) = signed(cast, made, [registered])
    withdraw(liaison(cast), call_up=made.pk, sign_ups=[first], at=MORNING)
    second = in_public(cast, made, monkeypatch)
    same = {second: registered}
    confirm_for_unit(liaison(cast), call_up=made.pk, sign_ups=[second], same=same, at=MORNING)
    assert states(made) == {first: "ready", second: "withdrawn"}
    assert SignUp.objects.get(pk=first).words == "会开车"


def test_another_person_of_the_name_keeps_the_own_sign_up(
    cast: Cast, made: CallUp, registered: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first,) = signed(cast, made, [registered])
    second = in_public(cast, made, monkeypatch)
    given: dict[str, Any] = {"call_up": made.pk, "sign_ups": [second], "at": MORNING}
    assert codes(confirm_for_unit(liaison(cast), same={second: None}, **given)) == ["new"]
    assert states(made) == {first: "ready", second: "ready"}
    assert holder(PHONE) != registered


def test_two_numbers_are_two_people(
    cast: Cast, made: CallUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [in_public(cast, made, monkeypatch, phone) for phone in (PHONE, "13912345679")]
    assert codes(confirm_for_unit(liaison(cast), call_up=made.pk, sign_ups=ids, at=MORNING)) == [
        "new",
        "new",
    ]


def test_a_record_that_says_more_keeps_its_number(
    cast: Cast, made: CallUp, registered: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = MemberEntry(
        id=uuid7(),
        name=NAME,
        organisation=cast.department.pk,
        phone=PHONE,
        identities=["volunteer"],
        invented=True,
    )
    enter_members(cast.world.system, entries=[known], at=MORNING)
    (first,) = signed(cast, made, [registered])
    second = in_public(cast, made, monkeypatch)
    same = {second: registered}
    confirm_for_unit(liaison(cast), call_up=made.pk, sign_ups=[second], same=same, at=MORNING)
    assert states(made) == {first: "ready", second: "withdrawn"} and holder(PHONE) == known.id


def test_the_screen_asks_who_it_is(
    cast: Cast, made: CallUp, registered: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = in_public(cast, made, monkeypatch)
    client: Client = browser(cast, Role.LIAISON)
    address = reverse("mobilisation:decide", args=[made.pk])
    page = client.post(f"{address}?state=signed", {"step": "unit", "sign_ups": [id]})
    asked = page.content.decode()
    assert "Is it the same person?" in asked and f'name="same-{id}" value="{registered}"' in asked
    assert states(made) == {id: "signed"}
    seen = AuditEntry.objects.get(action="mobilisation.view-namesakes")
    assert registered in seen.targets
    said = {"step": "unit", "sign_ups": [id], f"same-{id}": registered}
    assert "Done for 1 person." in client.post(address, said, follow=True).content.decode()
    assert SignUp.objects.get().member_id == registered and states(made) == {id: "ready"}
