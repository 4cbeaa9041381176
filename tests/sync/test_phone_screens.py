"""Phones: the list with what is missing of each, one phone, and striking it off."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.attendance.town import Town
from tests.sync.desks import desk
from tests.sync.phones import Phone, phone_of
from tests.sync.test_push import own_check_in
from tests.world import LOCAL, ZISONG
from xiachen.base import clock
from xiachen.privacy.models import AuditEntry
from xiachen.sync.models.devices import Device
from xiachen.sync.queries.phones import SILENT_AFTER, gaps

PHONES = reverse("sync:phones")


@pytest.fixture
def phone(town: Town) -> Phone:
    return phone_of(town.local, town.world.local)


@pytest.fixture
def secretary(town: Town) -> Client:
    return desk("secretary", twice=True)


def page_of(phone: Phone) -> str:
    return reverse("sync:phone", args=[phone.device])


def test_an_empty_list_says_how_to_begin(secretary: Client) -> None:
    assert "No phone is registered yet." in secretary.get(PHONES).content.decode()


def test_what_is_missing_of_a_phone_is_counted_and_named(
    town: Town, phone: Phone, secretary: Client
) -> None:
    events = [own_check_in(phone, town) for _ in range(6)]
    phone.push(events[0], events[3], last=9)
    page = secretary.get(PHONES, {"show": "missing"}).content.decode()
    assert LOCAL in page and "9 reported" in page and "7 missing" in page
    assert gaps(town.secretary, device=phone.device) == [(2, 3), (5, 9)]
    page = secretary.get(page_of(phone)).content.decode()
    assert "2–3, 5–9" in page and "complete up to 1" in page
    phone.push(*events[1:], *(own_check_in(phone, town) for _ in range(3)))
    assert gaps(town.secretary, device=phone.device) == []
    assert LOCAL not in secretary.get(PHONES, {"show": "missing"}).content.decode()


def test_filters_find_silent_phones_and_old_apps(
    town: Town, phone: Phone, secretary: Client
) -> None:
    for show in ("silent", "old-app", "revoked", "to-settle"):
        assert "Redmi 9" not in secretary.get(PHONES, {"show": show}).content.decode()
    Device.objects.update(last_contact=clock.now() - SILENT_AFTER * 2, app="0.9.0")
    for show in ("silent", "old-app", "in-use"):
        assert "Redmi 9" in secretary.get(PHONES, {"show": show}).content.decode()
    assert ">silent for a day<" in secretary.get(PHONES).content.decode()


def test_a_phone_with_records_to_look_at_leads_to_them(
    town: Town, phone: Phone, secretary: Client
) -> None:
    not_theirs = {"member": str(town.world.sent[2]), "method": "list"}
    phone.push(phone.event("attendance.check-in", not_theirs, community=ZISONG))
    page = secretary.get(PHONES, {"show": "to-settle"}).content.decode()
    assert "1 to look at" in page
    assert f"{reverse('sync:records')}?phone={phone.device}" in page


def test_a_name_looked_for_is_in_no_address(town: Town, phone: Phone, secretary: Client) -> None:
    answer = secretary.post(PHONES + "?show=in-use", {"q": LOCAL})
    assert LOCAL not in answer["Location"]
    assert "Redmi 9" in secretary.get(answer["Location"]).content.decode()
    answer = secretary.post(PHONES, {"q": "无此人"})
    assert "No such phone is found." in secretary.get(answer["Location"]).content.decode()


def test_a_phone_is_struck_off_with_a_reason(town: Town, phone: Phone, secretary: Client) -> None:
    answer = secretary.post(page_of(phone), {"reason": " "})
    assert Device.objects.get().revoked_at is None and answer.status_code == 200
    answer = secretary.post(page_of(phone), {"reason": "left in a taxi"}, follow=True)
    assert "left in a taxi" in answer.content.decode()
    assert Device.objects.get().revoked_at is not None
    assert phone.outcomes(own_check_in(phone, town)) == [("quarantined", "sync.revoked")]
    assert "Redmi 9" in secretary.get(PHONES, {"show": "revoked"}).content.decode()
    assert "Redmi 9" not in secretary.get(PHONES).content.decode()


def test_ones_own_phone_is_struck_off_by_oneself(town: Town, phone: Phone) -> None:
    desk("member").post(page_of(phone), {"reason": "sold"})
    assert Device.objects.get().reason == "sold"


def test_next_door_nothing_is_seen(town: Town, phone: Phone) -> None:
    outsider = desk("outsider")
    assert "Redmi 9" not in outsider.get(PHONES).content.decode()
    assert outsider.get(page_of(phone)).status_code == 404
    assert outsider.post(page_of(phone), {"reason": "mine"}).status_code == 404
    assert Device.objects.get().revoked_at is None


def test_an_administrator_manages_phones_and_reads_no_name_and_no_record(
    town: Town, phone: Phone
) -> None:
    not_theirs = {"member": str(town.world.sent[2]), "method": "list"}
    phone.push(phone.event("attendance.check-in", not_theirs, community=ZISONG))
    administrator = desk("administrator", twice=True)
    page = administrator.get(PHONES).content.decode()
    assert "Redmi 9" in page and LOCAL not in page and "to look at" not in page
    assert administrator.get(reverse("sync:records")).status_code == 403
    page = administrator.get(page_of(phone)).content.decode()
    assert LOCAL not in page and "Not taken in" not in page
    administrator.post(page_of(phone), {"reason": "stolen"})
    assert Device.objects.get().reason == "stolen"


@pytest.mark.parametrize("username", ["member", "auditor", "grid-head"])
def test_who_has_no_phones_to_manage_is_refused(username: str, world: object) -> None:
    assert desk(username).get(PHONES).status_code == 403


def test_the_list_leaves_with_masked_names(town: Town, phone: Phone, secretary: Client) -> None:
    text = secretary.get(PHONES, {"as": "text"}).content.decode()
    assert "Redmi 9" in text and LOCAL not in text and "郗*" in text


def test_whom_the_list_named_stands_in_the_audit(
    town: Town, phone: Phone, secretary: Client
) -> None:
    secretary.get(PHONES)
    entry = AuditEntry.objects.filter(action="sync.view-phones").latest("at")
    assert list(entry.targets) == [town.world.local]


def test_many_phones_are_paged(town: Town, phone: Phone, secretary: Client) -> None:
    one = Device.objects.get()
    from xiachen.base.ids import uuid7

    Device.objects.bulk_create(
        Device(
            id=uuid7(),
            account=one.account,
            member=one.member,
            incident=one.incident,
            key=one.key,
            name=f"Phone {number}",
            app="1.0.0",
            enrolled_at=one.enrolled_at,
            last_contact=one.last_contact,
        )
        for number in range(60)
    )
    page = secretary.get(PHONES).content.decode()
    assert "61 phones" in page and "Page 1 of 2" in page
