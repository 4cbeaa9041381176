"""Completion, duties, slips, forces, moves and recalls on their pages; without JavaScript."""

from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from PIL import Image

from tests.mobilisation.cast import EVE, FAR, FIRST, HERE, MORNING, THERE, Cast
from tests.mobilisation.test_completion import called, enter, province, slip
from tests.mobilisation.test_dispatch import send
from tests.mobilisation.test_excuse import excused
from tests.mobilisation.test_report_in import entry, report
from tests.mobilisation.test_screens import browser
from tests.world import LOCAL, SENT, prove_twice
from xiachen.base.errors import Forbidden
from xiachen.mobilisation.models.duties import ReportDuty
from xiachen.mobilisation.models.slips import Slip
from xiachen.mobilisation.models.stays import Enrolment, Release
from xiachen.mobilisation.operations.slips import enter_slip, view_photo
from xiachen.mobilisation.queries.slips import slips
from xiachen.mobilisation.rules.duties import SlipAlready
from xiachen.mobilisation.rules.stays import OtherContent
from xiachen.papers.models.files import File
from xiachen.people.models.members import Member
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role

COMPLETION = reverse("mobilisation:completion")
SLIPS = reverse("mobilisation:slips")
NEW_SLIP = reverse("mobilisation:new-slip")
DUTIES = reverse("mobilisation:duties")
FORCES = reverse("mobilisation:forces")


@pytest.fixture
def office(cast: Cast) -> Client:
    """A browser of the office of the province."""
    return browser(cast, Role.MOBILISER)


@pytest.fixture
def liaison(cast: Cast) -> Client:
    return browser(cast, Role.LIAISON)


def page_of(client: Client, address: str, **query: Any) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def drawn() -> bytes:
    kept = BytesIO()
    Image.new("RGB", (60, 40), "white").save(kept, "PNG")
    return kept.getvalue()


def picture() -> SimpleUploadedFile:
    return SimpleUploadedFile("slip.png", drawn(), "image/png")


def test_both_ratios_stand_in_words_to_copy(cast: Cast, office: Client) -> None:
    called(cast)
    report(cast.secretary, entry(None, organisation=cast.office.pk))
    report(cast.secretary, entry(cast.neighbour, channel="residence"))
    page = page_of(office, COMPLETION)
    assert "Report-in completed: organisations 50% (1/2), party members 7% (1/13)" in page


def test_the_missing_stand_first_with_the_reason(cast: Cast, liaison: Client) -> None:
    called(cast)
    Member.objects.filter(pk=cast.people[0]).update(home_community_id=FAR)
    page = page_of(liaison, COMPLETION)
    assert all(name in page for name in SENT)
    assert "home not registered" in page and "a slip is missing" in page
    seen = AuditEntry.objects.get(action="mobilisation.view-completion")
    assert set(cast.people) < set(seen.targets)


def test_the_list_is_narrowed_to_a_unit_a_street_and_a_state(cast: Cast, liaison: Client) -> None:
    called(cast)
    page = page_of(liaison, COMPLETION, unit=str(cast.office.pk))
    assert LOCAL in page and not [name for name in SENT if name in page]
    page = page_of(browser(cast, Role.MOBILISER), COMPLETION, street="420111002000")
    assert "2 people" in page
    page = page_of(liaison, COMPLETION, show="reported")
    assert "Nobody is in this list." in page


def test_reasons_of_excuses_are_for_those_who_excuse(cast: Cast, liaison: Client) -> None:
    called(cast)
    excused(cast, member=cast.people[0], reason="pregnant")
    assert "pregnant or nursing 1" in page_of(liaison, COMPLETION)
    assert "pregnant" not in page_of(browser(cast, Role.STREET), COMPLETION)


def test_an_outsider_sees_nobody_of_another_community(cast: Cast) -> None:
    called(cast)
    send(cast)
    client = browser(cast, "outsider")
    page = page_of(client, COMPLETION) + page_of(client, FORCES)
    assert not [name for name in (*SENT, LOCAL) if name in page]


