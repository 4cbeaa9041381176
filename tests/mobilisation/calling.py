"""A call for people of the bureau and of the city's bureau, and who signs up for it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.mobilisation.cast import FIRST, MORNING, Cast
from tests.world import BEFORE
from xiachen.base.errors import Outcome, Refused
from xiachen.base.ids import uuid7
from xiachen.mobilisation.models.call_ups import CallUp
from xiachen.mobilisation.models.sign_ups import SignUp
from xiachen.mobilisation.operations.call_ups import QuotaEntry, call_up
from xiachen.mobilisation.operations.sign_ups import SignUpEntry, sign_up
from xiachen.notices.operations.documents import issue_document
from xiachen.privacy.scope import Role, Scope, system_scope

PLACE = 420111000000
LAST = FIRST + timedelta(days=29)
OPENS, CLOSES = MORNING - timedelta(days=2), MORNING + timedelta(days=3)


def office(cast: Cast) -> Scope:
    """The organisation department, which selects."""
    return cast.world.scope(Role.ORGANISER)


def liaison(cast: Cast) -> Scope:
    """The liaison of the bureau."""
    return cast.world.scope(Role.LIAISON)


def document(cast: Cast, number: str = "枫组〔2020〕1号") -> UUID:
    return issue_document(
        system_scope(cast.incident.pk),
        incident=cast.incident.pk,
        kind="call",
        number=number,
        title="关于选派干部下沉社区的通知",
        issuers=[cast.department.pk, cast.office.pk],
        issued_on=BEFORE,
        parent=cast.document.pk,
    ).pk


def call(cast: Cast, *, number: str = "枫组〔2020〕1号", **other: Any) -> CallUp:
    """Call up five of the bureau's people."""
    given: dict[str, Any] = {
        "document": other.get("document") or document(cast, number),
        "division": PLACE,
        "headcount": 5,
        "asks": "值守卡口、入户排查",
        "from_day": FIRST,
        "to_day": LAST,
        "opens_at": OPENS,
        "closes_at": CLOSES,
        "leader_rank": "处级",
        "quotas": [QuotaEntry(organisation=cast.department.pk)],
        **other,
    }
    return call_up(office(cast), **given)


def entries(members: Sequence[UUID], **other: Any) -> list[SignUpEntry]:
    return [SignUpEntry(id=uuid7(), member=one, **other) for one in members]


def signed(
    cast: Cast, made: CallUp, members: Sequence[UUID], *, at: datetime = MORNING, **other: Any
) -> list[UUID]:
    """Sign people up through their liaison and return the sign-ups in the order of the people."""
    outcomes = sign_up(liaison(cast), call_up=made.pk, entries=entries(members, **other), at=at)
    assert all(one.new for one in outcomes), [str(one.refusal) for one in outcomes]
    return [one.id for one in outcomes]


def states(made: CallUp) -> dict[UUID, str]:
    """Return the state of every sign-up of a call."""
    return dict(SignUp.objects.filter(call_up=made).values_list("pk", "state"))


def codes(outcomes: Sequence[Outcome]) -> list[str]:
    """Return "new", "already" or the code of the refusal for each."""
    return [
        one.refusal.code.partition(".")[2] if one.refusal else "new" if one.new else "already"
        for one in outcomes
    ]


def refused(act: Any) -> Refused:
    """Return the refusal that an act meets."""
    try:
        act()
    except Refused as refusal:
        return refusal
    raise AssertionError("it was not refused")


def himself(cast: Cast, person: UUID) -> Scope:
    """Somebody acting for himself or herself."""
    return replace(cast.member(person), places=())


def day(number: int) -> date:
    return FIRST + timedelta(days=number)
