"""Letting people's phones in: a link for each that works once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from xiachen.base import clock
from xiachen.base.errors import Forbidden, NotFound, Refused
from xiachen.incidents.models import Incident
from xiachen.incidents.operations import IncidentClosed
from xiachen.people.models.accounts import Account, Grant
from xiachen.people.operations.phones import ensure_accounts
from xiachen.people.queries.members import members_by_id
from xiachen.privacy import audit, struck_off
from xiachen.privacy.scope import Can, Role, Scope
from xiachen.privacy.struck_off import Kind
from xiachen.sync.models.devices import Invitation
from xiachen.sync.rules import inviting
from xiachen.sync.rules.keeping import forgotten_before

WORKS_FOR = timedelta(hours=72)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """
    What became of one person's invitation.

    :param token: for the link `/phone/#enrol=<token>`; told once and kept nowhere
    """

    member: UUID
    invitation: Invitation | None = None
    token: str = ""
    refusal: Refused | None = None


@transaction.atomic
def invite(scope: Scope, *, members: Sequence[UUID], at: datetime) -> list[Invited]:
    """
    Invite people to register a phone; one answer per person, in their order.

    Everybody invites themselves. Who invites others reaches them, and may not invite anybody with
    a wider role. People without an account get one that records their own work. A person's former
    invitation, if nobody has used it, works no more.

    :raises Forbidden: the role invites nobody else
    :raises IncidentClosed: so long ago that nobody remembers its phones
    """
    if scope.incident is None:
        raise NotFound(field="incident")
    _check_running(scope.incident, at)
    others = [one for one in members if one != scope.member]
    if others:
        scope.require(Can.INVITE_PHONES)
    reached = set(members_by_id(scope, others)) | {scope.member}
    wide = _holders_of_wide_roles(scope, others)
    accounts = ensure_accounts(
        scope,
        members=[one for one in members if one in reached and one not in wide],
        incident=scope.incident,
        day=clock.local_day(at),
    )
    answers = []
    for member in members:
        if member not in reached:
            answers.append(Invited(member=member, refusal=Forbidden()))
        elif member in wide:
            answers.append(Invited(member=member, refusal=inviting.InvitesItself()))
        elif member not in accounts:
            answers.append(Invited(member=member, refusal=inviting.NobodysAccount()))
        else:
            answers.append(_invited(scope, scope.incident, accounts[member], at))
    _write(scope, answers)
    return answers


def _check_running(incident: UUID, at: datetime) -> None:
    """After its end a phone may still bring what it holds; not when its receipts are forgotten."""
    if Incident.objects.filter(pk=incident, closed_at__lt=forgotten_before(at)).exists():
        raise IncidentClosed()


@transaction.atomic
def withdraw(scope: Scope, *, invitation: UUID, at: datetime) -> Invitation:
    """
    Let an invitation that nobody has used work no more.

    :raises NotFound: it is not there, used, or of people whom the scope does not invite
    """
    held = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("account")
        .filter(pk=invitation, incident=scope.incident, used_at=None)
        .first()
    )
    if held is None or held.account.member_id is None:
        raise NotFound()
    member = held.account.member_id
    if member != scope.member:
        scope.require(Can.INVITE_PHONES)
        if not members_by_id(scope, [member]):
            raise NotFound()
    if held.withdrawn_at is None:
        held.withdrawn_at = at
        held.save(update_fields=["withdrawn_at"])
        _keep_out([held.digest], by=scope.account, at=at)
        audit.record(scope, "sync.withdraw-invitation", subject=member, targets=[held.pk])
    return held


def _keep_out(digests: Iterable[bytes | memoryview], *, by: UUID, at: datetime) -> None:
    """Let no older backup bring links back that work no more."""
    keys = [bytes(one).hex() for one in digests]
    struck_off.note(settings.HOME, Kind.LINK, keys, by=by, at=at)


def _holders_of_wide_roles(scope: Scope, members: Sequence[UUID]) -> set[UUID]:
    held: dict[UUID, set[Role]] = {}
    rows = Grant.objects.filter(
        Q(incident=None) | Q(incident=scope.incident), account__member__in=members
    )
    for member, role in rows.values_list("account__member", "role"):
        held.setdefault(member, set()).add(Role(role))
    return {member for member, roles in held.items() if not inviting.may_invite(scope.role, roles)}


def _invited(scope: Scope, incident: UUID, account: Account, at: datetime) -> Invited:
    assert account.member_id is not None
    token = inviting.new_token()
    made = Invitation(
        account=account,
        incident_id=incident,
        digest=inviting.digest_of(token),
        made_at=at,
        made_by=scope.account,
        expires_at=at + WORKS_FOR,
    )
    return Invited(member=account.member_id, invitation=made, token=token)


def _write(scope: Scope, answers: Sequence[Invited]) -> None:
    made = [one.invitation for one in answers if one.invitation is not None]
    if made:
        # A printed sheet that got lost must not let anybody in beside the one that replaced it.
        former = Invitation.objects.filter(
            account__in=[one.account_id for one in made], incident=scope.incident
        )
        unused = former.filter(used_at=None, withdrawn_at=None)
        _keep_out(unused.values_list("digest", flat=True), by=scope.account, at=made[0].made_at)
        unused.update(withdrawn_at=made[0].made_at)
    Invitation.objects.bulk_create(made)
    named = [one.member for one in answers if one.invitation is not None]
    if named:
        audit.record(
            scope,
            "sync.invite",
            subject=named[0] if len(named) == 1 else None,
            targets=[*named, *(one.pk for one in made)],
        )