def test_units_are_obliged_and_let_go_on_the_page(cast: Cast, office: Client) -> None:
    given = {
        "document": cast.document.pk,
        "organisations": [cast.department.pk],
        "below": "on",
        "from_day": EVE,
    }
    answer = office.post(DUTIES, given, follow=True)
    assert "2 units have to report in from now on." in answer.content.decode()
    duty = ReportDuty.objects.first()
    assert duty is not None
    lift = reverse("mobilisation:lift-duty", args=[duty.pk])
    answer = office.post(lift, {"reason": "另发文"}, follow=True)
    assert "The unit no longer has to report in." in answer.content.decode()
    assert browser(cast, Role.LIAISON).get(DUTIES).status_code == 403


def test_a_slip_is_entered_with_its_photo_and_opened_by_its_liaison_only(
    cast: Cast, liaison: Client
) -> None:
    called(cast)
    given = {"member": cast.people[0], "place": "某县某村", "day": FIRST, "photo": picture()}
    answer = liaison.post(NEW_SLIP, given, follow=True)
    page = answer.content.decode()
    assert "The slip is accepted" in page and SENT[0] in page
    kept = Slip.objects.get()
    opened = liaison.get(reverse("mobilisation:slip-photo", args=[kept.pk]))
    assert opened["Content-Type"] == "image/jpeg" and opened.content[:2] == b"\xff\xd8"
    assert opened["Cache-Control"] == "no-store"
    assert AuditEntry.objects.filter(action="mobilisation.view-slip-photo").count() == 1
    stranger = browser(cast, "outsider")
    assert stranger.get(reverse("mobilisation:slip-photo", args=[kept.pk])).status_code == 404
    assert SENT[0] not in page_of(stranger, SLIPS)


def test_others_see_that_there_is_a_photo_and_do_not_open_it(cast: Cast) -> None:
    kept = with_photo(cast, cast.neighbour)
    here: dict[str, Any] = {"places": ((HERE, HERE),)}
    for role in (Role.GRID_HEAD, Role.COMMUNITY_WORKER, Role.STREET, Role.HEADQUARTERS):
        with pytest.raises(Forbidden):
            view_photo(cast.scope(role, **here), slip=kept.pk)
    # The office where she lives does not answer for the people of a unit elsewhere.
    with pytest.raises(Forbidden):
        view_photo(cast.organiser, slip=kept.pk)
    assert not AuditEntry.objects.filter(action="mobilisation.view-slip-photo").exists()
    for scope in (cast.secretary, cast.liaison, province(cast)):
        assert view_photo(scope, slip=kept.pk)
    address = reverse("mobilisation:slip-photo", args=[kept.pk])
    worker = browser(cast, Role.COMMUNITY_WORKER)
    assert worker.get(address).status_code == 403
    page = page_of(worker, SLIPS)
    assert address not in page and "there is one" in page
    assert address in page_of(browser(cast, Role.SECRETARY), SLIPS)


def test_a_slip_sent_again_with_its_photo_gets_it_once(cast: Cast) -> None:
    enter(cast.liaison, slip(cast.people[0]))
    kept = with_photo(cast, cast.people[0])
    assert kept.photo and kept.occurred_at == MORNING
    assert slips(cast.liaison, incident=cast.incident.pk).get() == kept
    assert view_photo(cast.liaison, slip=kept.pk)
    again = enter_slip(cast.liaison, entry=slip(cast.people[0]), picture=drawn(), at=MORNING)
    assert again is None and File.objects.count() == 1


def test_of_a_refused_slip_no_photo_is_kept(cast: Cast) -> None:
    kept = with_photo(cast, cast.people[0])
    for entry_, refusal in (
        (slip(cast.people[0], place="别处"), SlipAlready),
        (slip(cast.people[1], id=kept.pk), OtherContent),
    ):
        with pytest.raises(refusal), transaction.atomic():
            enter_slip(cast.liaison, entry=entry_, picture=drawn(), at=MORNING)
    assert File.objects.count() == 1


