"""The page for everybody who has its link: codes, sign-ups, one's own state, and no more."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.mobilisation.calling import call, codes, liaison, office, refused, states
from tests.mobilisation.cast import Cast
from tests.oracle import ORACLE
from tests.world import SENT, phone_of
from xiachen.base import clock
from xiachen.base.ids import uuid7
from xiachen.mobilisation.models.call_ups import CallUp
from xiachen.mobilisation.models.phone_codes import Allowance, PhoneCode
from xiachen.mobilisation.models.sign_ups import SignUp
from xiachen.mobilisation.operations import phone_codes
from xiachen.mobilisation.operations.call_ups import change_call_up
from xiachen.mobilisation.operations.confirming import confirm_for_unit
from xiachen.mobilisation.operations.phone_codes import forget_codes, send_code, use_code
from xiachen.mobilisation.operations.public_sign_ups import (
    PublicEntry,
    find_own,
    sign_up_in_public,
)
from xiachen.mobilisation.operations.selections import accept, offer_waiting, put_on_waiting_list
from xiachen.mobilisation.operations.sign_ups import SignUpEntry, sign_up
from xiachen.mobilisation.operations.telling import tell_offer
from xiachen.notices.models.messages import Message
from xiachen.people.models.members import Member
from xiachen.privacy.scope import Scope, system_scope

PHONE = "13912345678"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What is sent to which number; the sending itself is done as well."""
    texts: list[tuple[str, str]] = []
    from xiachen.mobilisation.operations import telling

    for module in (phone_codes, telling):
        original = module.send_message

        def noted(scope: Scope, original: Any = original, **given: Any) -> Any:
            texts.append((given["phone"], given["text"]))
            return original(scope, **given)

        monkeypatch.setattr(module, "send_message", noted)
    return texts


@pytest.fixture
def made(cast: Cast) -> CallUp:
    now = clock.now()
    return call(
        cast,
        public=True,
        opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=1),
        headcount=1,
    )


def page_of(made: CallUp) -> str:
    return reverse("sign-up:page", args=[made.token])


def own_of(made: CallUp) -> str:
    return reverse("sign-up:own", args=[made.token])


def digits(sent: list[tuple[str, str]]) -> str:
    found = re.search(r"\d{6}", sent[-1][1])
    assert found
    return found[0]


def given(cast: Cast, **other: Any) -> dict[str, Any]:
    return {
        "name": "游子衿",
        "organisation": cast.department.pk,
        "phone": PHONE,
        "days": "",
        "from_day": "",
        "words": "会开车",
        **other,
    }


def less_typed(page: str) -> str:
    """A page without what was typed, the masked number among it, and without marks."""
    return re.sub(r'value="[^"]*"|[A-Za-z0-9]{64}|\d{3}\*{4}\d{4}', "", page)


@contextmanager
def typed() -> Iterator[None]:
    """The page shows again what somebody has typed."""
    with ORACLE.revealing():
        yield


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


@pytest.mark.parametrize("phone", [PHONE, phone_of(SENT[0])])
def test_a_wrong_code_tells_nothing_and_five_tries_are_all(
    cast: Cast, made: CallUp, sent: list[tuple[str, str]], phone: str
) -> None:
    scope, at = system_scope(cast.incident.pk), clock.now()
    asked = {"call_up": made.pk, "phone": phone, "address": "10.0.0.1", "at": at}
    send_code(scope, **asked)
    wrong = "000000" if digits(sent) != "000000" else "000001"
    for _try in range(5):
        assert use_code(scope, code=wrong, **asked) is None
    assert use_code(scope, code=digits(sent), **asked) is None
    outcome = find_own(scope, code=digits(sent), **asked)
    assert codes([outcome]) == ["wrong-code"]


def test_a_code_is_used_once_ends_after_ten_minutes_and_only_the_last_counts(
    cast: Cast, made: CallUp, sent: list[tuple[str, str]]
) -> None:
    scope, at = system_scope(cast.incident.pk), clock.now()
    asked = {"call_up": made.pk, "phone": PHONE, "address": "10.0.0.1"}
    send_code(scope, at=at, **asked)
    first = digits(sent)
    late = at + timedelta(minutes=10)
    assert use_code(scope, code=first, at=late, **asked) is None
    send_code(scope, at=at + timedelta(seconds=1), **asked)
    if digits(sent) != first:
        assert use_code(scope, code=first, at=at + timedelta(minutes=1), **asked) is None
    other = {**asked, "phone": "13800000001"}
    assert use_code(scope, code=digits(sent), at=at + timedelta(minutes=1), **other) is None
    assert use_code(scope, code=f" {digits(sent)} ", at=at + timedelta(minutes=1), **asked)
    assert use_code(scope, code=digits(sent), at=at + timedelta(minutes=1), **asked) is None


def test_neither_code_nor_number_is_kept(
    cast: Cast, made: CallUp, sent: list[tuple[str, str]]
) -> None:
    send_code(
        system_scope(cast.incident.pk),
        call_up=made.pk,
        phone=PHONE,
        address="10.0.0.1",
        at=clock.now(),
    )
    row = PhoneCode.objects.get()
    kept = bytes(row.digest) + bytes(row.phone_index)
    kept += b"".join(bytes(one.asker) for one in Allowance.objects.all())
    assert PHONE.encode() not in kept and digits(sent).encode() not in kept


def test_numbers_and_addresses_are_limited_by_the_hour(
    cast: Cast, made: CallUp, sent: list[tuple[str, str]]
) -> None:
    scope, at = system_scope(cast.incident.pk), clock.now().replace(minute=1)
    asked = {"call_up": made.pk, "phone": PHONE}
    for number in range(5):
        send_code(scope, address=f"10.0.0.{number}", at=at, **asked)
    too_often = refused(lambda: send_code(scope, address="10.0.0.9", at=at, **asked))
    assert too_often.code == "mobilisation.too-often" and too_often.status == 429
    send_code(scope, address="10.0.0.9", at=at + timedelta(hours=1), **asked)
    Allowance.objects.all().update(count=300)
    for phone in ("13800000001", "13800000002"):
        other = {"call_up": made.pk, "phone": phone, "address": "10.0.0.9"}
        if phone.endswith("1"):
            last = at + timedelta(hours=1)
            assert refused(lambda o=other, t=last: send_code(scope, at=t, **o)).status == 429
    assert forget_codes(scope, at=at + timedelta(days=3)) == 6
    assert not Allowance.objects.exists()


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
