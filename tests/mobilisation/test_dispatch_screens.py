"""Sending people on a document, what has been sent, and the end of a stay; without JavaScript."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.mobilisation.calling import call, signed
from tests.mobilisation.calling import office as selecting
from tests.mobilisation.cast import EVE, FIRST, HERE, MORNING, THERE, Cast
from tests.mobilisation.test_dispatch import release_first, send
from tests.mobilisation.test_join_on_the_spot import join
from tests.mobilisation.test_report_in import entry, report
from tests.mobilisation.test_screens import browser
from tests.world import LIAISON, LOCAL, SENT, prove_twice
from xiachen.incidents.models import IncidentCommunity
from xiachen.mobilisation.models.stays import Dispatch, Enrolment, Release
from xiachen.mobilisation.operations.offers import view_offer
from xiachen.mobilisation.operations.selections import accept
from xiachen.notices.models.documents import Document
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role

NEW = reverse("mobilisation:new-dispatch")
LIST = reverse("mobilisation:dispatches")


@pytest.fixture
def office(cast: Cast) -> Client:
    """A browser of the office of the province, whose people the bureau's are."""
    return browser(cast, Role.MOBILISER)


def form_of(cast: Cast, **other: Any) -> dict[str, Any]:
    return {
        "document": cast.document.pk,
        "organisation": cast.department.pk,
        "community": HERE,
        "sent_on": EVE,
        "batch": "",
        "q": "",
        **other,
    }


def listed(page: str) -> set[str]:
    return {name for name in (*SENT, LOCAL, LIAISON) if name in page}


def test_the_units_people_are_shown_once_the_unit_is_chosen(cast: Cast, office: Client) -> None:
    page = office.get(NEW).content.decode()
    assert cast.document.number in page and not listed(page)
    page = office.post(NEW, form_of(cast, find="1")).content.decode()
    # The office below the bureau is among its people.
    assert listed(page) == {*SENT, LOCAL, LIAISON}
    assert not Dispatch.objects.exists()
    seen = AuditEntry.objects.get(action="mobilisation.view-offer")
    assert set(cast.people) < set(seen.targets)


def test_an_address_may_choose_the_unit_but_looks_for_nobody(cast: Cast, office: Client) -> None:
    chosen = {"organisation": cast.office.pk, "community": HERE, "q": "澄砚"}
    page = office.get(NEW, chosen).content.decode()
    assert listed(page) == {LOCAL}
    assert f'<option value="{HERE}" selected>' in page


@pytest.mark.parametrize(("text", "name"), [("澄砚", SENT[0]), ("ou yang", SENT[1])])
def test_people_are_found_by_name_or_pinyin_and_those_ticked_stay(
    cast: Cast, office: Client, text: str, name: str
) -> None:
    given = form_of(cast, find="1", q=text, members=[cast.people[4]])
    page = office.post(NEW, given).content.decode()
    assert listed(page) == {name, SENT[4]}
    assert f'value="{cast.people[4]}" checked' in page
    assert f'value="{EVE}"' in page


def test_those_ticked_are_sent_in_the_next_batch(cast: Cast, office: Client) -> None:
    send(cast, members=cast.people[5:])
    answer = office.post(NEW, form_of(cast, send="1", members=cast.people[:3]), follow=True)
    assert "Sent. They are expected there from the first day on." in answer.content.decode()
    sent = Dispatch.objects.get(batch=2)
    assert (sent.document, sent.sent_on, sent.community_id) == (cast.document, EVE, HERE)
    assert set(sent.enrolments.values_list("member", flat=True)) == set(cast.people[:3])


def test_everybody_who_is_free_is_sent_whether_shown_or_not(cast: Cast, office: Client) -> None:
    send(cast, members=cast.people[:2])
    send(cast, community=THERE, members=cast.people[2:3])
    page = office.post(NEW, form_of(cast, find="1")).content.decode()
    assert "belongs here already" in page and "sent elsewhere" in page
    assert "all 9 people of the unit who can be sent" in page
    office.post(NEW, form_of(cast, send="1", everybody="1", q="澄砚"))
    assert Dispatch.objects.get(batch=2).enrolments.count() == 9


