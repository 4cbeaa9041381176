"""Writing a decision: the fact and the state that repeats it, in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiachen.base.ids import uuid7
from xiachen.base.owned.appending import append
from xiachen.mobilisation.models.sign_ups import Decision, SignUp
from xiachen.privacy.scope import Scope

CHUNK = 1000


@transaction.atomic
def decide(
    scope: Scope,
    *,
    rows: Sequence[SignUp],
    state: str,
    at: datetime,
    reason: str = "",
    words: str = "",
    until: datetime | None = None,
    ranks: Mapping[UUID, int] | None = None,
    first: bool = False,
) -> set[UUID]:
    """
    Bring sign-ups into a state and return the ids of those that came into it now.

    For the operations that have checked it: whoever changes a sign-up holds the lock of its call.

    :param until: when an offered place lapses
    :param ranks: on the waiting list, by sign-up
    :param first: the sign-ups were just written in this state; their first decision bears their
        own id, so that one that was sent twice is decided once
    """
    places = ranks or {}
    facts = [
        Decision(
            id=row.pk if first else uuid7(),
            sign_up=row,
            state=state,
            reason=reason,
            words=words,
            until=until,
            rank=places.get(row.pk),
            occurred_at=at,
            received_at=at,
            recorded_by=scope.account,
        )
        for row in rows
    ]
    written: set[UUID] = set()
    for start in range(0, len(facts), CHUNK):
        written |= append(facts[start : start + CHUNK])
    if first:
        return written
    for row in rows:
        row.state, row.answer_until, row.waiting_rank = state, until, places.get(row.pk)
    if places:
        SignUp.objects.bulk_update(
            rows, ["state", "answer_until", "waiting_rank"], batch_size=CHUNK
        )
    else:
        SignUp.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=state, answer_until=until, waiting_rank=None
        )
    return {row.pk for row in rows}
