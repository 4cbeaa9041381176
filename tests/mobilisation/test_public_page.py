"""What somebody without an account is shown on the way to a sign-up, and of it afterwards."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.mobilisation.calling import call, liaison, states
from tests.mobilisation.cast import FIRST, Cast
from tests.mobilisation.public_call import (
    PHONE,
    digits,
    given,
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
from xiachen.mobilisation.operations.call_ups import QuotaEntry
from xiachen.mobilisation.operations.sign_ups import SignUpEntry, sign_up
from xiachen.mobilisation.queries import answers
from xiachen.privacy.masking import mask_name
from xiachen.privacy.scope import system_scope

__all__ = ("made", "sent")

Sent = list[tuple[str, str]]
MASKED = "139****5678"


def posted(made: CallUp, values: dict[str, Any], language: str = "en") -> tuple[int, str]:
    answer = Client().post(f"{page_of(made)}?lang={language}", values)
    return answer.status_code, answer.content.decode()


def shown(page: str, name: str) -> bool:
    """Whether somebody sees a field, and not only the browser."""
    found = re.search(rf'<(?:input|select)[^>]*name="{name}"[^>]*>', page)
    assert found or name == "code"
    return found is not None and 'type="hidden"' not in found[0]


@pytest.mark.parametrize(
    "wrong", [{"from_day": "2030-01-01"}, {"days": "31"}, {"from_day": f"{FIRST}", "days": "31"}]
)
def test_days_outside_the_call_are_said_before_a_code_is_sent(
    cast: Cast, made: CallUp, sent: Sent, wrong: dict[str, str]
) -> None:
    status, page = posted(made, given(cast, send="1", **wrong))
    assert status == 422 and "Choose days within these" in page
    assert all(shown(page, name) for name in ("from_day", "days", "name")) and not sent
    status, page = posted(made, given(cast, send="1", from_day=f"{FIRST}", days="30"))
    assert status == 200 and len(sent) == 1


def test_the_code_step_says_the_number_and_leads_back_to_the_entries(
    cast: Cast, made: CallUp, sent: Sent
) -> None:
    _status, page = posted(made, given(cast, send="1"))
    assert f"A code was sent to {MASKED}" in page and not shown(page, "phone")
    assert "Send another code" in page and "Change my entries" in page
    status, page = posted(made, given(cast, sent="1", code="", change="1"))
    assert status == 200 and len(sent) == 1 and "Send me a code" in page
    assert all(shown(page, name) for name in ("phone", "name", "words", "organisation"))
    assert PHONE in page and "游子衿" in page and "会开车" in page and 'class="wrong"' not in page
    _status, page = posted(made, given(cast, sent="1", code="12", send="1"))
    assert len(sent) == 2 and f"A code was sent to {MASKED}" in page and not shown(page, "phone")


@pytest.mark.parametrize("code", ["", "wrong"])
def test_a_wrong_code_is_all_that_is_said(cast: Cast, made: CallUp, sent: Sent, code: str) -> None:
    posted(made, given(cast, send="1"))
    status, page = posted(made, given(cast, sent="1", sign_up="1", code=code))
    assert status == 422 and 'class="wrong"' in page and "A code was sent" not in page
    assert MASKED in page and "Send another code" in page and not shown(page, "phone")
    assert len(sent) == 1 and not SignUp.objects.exists()


def test_an_error_at_an_entry_brings_the_form_back_and_the_code_stays_good(
    cast: Cast, made: CallUp, sent: Sent
) -> None:
    posted(made, given(cast, send="1"))
    proven = {"sent": "1", "sign_up": "1", "code": digits(sent)}
    status, page = posted(made, given(cast, from_day="2030-01-01", **proven))
    assert status == 422 and shown(page, "from_day") and shown(page, "code")
    assert "2030-01-01" in page and digits(sent) in page
    assert posted(made, given(cast, **proven))[0] == 200


def test_what_is_found_only_behind_the_code_brings_the_form_back(cast: Cast, sent: Sent) -> None:
    now = clock.now()
    made = call(
        cast,
        public=True,
        opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=1),
        quotas=[QuotaEntry(organisation=unit.pk) for unit in (cast.department, cast.office)],
    )
    values = given(cast, phone=phone_of(SENT[0]), organisation=cast.office.pk)
    with typed():
        posted(made, {**values, "send": "1"})
        proven = {"sent": "1", "sign_up": "1", "code": digits(sent)}
        status, page = posted(made, {**values, **proven})
        assert status == 422 and "registered with another unit" in page
        assert shown(page, "organisation") and shown(page, "phone") and shown(page, "code")
        status, _page = posted(made, {**values, **proven, "organisation": cast.department.pk})
    assert status == 200 and len(sent) == 1


def test_giving_up_is_asked_once_and_is_not_called_as_the_way_out(
    cast: Cast, made: CallUp, sent: Sent
) -> None:
    posted(made, given(cast, send="1"))
    values = given(cast, sent="1", sign_up="1", code=digits(sent))
    _status, page = posted(made, values, "zh")
    assert "退出" not in page
    asked = re.search(r"<details>\s*<summary[^>]*>放弃报名</summary>(.*?)</details>", page, re.S)
    assert asked and "名额将让给他人" in asked[1] and 'name="withdraw"' in asked[1]
    assert page.count('name="withdraw"') == 1
    key = re.search(r'name="pass" value="([^"]+)"', page)
    assert key
    english = Client().post(f"{own_of(made)}?lang=en", {"pass": key[1]}).content.decode()
    assert "Withdraw my sign-up" in english and "goes to somebody else" in english
    done = Client().post(f"{own_of(made)}?lang=zh", {"pass": key[1], "withdraw": "1"})
    assert "已放弃报名" in done.content.decode() and set(states(made).values()) == {"withdrawn"}


def test_the_result_shows_the_entries_and_the_link_to_it(
    cast: Cast, made: CallUp, sent: Sent
) -> None:
    posted(made, given(cast, send="1"))
    chosen = {"from_day": f"{FIRST + timedelta(days=2)}", "days": "3"}
    values = given(cast, sent="1", sign_up="1", code=digits(sent), **chosen)
    _status, page = posted(made, values)
    link = f"http://testserver{own_of(made)}"
    assert f">{link}</a>" in page and "游**" in page and cast.department.name in page
    assert f"{FIRST + timedelta(days=2)} – {FIRST + timedelta(days=4)}" in page
    assert "会开车" in page and PHONE not in page and "游子衿" not in page


def test_whoever_is_registered_sees_the_name_of_the_record_masked(
    cast: Cast, made: CallUp, sent: Sent
) -> None:
    entry = SignUpEntry(id=uuid7(), member=cast.people[0])
    sign_up(liaison(cast), call_up=made.pk, entries=[entry], at=clock.now())
    key = answers.link_key(system_scope(), sign_up=entry.id)
    page = Client().get(reverse("sign-up:answer", args=[key])).content.decode()
    assert mask_name(SENT[0]) in page and SENT[0] not in page


@pytest.mark.parametrize("address", ["page", "own", "answer"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_wrong_link_shows_a_plain_page(cast: Cast, address: str, method: str) -> None:
    there = reverse(f"sign-up:{address}", args=["A" * 22])
    for language, words in (("zh", "链接无法打开"), ("en", "ask whoever sent it")):
        answer = getattr(Client(), method)(f"{there}?lang={language}")
        page = answer.content.decode()
        assert answer.status_code == 404 and words in page and "<form" not in page
        assert "not-found" not in page and "职责" not in page and "退出" not in page
        assert "<nav" not in page and "<header" not in page


def test_an_answer_after_ten_minutes_asks_for_the_number_again(cast: Cast, made: CallUp) -> None:
    answer = Client().post(f"{own_of(made)}?lang=en", {"pass": "over", "withdraw": "1"})
    page = answer.content.decode()
    assert answer.status_code == 404 and "nothing was changed" in page and shown(page, "phone")
    assert not PhoneCode.objects.exists()