def test_nobody_ticked_is_said_and_the_form_stays(cast: Cast, office: Client) -> None:
    answer = office.post(NEW, form_of(cast, send="1"))
    assert answer.status_code == 422
    assert "nobody has been chosen yet" in answer.content.decode()
    assert listed(answer.content.decode())


def test_what_was_left_open_is_asked_for(cast: Cast, office: Client) -> None:
    given = form_of(cast, send="1", community="", members=cast.people[:1])
    assert "This field is required." in office.post(NEW, given).content.decode()
    given = form_of(cast, send="1", sent_on="2020-02-30", members=cast.people[:1])
    assert "Enter a valid date." in office.post(NEW, given).content.decode()
    assert not Dispatch.objects.exists()


def test_somebody_sent_elsewhere_meanwhile_is_refused_in_words(cast: Cast, office: Client) -> None:
    send(cast, community=THERE, members=cast.people[:1])
    answer = office.post(NEW, form_of(cast, send="1", members=cast.people[:2]))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "have been sent to another community" in page and "sent elsewhere" in page
    assert Dispatch.objects.count() == 1


def test_nonsense_in_the_form_is_no_defect(cast: Cast, office: Client) -> None:
    given = form_of(cast, find="1", members=["nobody"], organisation="x", q="\0", community="x")
    assert office.post(NEW, given).status_code == 200


def test_what_is_missing_is_said_before_anything_is_asked(cast: Cast, office: Client) -> None:
    IncidentCommunity.objects.all().delete()
    assert "includes no community of yours" in office.get(NEW).content.decode()
    Document.objects.all().delete()
    assert "register it first" in office.get(NEW).content.decode()


def test_the_list_counts_those_sent_still_there_and_reported(cast: Cast, office: Client) -> None:
    assert "Nobody has been sent yet." in office.get(LIST).content.decode()
    sent = send(cast)
    report(cast.secretary, *map(entry, cast.people[:4]))
    release_first(cast, 3, last_day=EVE)
    page = office.get(LIST, {"day": FIRST.isoformat()}).content.decode()
    assert reverse("mobilisation:dispatch", args=[sent.pk]) in page
    for label, number in (("sent", 10), ("still there", 7), ("reported in", 4)):
        assert f'<td class="number" data-label="{label}">{number}</td>' in page


def test_a_dispatch_shows_whom_it_sent_to_those_who_may_see_them(cast: Cast) -> None:
    sent = send(cast)
    address = reverse("mobilisation:dispatch", args=[sent.pk])
    for role in (Role.SECRETARY, Role.LIAISON):
        assert listed(browser(cast, role).get(address).content.decode()) == set(SENT)
    seen = AuditEntry.objects.filter(action="mobilisation.view-dispatch").latest("at")
    assert set(seen.targets) == {sent.pk, *cast.people}
    assert not listed(browser(cast, Role.HEADQUARTERS).get(address).content.decode())
    for role in (Role.INSPECTOR, Role.MEMBER, "outsider"):
        answer = browser(cast, role).get(address)
        assert answer.status_code in (403, 404), role
        assert not listed(answer.content.decode())


def test_a_stay_ends_from_the_page_of_its_dispatch(cast: Cast, office: Client) -> None:
    sent = send(cast)
    stay = Enrolment.objects.get(member=cast.people[0])
    address = reverse("mobilisation:release", args=[stay.pk])
    assert address in office.get(reverse("mobilisation:dispatch", args=[sent.pk])).content.decode()
    assert "Belongs to" in office.get(address).content.decode()
    early = office.post(address, {"last_day": "2020-01-01"})
    assert "lies before the first" in early.content.decode()
    page = office.post(address, {"last_day": FIRST}, follow=True).content.decode()
    assert "until 2020-03-01" in page
    assert Release.objects.get().enrolment == stay
    assert office.get(address).status_code == 409


