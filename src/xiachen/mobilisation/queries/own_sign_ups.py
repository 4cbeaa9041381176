"""What somebody sees of calls: those that ask them, and their own sign-ups."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xiachen.base.errors import NotFound
from xiachen.mobilisation.models.call_ups import CallUp
from xiachen.mobilisation.models.sign_ups import Decision, SignUp, State
from xiachen.mobilisation.queries.call_ups import call_ups
from xiachen.privacy.scope import Scope

_LATEST = 30


@dataclass(frozen=True, slots=True)
class OwnLine:
    """
    A call with one's own sign-up, if any.

    :param why: the reason and words of a refusal
    """

    call: CallUp
    sign_up: SignUp | None
    open: bool
    why: str
    waits_before: int | None

    @property
    def may_sign_up(self) -> bool:
        """Whether a sign-up is taken now: the first, or again after leaving."""
        left = self.sign_up is not None and self.sign_up.state in (State.WITHDRAWN, State.LAPSED)
        return self.open and (self.sign_up is None or left)

    @property
    def may_confirm(self) -> bool:
        """Whether a place is there to be confirmed."""
        return self.sign_up is not None and self.sign_up.state in (State.ACCEPTED, State.OFFERED)

    @property
    def may_withdraw(self) -> bool:
        """Whether there is something to withdraw from."""
        over = (State.REFUSED, State.WITHDRAWN, State.LAPSED)
        return self.sign_up is not None and self.sign_up.state not in over


def own_lines(scope: Scope, *, at: datetime) -> list[OwnLine]:
    """Return the latest calls that ask the person, each with their sign-up."""
    calls = list(call_ups(scope)[:_LATEST])
    own = {
        row.call_up_id: row
        for row in SignUp.objects.filter(member=scope.member, call_up__in=[c.pk for c in calls])
    }
    return [line_of(scope, call=call, sign_up=own.get(call.pk), at=at) for call in calls]


def line_of(scope: Scope, *, call: CallUp, sign_up: SignUp | None, at: datetime) -> OwnLine:
    """Return what somebody sees of one call and their sign-up."""
    is_open = call.closed_at is None and call.opens_at <= at < call.closes_at
    why, before = "", None
    if sign_up is not None and sign_up.state == State.REFUSED:
        latest = Decision.objects.filter(sign_up=sign_up).order_by("-sequence").first()
        parts = [latest.get_reason_display(), latest.words] if latest else []
        why = " · ".join(str(part) for part in parts if part)
    if sign_up is not None and sign_up.state == State.WAITING:
        earlier = SignUp.objects.filter(
            call_up=call, state=State.WAITING, waiting_rank__lt=sign_up.waiting_rank
        )
        before = earlier.count()
    return OwnLine(call, sign_up, is_open, why, before)


def own_sign_up(scope: Scope, *, id: UUID) -> SignUp:
    """
    Return one's own sign-up.

    :raises NotFound: it is somebody else's, or of another incident
    """
    rows = SignUp.objects.filter(pk=id, member=scope.member, call_up__incident=scope.incident)
    found = rows.first() if scope.member else None
    if found is None:
        raise NotFound()
    return found
