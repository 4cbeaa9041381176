"""Codes sent to a phone: used once, soon over, never kept, and few by the hour."""

from datetime import timedelta

import pytest

from tests.mobilisation.calling import codes, refused
from tests.mobilisation.cast import Cast
from tests.mobilisation.public_call import PHONE, digits, made, sent
from tests.world import SENT, phone_of
from xiachen.base import clock
from xiachen.mobilisation.models.call_ups import CallUp
from xiachen.mobilisation.models.phone_codes import Allowance, PhoneCode
from xiachen.mobilisation.operations.phone_codes import forget_codes, send_code, use_code
from xiachen.mobilisation.operations.public_sign_ups import find_own
from xiachen.privacy.scope import system_scope

__all__ = ("made", "sent")


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