def with_photo(cast: Cast, person: UUID) -> Slip:
    found = enter_slip(province(cast), entry=slip(person), picture=drawn(), at=MORNING)
    assert found is not None
    return found


def test_what_is_no_picture_is_said_beside_the_field(cast: Cast, liaison: Client) -> None:
    called(cast)
    wrong = SimpleUploadedFile("slip.jpg", b"MZ" + b"0" * 200, "image/jpeg")
    given = {"member": cast.people[0], "place": "某县某村", "day": FIRST, "photo": wrong}
    page = liaison.post(NEW_SLIP, given).content.decode()
    assert 'class="wrong"' in page
    assert not Slip.objects.exists()


def test_a_slip_is_taken_back_with_the_reason(cast: Cast, liaison: Client) -> None:
    called(cast)
    enter(cast.liaison, slip(cast.people[0]))
    kept = slips(cast.liaison, incident=cast.incident.pk).get()
    back = reverse("mobilisation:take-back-slip", args=[kept.pk])
    answer = liaison.post(back, {"reason": "看错了人"}, follow=True)
    assert "The slip was taken back." in answer.content.decode()
    assert not slips(cast.liaison, incident=cast.incident.pk).exists()


def test_forces_by_unit_cross_kinds_and_open_to_people(cast: Cast, office: Client) -> None:
    send(cast)
    page = page_of(office, FORCES, by="unit")
    assert cast.department.name in page and "party member in service" in page
    assert "so the kinds do not add up" in page
    people = page_of(
        office, reverse("mobilisation:forces-people"), by="unit", key=str(cast.department.pk)
    )
    assert "10 people" in people
    assert "so they do not add up" in page_of(office, FORCES, by="community")
    assert office.get(FORCES, {"by": "colour"}).status_code == 404


@pytest.mark.parametrize("address", [COMPLETION, SLIPS, FORCES])
def test_lists_leave_as_a_table(cast: Cast, office: Client, address: str) -> None:
    called(cast)
    send(cast)
    enter(cast.liaison, slip(cast.people[0]))
    prove_twice(office)
    answer = office.get(address, {"as": "csv"})
    assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]
    text = answer.content.decode("utf-8-sig")
    assert not [name for name in SENT if name in text]


def test_people_are_moved_and_recalled_from_the_dispatch(cast: Cast, office: Client) -> None:
    sent = send(cast)
    move = reverse("mobilisation:move", args=[sent.pk])
    page = page_of(office, move)
    # Whoever chooses among people reads their names.
    assert "10 there" in page and all(name in page for name in SENT)
    given = {"members": cast.people[:2], "community": THERE, "from_day": FIRST, "words": ""}
    refused = office.post(move, given)
    assert refused.status_code == 422
    assert "Name the document, or say in a few words" in refused.content.decode()
    page = office.post(move, given | {"words": "人手不足"}, follow=True).content.decode()
    assert "2 people go on there" in page and str(cast.world.zisong) in page
    assert Enrolment.objects.count() == 12
    recall = reverse("mobilisation:recall", args=[sent.pk])
    given = {"members": cast.people[:3], "last_day": FIRST, "words": "轮换"}
    page = office.post(recall, given, follow=True).content.decode()
    assert "3 people are recalled." in page
    assert Release.objects.filter(kind="recalled").count() == 3
    assert browser(cast, Role.SECRETARY).get(move).status_code == 403


def test_nobody_ticked_is_said_on_the_form(cast: Cast, office: Client) -> None:
    sent = send(cast)
    given = {"community": THERE, "from_day": FIRST, "words": "人手不足"}
    answer = office.post(reverse("mobilisation:move", args=[sent.pk]), given)
    assert "nobody has been chosen yet" in answer.content.decode()
    assert not Release.objects.exists() and MORNING and HERE
