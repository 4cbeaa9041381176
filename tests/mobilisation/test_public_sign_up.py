"""The page for everybody who has its link: codes, sign-ups, one's own state, and no more."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.mobilisation.calling import call, codes, liaison, office, states
from tests.mobilisation.cast import Cast
from tests.mobilisation.public_call import (
    PHONE,
    digits,
    given,
    less_typed,
    made,
    own_of,
    page_of,
    sent,
    typed,
)
from tests.world import SENT, phone_of
from xiachen.base import clock
from xiachen.base.ids import uuid7
from xiachen.mobilisation.models.call_ups import CallUp
from xiachen.mobilisation.models.phone_codes import PhoneCode
from xiachen.mobilisation.models.sign_ups import SignUp
from xiachen.mobilisation.operations.call_ups import change_call_up
from xiachen.mobilisation.operations.confirming import confirm_for_unit
from xiachen.mobilisation.operations.phone_codes import send_code
from xiachen.mobilisation.operations.public_sign_ups import (
    PublicEntry,
    sign_up_in_public,
)
from xiachen.mobilisation.operations.selections import accept, offer_waiting, put_on_waiting_list
from xiachen.mobilisation.operations.sign_ups import SignUpEntry, sign_up
from xiachen.mobilisation.operations.telling import tell_offer
from xiachen.notices.models.messages import Message
from xiachen.people.models.members import Member
from xiachen.privacy.scope import system_scope

__all__ = ("made", "sent")


def test_the_page_says_what_is_asked_and_keeps_nothing_in_the_browser(
    cast: Cast, made: CallUp
) -> None:
    client = Client()
    answer = client.get(page_of(made), {"lang": "en"})
    page = answer.content.decode()
    assert made.asks in page and "Privacy" in page and cast.department.name in page
    assert set(answer.cookies) <= {"csrftoken"}
    chinese = client.get(page_of(made), {"lang": "zh"}).content.decode()
    assert "获取验证码" in chinese and "Privacy" not in chinese
    assert "no-store" in answer["Cache-Control"]


def test_looking_takes_two_statements_at_most_and_changes_nothing(
    cast: Cast, made: CallUp, django_assert_max_num_queries: Any
) -> None:
    client = Client()
    with django_assert_max_num_queries(2):
        client.get(page_of(made))
    with django_assert_max_num_queries(0):
        again = Client(enforce_csrf_checks=True)
        first = again.get(page_of(made)).content.decode()
        other = Client().get(page_of(made)).content.decode()
    # Each has a mark of its own, with which the form can be sent.
    marks = [re.findall(r'csrfmiddlewaretoken" value="(\w{64})"', one) for one in (first, other)]
    assert len(marks[0]) == 1 and marks[0] != marks[1]
    sent = given(cast, phone="1", send="1", csrfmiddlewaretoken=marks[0][0])
    assert again.post(page_of(made), sent).status_code == 422
    client.head(page_of(made))
    assert not PhoneCode.objects.exists() and not SignUp.objects.exists()


@pytest.mark.parametrize("public", [True, False])
def test_only_the_right_link_of_a_public_call_opens(cast: Cast, made: CallUp, public: bool) -> None:
    assert Client().get(reverse("sign-up:page", args=["A" * 22])).status_code == 404
    if not public:
        change_call_up(
            office(cast),
            call_up=made.pk,
            headcount=1,
            asks="x",
            opens_at=made.opens_at,
            closes_at=made.closes_at,
        )
        assert Client().get(page_of(made)).status_code == 404


def test_somebody_signs_up_with_a_code_and_waits_for_the_unit(
    cast: Cast, made: CallUp, sent: list[tuple[str, str]]
) -> None:
    client = Client()
    page = client.post(f"{page_of(made)}?lang=en", given(cast, send="1")).content.decode()
    assert "A code was sent" in page and not SignUp.objects.exists()
    assert sent[0][0] == PHONE and Message.objects.get().purpose == "sign-up-code"
    answer = client.post(
        f"{page_of(made)}?lang=en", given(cast, sent="1", sign_up="1", code=digits(sent))
    )
    page = answer.content.decode()
    assert "You have signed up" in page and set(answer.cookies) <= {"csrftoken"}
    held = SignUp.objects.select_related("member").get()
    assert (held.state, held.source, held.member.name) == ("signed", "person", "游子衿")
    assert held.member.organisation == cast.department and held.words == "会开车"
    # Used once.
    again = client.post(page_of(made), given(cast, sent="1", sign_up="1", code=digits(sent)))
    assert again.status_code == 422


def test_signing_up_takes_few_statements(
    cast: Cast, made: CallUp, sent: list[tuple[str, str]], django_assert_max_num_queries: Any
) -> None:
    client = Client()
    with django_assert_max_num_queries(15):
        client.post(page_of(made), given(cast, send="1"))
    with django_assert_max_num_queries(46):
        client.post(page_of(made), given(cast, sent="1", sign_up="1", code=digits(sent)))
    assert SignUp.objects.count() == 1


def test_the_answer_is_the_same_for_whoever_is_registered(
    cast: Cast, made: CallUp, sent: list[tuple[str, str]]
) -> None:
    pages = []
    with typed():
        for phone in (PHONE, phone_of(SENT[0])):
            client = Client()
            steps = []
            for more in ({"send": "1"}, {"sent": "1", "sign_up": "1"}):
                code = {"code": digits(sent)} if "sign_up" in more else {}
                answer = client.post(
                    f"{page_of(made)}?lang=en", given(cast, phone=phone, **more, **code)
                )
                steps.append((answer.status_code, less_typed(answer.content.decode())))
            pages.append(steps)
    assert pages[0] == pages[1]
    known = SignUp.objects.get(member=cast.people[0])
    # Their own name stays, whatever was typed.
    assert known.member.name == SENT[0] and SignUp.objects.count() == 2


@pytest.mark.parametrize("phone", ["12345678901", "021-5555", "", "139123456789"])
def test_what_is_no_mobile_number_is_said_at_its_field(
    cast: Cast, made: CallUp, phone: str, sent: list[tuple[str, str]]
) -> None:
    answer = Client().post(f"{page_of(made)}?lang=en", given(cast, phone=phone, send="1"))
    assert answer.status_code == 422 and not sent


def test_a_refused_sign_up_leaves_the_code_usable(
    cast: Cast, made: CallUp, sent: list[tuple[str, str]]
) -> None:
    scope, at = system_scope(cast.incident.pk), clock.now()
    asked = {"call_up": made.pk, "address": "10.0.0.1", "at": at}
    send_code(scope, phone=PHONE, **asked)
    entry = PublicEntry(name="游子衿", phone=PHONE, organisation=cast.department.pk, days=400)
    outcome = sign_up_in_public(scope, entry=entry, code=digits(sent), **asked)
    assert codes([outcome]) == ["outside-days"]
    assert not Member.objects.filter(name="游子衿").exists()
    good = PublicEntry(name="游子衿", phone=PHONE, organisation=cast.department.pk)
    assert codes([sign_up_in_public(scope, entry=good, code=digits(sent), **asked)]) == ["new"]


def test_the_same_link_shows_the_own_state_and_takes_the_answer(
    cast: Cast, made: CallUp, sent: list[tuple[str, str]]
) -> None:
    person = cast.people[0]
    entry = SignUpEntry(id=uuid7(), member=person)
    sign_up(liaison(cast), call_up=made.pk, entries=[entry], at=clock.now())
    accept(office(cast), call_up=made.pk, sign_ups=[entry.id], at=clock.now())
    client, own = Client(), f"{own_of(made)}?lang=en"
    with typed():
        phone = phone_of(SENT[0])
        assert "A code was sent" in client.post(own, {"phone": phone}).content.decode()
        code = digits(sent)
        page = client.post(own, {"phone": phone, "sent": "1", "code": code}).content.decode()
    assert "I will come" in page and states(made) == {entry.id: "accepted"}
    key = re.search(r'name="pass" value="([^"]+)"', page)
    assert key
    assert client.get(own, {"pass": key[1], "confirm": "1"}).status_code == 200
    assert states(made) == {entry.id: "accepted"}
    forged = client.post(own, {"pass": key[1][:-2] + "xx", "confirm": "1"})
    assert forged.status_code == 404 and states(made) == {entry.id: "accepted"}
    page = client.post(own, {"pass": key[1], "confirm": "1"}).content.decode()
    assert "Confirmed." in page and states(made) == {entry.id: "confirmed"}
    client.post(own, {"pass": key[1], "withdraw": "1"})
    assert states(made) == {entry.id: "withdrawn"}


def test_nobody_learns_whether_a_number_signed_up_without_its_code(
    cast: Cast, made: CallUp, sent: list[tuple[str, str]]
) -> None:
    entry = SignUpEntry(id=uuid7(), member=cast.people[0])
    sign_up(liaison(cast), call_up=made.pk, entries=[entry], at=clock.now())
    pages = []
    with typed():
        for phone in (phone_of(SENT[0]), PHONE):
            for more in ({}, {"sent": "1", "code": "000000"}):
                answer = Client().post(f"{own_of(made)}?lang=en", {"phone": phone, **more})
                pages.append(less_typed(answer.content.decode()))
    assert pages[:2] == pages[2:]


def test_the_link_of_the_message_confirms_and_a_preview_does_not(
    cast: Cast, made: CallUp, sent: list[tuple[str, str]]
) -> None:
    entry = SignUpEntry(id=uuid7(), member=cast.people[0])
    sign_up(liaison(cast), call_up=made.pk, entries=[entry], at=clock.now())
    put_on_waiting_list(office(cast), call_up=made.pk, sign_ups=[entry.id], at=clock.now())
    assert offer_waiting(office(cast), call_up=made.pk, count=1, at=clock.now()) == 1
    assert tell_offer(system_scope(), sign_up=entry.id, at=clock.now()) is not None
    phone, text = sent[-1]
    assert phone == phone_of(SENT[0]) and SENT[0] not in text
    link = "/sign-up/" + text.partition("/sign-up/")[2].split()[0]
    robot = Client(headers={"user-agent": "WeChat-LinkPreview"})
    for method in (robot.get, robot.head):
        assert method(link).status_code == 200
    assert states(made) == {entry.id: "offered"}
    assert robot.get(link, {"confirm": "1"}).status_code == 200
    assert states(made) == {entry.id: "offered"}
    assert SENT[0] not in robot.get(link).content.decode()
    assert Client().get(link[:-3] + "abc").status_code == 404
    Client().post(link, {"confirm": "1"})
    assert states(made) == {entry.id: "confirmed"}
    assert tell_offer(system_scope(), sign_up=entry.id, at=clock.now()) is None


def test_forms_from_other_sites_are_refused(cast: Cast, made: CallUp) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(page_of(made), given(cast, send="1")).status_code == 403
    client.get(page_of(made))
    token = client.cookies["csrftoken"].value
    answer = client.post(
        page_of(made), given(cast, send="1", csrfmiddlewaretoken=token), HTTP_HOST="localhost"
    )
    assert answer.status_code == 200


def test_a_call_that_is_over_takes_nobody(cast: Cast, sent: list[tuple[str, str]]) -> None:
    made = call(cast, public=True)
    page = Client().get(page_of(made), {"lang": "en"}).content.decode()
    assert "takes no sign-ups now" in page and "<form" not in page
    page = Client().post(f"{page_of(made)}?lang=en", given(cast, send="1")).content.decode()
    assert "takes no sign-ups now" in page and not sent and not PhoneCode.objects.exists()
    # What has become of a sign-up is still asked for.
    Client().post(own_of(made), {"phone": PHONE})
    assert len(sent) == 1


def test_a_day_beyond_the_calendar_is_said_at_its_field(
    cast: Cast, made: CallUp, sent: list[tuple[str, str]]
) -> None:
    far = {"from_day": "9999-12-31", "days": "5"}
    Client().post(page_of(made), given(cast, send="1"))
    code = digits(sent)
    answer = Client().post(page_of(made), given(cast, sent="1", sign_up="1", code=code, **far))
    assert answer.status_code == 422 and not SignUp.objects.exists()


def test_a_call_for_everybody_takes_people_without_a_unit(
    cast: Cast, sent: list[tuple[str, str]]
) -> None:
    now = clock.now()
    made = call(
        cast,
        public=True,
        quotas=[],
        opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=1),
    )
    client = Client()
    values = given(cast)
    del values["organisation"]
    client.post(page_of(made), {**values, "send": "1"})
    client.post(page_of(made), {**values, "sent": "1", "sign_up": "1", "code": digits(sent)})
    held = SignUp.objects.get()
    assert held.organisation is None and held.member.organisation is None
    assert codes(confirm_for_unit(office(cast), call_up=made.pk, sign_ups=[held.pk], at=now)) == [
        "new"
    ]
