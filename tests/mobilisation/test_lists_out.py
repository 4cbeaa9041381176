"""The lists of calls, people sent and what belongs to them leave their pages, without names."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.mobilisation.calling import call
from tests.mobilisation.cast import FIRST, HERE, MORNING, Cast
from tests.world import LOCAL, SENT, prove_twice
from xiachen.base import clock
from xiachen.mobilisation.models.stays import ExcuseReason
from xiachen.mobilisation.operations.dispatches import dispatch
from xiachen.mobilisation.operations.excuses import excuse
from xiachen.notices.operations.messages import send_message
from xiachen.privacy.scope import Role


def taken(cast: Cast, address: str, *, role: Role = Role.ORGANISER) -> tuple[int, str]:
    client = Client()
    client.force_login(cast.world.accounts[role])
    prove_twice(client)
    answer = client.get(f"{address}?as=csv")
    return answer.status_code, answer.content.decode("utf-8-sig")


def sent(cast: Cast) -> str:
    made = dispatch(
        cast.organiser,
        document=cast.document.pk,
        organisation=cast.department.pk,
        community=HERE,
        members=cast.people,
        sent_on=FIRST,
        at=MORNING,
    )
    return reverse("mobilisation:dispatch", args=[made.pk])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("mobilisation:call-ups", "枫组〔2020〕1号"),
        ("mobilisation:dispatch", "**"),
        ("mobilisation:excuses", "**"),
        ("mobilisation:duties", ""),
        ("notices:documents", "枫组〔2020〕1号"),
        ("notices:messages", ""),
        ("deployment:moves", ""),
        ("incidents:incidents", "疫情"),
    ],
)
def test_a_list_leaves_for_a_role_that_may_and_names_nobody(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    call(cast)
    one = sent(cast)
    excuse(
        cast.liaison,
        member=cast.people[0],
        reason="ill",
        from_day=FIRST,
        to_day=FIRST + timedelta(days=1),
        at=MORNING,
    )
    send_message(cast.organiser, phone="13911110001", text="验证码", purpose="code", at=MORNING)
    address = one if name == "mobilisation:dispatch" else reverse(name)
    status, text = taken(cast, address)
    assert status == 200
    assert said in text
    assert not [person for person in (*SENT, LOCAL) if person in text]
    assert "13911110001" not in text


def test_reasons_of_excuses_stay_inside(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    sent(cast)
    excuse(
        cast.liaison,
        member=cast.people[0],
        reason="ill",
        from_day=FIRST,
        to_day=FIRST,
        at=MORNING,
    )
    status, text = taken(cast, reverse("mobilisation:excuses"), role=Role.LIAISON)
    assert status == 200
    assert "**" in text and str(ExcuseReason.ILL.label) not in text
