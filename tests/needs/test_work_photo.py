"""The photo of a record of work: on its page, for those who know the person, and noted."""

import io

import pytest
from django.test import Client
from PIL import Image

from tests.attendance.test_board_screen import client_of
from tests.attendance.town import EVENING, Town, clock_at
from tests.world import FENGLIN, LOCAL
from xiachen.attendance.models.records import WorkRecord
from xiachen.attendance.operations.work import WorkEntry, correct_work, record_work
from xiachen.base import clock
from xiachen.base.ids import uuid7
from xiachen.papers.operations.photos import keep_photo
from xiachen.privacy.classes import DataClass
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role


@pytest.fixture
def town(town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    """The town's first day on site, at eight in the evening."""
    monkeypatch.setattr(clock, "now", lambda: EVENING)
    return town


def photographed(town: Town, *, arrived: bool = True) -> str:
    """Let Local record a patrol with a photo, and return the address of the record's page."""
    entry = WorkEntry(
        id=uuid7(),
        community=FENGLIN,
        member=town.world.local,
        kind="patrol",
        occurred_at=clock_at(15, 0),
        persons_served=3,
        photo=uuid7(),
    )
    assert record_work(town.local, entries=[entry], at=EVENING)[0].new
    if arrived:
        drawn = io.BytesIO()
        Image.effect_noise((64, 48), 90).convert("RGB").save(drawn, "JPEG")
        keep_photo(
            town.local,
            content=drawn.getvalue(),
            keyring=town.incident,
            data_class=DataClass.EMERGENCY,
            purpose="attendance.work",
            id=entry.photo,
            at=EVENING,
        )
    return f"/needs/work/{FENGLIN}/{entry.id}"


def noted() -> int:
    return AuditEntry.objects.filter(action="needs.view-work-photo").count()


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.MEMBER])
def test_the_photo_stands_on_the_page_of_its_record(town: Town, role: Role) -> None:
    address = photographed(town)
    client = client_of(town, role)
    listed = client.get("/needs/work/?day=2020-03-01").content.decode()
    assert f'href="{address}"' in listed
    assert "with a photo" in listed
    page = client.get(address).content.decode()
    assert f'<img src="{address}/photo"' in page
    assert LOCAL in page
    assert noted() == 0
    answer = client.get(f"{address}/photo")
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cache-Control"] == "no-store"
    assert Image.open(io.BytesIO(answer.content)).size == (64, 48)
    (note,) = AuditEntry.objects.filter(action="needs.view-work-photo")
    assert note.targets == [WorkRecord.objects.get().pk]


def test_who_reads_names_masked_is_told_of_the_photo_and_does_not_open_it(town: Town) -> None:
    address = photographed(town)
    client = client_of(town, Role.HEADQUARTERS)
    page = client.get(address).content.decode()
    assert "<img" not in page
    assert "There is a photo." in page
    assert client.get(f"{address}/photo").status_code == 403
    assert noted() == 0


def test_an_outsider_finds_neither_record_nor_photo(town: Town) -> None:
    address = photographed(town)
    outsider = Client()
    outsider.force_login(
        town.world.outsider.account, "allauth.account.auth_backends.AuthenticationBackend"
    )
    assert outsider.get(address).status_code == 404
    assert outsider.get(f"{address}/photo").status_code == 404
    assert noted() == 0


def test_a_photo_on_its_way_is_spoken_of(town: Town) -> None:
    address = photographed(town, arrived=False)
    client = client_of(town, Role.SECRETARY)
    assert "it has not arrived yet" in client.get(address).content.decode()
    assert client.get(f"{address}/photo").status_code == 404


def test_a_record_without_a_photo_speaks_of_none(town: Town) -> None:
    town.work([town.world.local])
    address = f"/needs/work/{FENGLIN}/{WorkRecord.objects.get().pk}"
    client = client_of(town, Role.SECRETARY)
    page = client.get(address).content.decode()
    assert "a finished task" in page
    assert "photo" not in page
    assert client.get(f"{address}/photo").status_code == 404


def test_a_corrected_record_keeps_its_photo(town: Town) -> None:
    photographed(town)
    former = WorkRecord.objects.get()
    standing = correct_work(
        town.secretary,
        community=FENGLIN,
        work=former.pk,
        amounts=(1, 2),
        at=EVENING,
        reason="counted twice",
    )
    client = client_of(town, Role.SECRETARY)
    assert client.get(f"/needs/work/{FENGLIN}/{former.pk}").status_code == 404
    assert client.get(f"/needs/work/{FENGLIN}/{standing.pk}/photo").status_code == 200
