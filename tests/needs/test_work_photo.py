"""The photo of a record of work: on its page, for those who know the person, and noted."""

import io
from uuid import UUID

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
from xiachen.privacy.scope import Role, Scope

WORK = "attendance.work"


@pytest.fixture
def town(town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    """The town's first day on site, at eight in the evening."""
    monkeypatch.setattr(clock, "now", lambda: EVENING)
    return town


def patrolled(town: Town, photo: UUID, *, by: Scope | None = None) -> str:
    """Record a patrol of Local with a photo, and return the address of the record's page."""
    entry = WorkEntry(
        id=uuid7(),
        community=FENGLIN,
        member=town.world.local,
        kind="patrol",
        occurred_at=clock_at(15, 0),
        persons_served=3,
        photo=photo,
    )
    assert record_work(by or town.local, entries=[entry], at=EVENING)[0].new
    return f"/needs/work/{FENGLIN}/{entry.id}"


def arrived(town: Town, photo: UUID, *, of: Scope | None = None, purpose: str = WORK) -> UUID:
    """Keep a photo that Local, or somebody else, has taken."""
    drawn = io.BytesIO()
    Image.effect_noise((64, 48), 90).convert("RGB").save(drawn, "JPEG")
    return keep_photo(
        of or town.local,
        content=drawn.getvalue(),
        keyring=town.incident,
        data_class=DataClass.EMERGENCY,
        purpose=purpose,
        id=photo,
        at=EVENING,
    ).pk


def photographed(town: Town) -> str:
    """Let Local record a patrol whose photo has come, and return the address of its page."""
    photo = uuid7()
    address = patrolled(town, photo)
    arrived(town, photo)
    return address


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
    address = patrolled(town, uuid7())
    client = client_of(town, Role.SECRETARY)
    assert "it has not arrived yet" in client.get(address).content.decode()
    assert client.get(f"{address}/photo").status_code == 404


def test_no_record_opens_a_photo_that_was_kept_for_something_else(town: Town) -> None:
    """The id of a photo is whatever the phone wrote: it opens only what its own person kept."""
    others = arrived(town, uuid7(), of=town.worker)
    slip = arrived(town, uuid7(), purpose="mobilisation.slip")
    client = client_of(town, Role.MEMBER)
    for photo in (others, slip):
        address = patrolled(town, photo)
        assert "it has not arrived yet" in client.get(address).content.decode()
        assert client.get(f"{address}/photo").status_code == 404
    assert noted() == 0


def test_whoever_corrects_the_record_of_another_lends_it_no_photo_of_their_own(town: Town) -> None:
    patrolled(town, arrived(town, uuid7(), of=town.secretary))
    corrected = correct_work(
        town.secretary,
        community=FENGLIN,
        work=WorkRecord.objects.get().pk,
        amounts=(1, 2),
        at=EVENING,
        reason="counted twice",
    )
    client = client_of(town, Role.MEMBER)
    assert client.get(f"/needs/work/{FENGLIN}/{corrected.pk}/photo").status_code == 404


def test_a_record_that_somebody_else_mended_shows_the_photo_of_its_person(town: Town) -> None:
    photo = arrived(town, uuid7())
    address = patrolled(town, photo, by=town.worker)
    assert client_of(town, Role.SECRETARY).get(f"{address}/photo").status_code == 200


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