def test_the_secretary_ends_the_stay_of_somebody_who_joined(cast: Cast) -> None:
    stay = join(cast)
    client = browser(cast)
    address = reverse("mobilisation:release", args=[stay.pk])
    board = reverse("mobilisation:community", args=[HERE])
    assert address in client.get(board).content.decode()
    assert client.post(address, {"last_day": FIRST}).headers["location"] == board
    assert AuditEntry.objects.filter(action="mobilisation.view-stay").exists()


@pytest.mark.parametrize("role", [Role.LIAISON, Role.MEMBER, Role.INSPECTOR, "outsider"])
def test_nobody_else_sends_or_ends(cast: Cast, role: Role | str) -> None:
    send(cast, members=cast.people[:2])
    stay = Enrolment.objects.first()
    assert stay is not None
    client = browser(cast, role)
    ending = reverse("mobilisation:release", args=[stay.pk])
    assert client.post(ending, {"last_day": FIRST}).status_code in (403, 404)
    assert client.post(NEW, form_of(cast, send="1", members=cast.people[3:4])).status_code in (
        403,
        404,
    )
    assert Dispatch.objects.count() == 1 and not Release.objects.exists()


def test_the_offer_follows_the_first_day(cast: Cast) -> None:
    send(cast, community=THERE, members=cast.people[:1])
    release_first(cast, 1)
    scope = cast.world.scope(Role.MOBILISER)
    for day, free in ((EVE, 11), (FIRST, 12)):
        offer = view_offer(scope, organisation=cast.department.pk, community=HERE, sent_on=day)
        assert len(offer.free) == free, day


def test_every_page_speaks_chinese(cast: Cast) -> None:
    sent = send(cast)
    stay = Enrolment.objects.first()
    assert stay is not None
    client = browser(cast, Role.MOBILISER, language="zh-hans")
    client.cookies["django_language"] = "zh-hans"
    for address in (
        LIST,
        NEW,
        reverse("mobilisation:dispatch", args=[sent.pk]),
        reverse("mobilisation:release", args=[stay.pk]),
    ):
        page = client.get(address).content.decode()
        for english in ("sent", "Send", "stay", "unit", "batch", "first day"):
            assert f">{english}" not in page, (address, english)


def test_those_who_can_be_sent_stand_before_those_who_cannot(cast: Cast) -> None:
    send(cast, members=cast.people[:9])
    scope = cast.world.scope(Role.MOBILISER)
    offer = view_offer(scope, organisation=cast.department.pk, community=HERE, sent_on=FIRST)
    reasons = [taken for _, taken in offer.rows]
    assert reasons == [None] * 3 + ["here"] * 9
    open_place = view_offer(scope, organisation=cast.department.pk, community=None, sent_on=FIRST)
    assert {taken for _, taken in open_place.rows} == {None, "sent"}


def test_only_those_selected_in_a_call_are_offered_and_sent(cast: Cast, office: Client) -> None:
    made = call(cast)
    people = signed(cast, made, cast.people[:3])
    accept(selecting(cast), call_up=made.pk, sign_ups=people[:2], at=MORNING)
    given = form_of(cast, call_up=str(made.pk))
    page = office.post(NEW, given | {"find": "1"}).content.decode()
    assert listed(page) == set(SENT[:2])
    office.post(NEW, given | {"send": "1", "everybody": "1"})
    assert set(Enrolment.objects.values_list("member_id", flat=True)) == set(cast.people[:2])


def test_the_places_say_how_many_people_they_have(cast: Cast, office: Client) -> None:
    send(cast, members=cast.people[:4])
    page = office.get(NEW).content.decode()
    assert f"{cast.world.fenglin} · 4 there" in page and f"{cast.world.zisong} · 0 there" in page


def test_the_list_of_those_sent_leaves_as_a_table(cast: Cast, office: Client) -> None:
    send(cast)
    prove_twice(office)
    text = office.get(LIST, {"as": "csv"}).content.decode("utf-8-sig")
    assert cast.department.name in text and cast.document.number in text
