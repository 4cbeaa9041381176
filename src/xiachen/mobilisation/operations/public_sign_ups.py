"""Signing up without an account: whoever proves a phone number speaks for it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from xiachen.base.errors import Outcome, Refused
from xiachen.base.ids import uuid7
from xiachen.mobilisation.models.sign_ups import SignUp, Source
from xiachen.mobilisation.operations.phone_codes import give_code_back, send_code, use_code
from xiachen.mobilisation.operations.sign_ups import SignUpEntry, sign_up
from xiachen.mobilisation.queries.call_ups import open_call_ups
from xiachen.mobilisation.rules import sign_ups as rules
from xiachen.mobilisation.rules.call_ups import NotOpen
from xiachen.people import rules as people
from xiachen.people.models.members import Member, contact_index
from xiachen.people.operations.members import MemberEntry, enter_members
from xiachen.privacy.keyring.store import KeyMissing
from xiachen.privacy.scope import Can, Scope

_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicEntry:
    """What somebody says of themselves; the unit is one of those that the call asks."""

    name: str
    phone: str
    organisation: UUID | None = None
    from_day: date | None = None
    days: int | None = None
    words: str = ""


@transaction.atomic
def send_sign_up_code(
    scope: Scope, *, call_up: UUID, phone: str, address: str, at: datetime
) -> None:
    """
    Send the code for signing up to a number; see `send_code`.

    :raises NotOpen: the call takes no sign-ups at that time
    """
    scope.require(Can.SIGN_UP_PEOPLE)
    if not open_call_ups(scope, at=at).filter(pk=call_up).exists():
        raise NotOpen()
    send_code(scope, call_up=call_up, phone=phone, address=address, at=at)


@transaction.atomic
def sign_up_in_public(
    scope: Scope, *, call_up: UUID, entry: PublicEntry, code: str, address: str, at: datetime
) -> Outcome:
    """
    Sign up whoever has proven the number; they wait for their unit.

    Somebody registered with the number is taken as they are, whatever name was typed; somebody who
    is not becomes a member of the unit that was chosen. The answer is the same for both. A refusal
    is returned, not raised: that a code was tried has to be kept.
    """
    scope.require(Can.SIGN_UP_PEOPLE)
    used = use_code(scope, call_up=call_up, phone=entry.phone, code=code, address=address, at=at)
    if used is None:
        return Outcome(_NOBODY, refusal=rules.WrongCode(field="code"))
    try:
        with transaction.atomic():
            outcome = _signed_up(scope, call_up, entry, at)
    except Refused as refusal:
        outcome = Outcome(_NOBODY, refusal=refusal)
    if outcome.refusal is not None:
        give_code_back(scope, code=used)
    return outcome


@transaction.atomic
def find_own(
    scope: Scope, *, call_up: UUID, phone: str, code: str, address: str, at: datetime
) -> Outcome:
    """Return the sign-up of whoever has proven the number; nobody else learns if there is one."""
    scope.require(Can.SIGN_UP_PEOPLE)
    used = use_code(scope, call_up=call_up, phone=phone, code=code, address=address, at=at)
    if used is None:
        return Outcome(_NOBODY, refusal=rules.WrongCode(field="code"))
    member = _registered(phone)
    found = SignUp.objects.filter(call_up=call_up, member=member).first() if member else None
    if found is None:
        give_code_back(scope, code=used)
        return Outcome(_NOBODY, refusal=rules.NotSignedUp())
    return Outcome(found.pk)


def _signed_up(scope: Scope, call_up: UUID, entry: PublicEntry, at: datetime) -> Outcome:
    member = _registered(entry.phone) or _entered(scope, entry, at)
    wanted = SignUpEntry(
        id=uuid7(),
        member=member,
        organisation=entry.organisation,
        from_day=entry.from_day,
        days=entry.days,
        words=entry.words,
    )
    (outcome,) = sign_up(scope, call_up=call_up, entries=[wanted], at=at, source=Source.PERSON)
    if outcome.refusal is not None:
        raise outcome.refusal
    standing = SignUp.objects.filter(call_up=call_up, member=member).values_list("pk", flat=True)
    return Outcome(standing.get(), new=outcome.new)


def _registered(phone: str) -> UUID | None:
    try:
        index = contact_index("phone", people.phone_number(phone))
    except KeyMissing:
        return None
    return Member.objects.filter(phone_index=index).values_list("pk", flat=True).first()


def _entered(scope: Scope, entry: PublicEntry, at: datetime) -> UUID:
    person = MemberEntry(
        id=uuid7(), name=entry.name, organisation=entry.organisation, phone=entry.phone
    )
    (outcome,) = enter_members(scope, entries=[person], at=at)
    if outcome.refusal is not None:
        raise outcome.refusal
    return person.id
