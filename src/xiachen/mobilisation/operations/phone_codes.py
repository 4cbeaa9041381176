"""Codes that prove a phone number: sent, tried, used once, and not too often."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from xiachen.base.ids import uuid7
from xiachen.mobilisation.models.phone_codes import Allowance, PhoneCode
from xiachen.mobilisation.rules import sign_ups as rules
from xiachen.notices.operations.messages import send_message
from xiachen.people import rules as people
from xiachen.people.operations.members import BadPhone
from xiachen.privacy.scope import Can, Scope

PURPOSE = "sign-up-code"
_KEPT = timedelta(days=1)


@transaction.atomic
def send_code(scope: Scope, *, call_up: UUID, phone: str, address: str, at: datetime) -> None:
    """
    Send six digits to a number, whoever it is: the answer never tells who is registered.

    :param address: from which it was asked, to count by
    :raises BadPhone: it is no mobile number
    :raises TooOften: this number, or this address, has asked too often in this hour
    """
    scope.require(Can.SIGN_UP_PEOPLE)
    number = people.phone_number(phone)
    if people.phone_fault(number):
        raise BadPhone(field="phone")
    for asker, limit in (
        (f"code:{number}", rules.CODES_PER_NUMBER),
        (f"codes:{address}", rules.ASKED_PER_ADDRESS),
    ):
        if _asked(asker, at) > limit:
            raise rules.TooOften(field="phone")
    code = f"{secrets.randbelow(1_000_000):06d}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into {PhoneCode._meta.db_table} "
            "(id, call_up_id, phone_index, digest, made_at, expires_at, tries) "
            "values (%s, %s, %s, %s, %s, %s, 0)",
            [
                uuid7(),
                call_up,
                _mark(f"number:{number}"),
                _mark(f"{call_up}:{number}:{code}"),
                at,
                at + rules.CODE_VALID,
            ],
        )
    send_message(
        scope,
        phone=number,
        text=_("Your code is %(code)s, valid for ten minutes. Tell it to nobody.") % {"code": code},
        purpose=PURPOSE,
        at=at,
    )


@transaction.atomic
def use_code(
    scope: Scope, *, call_up: UUID, phone: str, code: str, address: str, at: datetime
) -> UUID | None:
    """
    Use the code that was sent last to a number; return its id, or None when it is not the one.

    Every try counts, also of whoever is told nothing: so the caller must let it be committed. The
    sixth try of a code finds nothing, whatever it is.
    """
    scope.require(Can.SIGN_UP_PEOPLE)
    number = people.phone_number(phone)
    if _asked(f"tries:{address}", at) > 2 * rules.ASKED_PER_ADDRESS:
        return None
    table = PhoneCode._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"update {table} set tries = tries + 1, "
            "used_at = case when digest = %s then %s::timestamptz end "
            f"where id = (select id from {table} where call_up_id = %s and phone_index = %s "
            "order by made_at desc limit 1 for update) "
            "and used_at is null and expires_at > %s and tries < %s "
            "returning id, used_at is not null",
            [
                _mark(f"{call_up}:{number}:{people.plain(code)}"),
                at,
                call_up,
                _mark(f"number:{number}"),
                at,
                rules.CODE_TRIES,
            ],
        )
        found = cursor.fetchone()
    return found[0] if found and found[1] else None


@transaction.atomic
def give_code_back(scope: Scope, *, code: UUID) -> None:
    """Let a code be used again, where what it was used for was refused."""
    scope.require(Can.SIGN_UP_PEOPLE)
    PhoneCode.objects.filter(pk=code).update(used_at=None)


@transaction.atomic
def forget_codes(scope: Scope, *, at: datetime) -> int:
    """Delete codes that are over, and counts of past hours; return how many codes."""
    scope.require(Can.SIGN_UP_PEOPLE)
    Allowance.objects.filter(hour__lt=at - _KEPT).delete()
    count, _each = PhoneCode.objects.filter(expires_at__lt=at - _KEPT).delete()
    return count


def _asked(asker: str, at: datetime) -> int:
    """Count one more time in this hour, over all workers, and return how many there were."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into {Allowance._meta.db_table} as held (asker, hour, count) "
            "values (%s, %s, 1) on conflict (asker, hour) "
            "do update set count = held.count + 1 returning count",
            [_mark(asker), hour],
        )
        return int(cursor.fetchone()[0])


def _mark(text: str) -> bytes:
    """Return 16 bytes that are equal for equal texts and tell nothing else without our key."""
    return salted_hmac("xiachen.mobilisation.phone-codes", text, algorithm="sha256").digest()[:16]
