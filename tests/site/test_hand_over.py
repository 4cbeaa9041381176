"""The file of a phone that was given up, sent from a desk."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.attendance.town import Town
from tests.sync.desks import desk
from tests.sync.phones import Phone, phone_of
from tests.sync.test_hand_over import file_of, signed
from tests.sync.test_push import own_check_in
from tests.world import ZISONG
from xiachen.attendance.models.records import CheckIn
from xiachen.privacy.models import AuditEntry

ADDRESS = reverse("hand-over")


@pytest.fixture
def phone(town: Town) -> Phone:
    return phone_of(town.local, town.world.local)


def send(content: Any, username: str = "secretary") -> tuple[int, str]:
    written = content if isinstance(content, bytes) else json.dumps(content).encode()
    file = SimpleUploadedFile("unsent.json", written, "application/json")
    answer = desk(username).post(ADDRESS, {"file": file})
    return answer.status_code, answer.content.decode()


def test_its_records_are_taken_in_once_as_the_phones_own(town: Town, phone: Phone) -> None:
    not_theirs = {"member": str(town.world.sent[2]), "method": "list"}
    file = file_of(
        phone,
        signed(phone, own_check_in(phone, town)),
        signed(phone, phone.event("attendance.check-in", not_theirs, community=ZISONG)),
    )
    page = send(file)[1]
    assert "<dt>taken in</dt><dd>1</dd>" in page and reverse("sync:records") in page
    assert CheckIn.objects.get().recorded_by == town.local.account
    assert list(AuditEntry.objects.get(action="sync.hand-over").targets) == [phone.device]
    assert "<dt>known already</dt><dd>1</dd>" in send(file)[1]
    assert CheckIn.objects.count() == 1


def test_a_file_that_somebody_changed_is_refused_in_words(town: Town, phone: Phone) -> None:
    pushed = signed(phone, own_check_in(phone, town))
    page = send(file_of(phone, {**pushed, "body": str(pushed["body"]).replace("1.0", "1.1")}))[1]
    assert "could not prove itself" in page
    assert not CheckIn.objects.exists()


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000, {"format": "other"}, b"x" * 8_000_001],
)
def test_what_is_no_such_file_is_refused_beside_the_field(content: Any, town: Town) -> None:
    status, page = send(content)
    assert status == 200 and 'class="wrong"' in page
    assert "still on the phone" not in page, "nobody at a desk holds the phone"
    assert not AuditEntry.objects.filter(action="sync.hand-over").exists()


@pytest.mark.parametrize("username", ["member", "auditor", "grid-head"])
def test_who_looks_after_no_phones_is_refused(username: str, town: Town) -> None:
    assert desk(username).get(ADDRESS).status_code == 403
    assert send({}, username)[0] == 403
