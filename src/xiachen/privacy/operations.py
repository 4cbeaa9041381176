"""Sealing the audit, and letting two people decide before values are shown unmasked."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import NotFound, Refused
from xiachen.privacy import anchors, audit, queries, rules
from xiachen.privacy.models import AuditEntry, AuditSeal, Unmasking
from xiachen.privacy.scope import Can, Scope

# How far back a seal looks for what earlier ones have not caught: longer than any transaction.
_LOOK_BACK = timedelta(hours=1)
# What is left over waits for the next minute's seal; verifying holds one seal in memory.
_ENTRIES_OF_A_SEAL = 50_000
# Any number that nothing else in the house locks.
_SEALING_LOCK = 0x5EA1


class ReasonMissing(Refused):
    """Nobody looks behind the mask without saying why."""

    code = "privacy.reason-missing"
    message = _("Say why the values are needed; the person they are about can ask.")
    status = 422


class AskedAlready(Refused):
    """The same account waits for an answer about the same person."""

    code = "privacy.asked-already"
    message = _("You have asked for this already. Wait for the approval, or look if it is given.")


class OwnApproval(Refused):
    """The person who asks cannot be the second person."""

    code = "privacy.own-approval"
    message = _("You asked for this yourself. Another person has to approve it.")
    status = 403


class ApprovalTooLate(Refused):
    """The request was answered already, or nobody answered for a day."""

    code = "privacy.approval-too-late"
    message = _("This request has been answered or has run out. Ask for it again if needed.")


class NotUnmasked(Refused):
    """No approval is open for this person."""

    code = "privacy.not-unmasked"
    message = _(
        "These values are masked. Ask to see them and have another person approve it; "
        "they are then shown for %(minutes)s minutes."
    )
    status = 403


@transaction.atomic
def seal_audit(scope: Scope, *, at: datetime) -> AuditSeal | None:
    """
    Seal what has been written since the last seal; None when there is nothing.

    An entry whose transaction is still open is caught by a later seal.
    """
    scope.require(Can.SEAL_AUDIT)
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_SEALING_LOCK])
    last = AuditSeal.objects.order_by("-number").first()
    waiting = _unsealed(last)
    if not waiting:
        return None
    newest = max(entry.at for entry in waiting)
    seal = AuditSeal(
        number=last.number + 1 if last else 1,
        sealed_at=at,
        upto=max(newest, last.upto) if last else newest,
        entries=[entry.pk for entry in waiting],
    )
    seal.head = rules.head_of_seal(last.head if last else rules.NO_HEAD, seal, waiting)
    seal.save(force_insert=True)
    first_head = AuditSeal.objects.get(number=1).head
    # Kept only once the seal stands: a head without its seal would look like a loss.
    transaction.on_commit(lambda: anchors.keep(first_head, anchors.Anchor(seal.number, seal.head)))
    return seal


@transaction.atomic
def note_restore(scope: Scope, *, epoch: str, struck_off: Sequence[UUID] = ()) -> None:
    """
    Write into the audit that an older backup has taken the database's place.

    The chain goes on from the backup's last seal. The head kept outside is newer and would call
    that chain a forgery for ever, so it is set aside under the new epoch, not removed: bulletins
    printed since still show what it was.

    :param struck_off: what the backup still let in and was struck off again
    """
    scope.require(Can.SEAL_AUDIT)
    audit.record(scope, "privacy.restore-backup", reason=epoch)
    if struck_off:
        audit.record(scope, "privacy.strike-off-again", targets=struck_off)
    first = AuditSeal.objects.filter(number=1).first()
    if first is not None:
        head = first.head
        transaction.on_commit(lambda: anchors.set_aside(head, epoch))


def _unsealed(last: AuditSeal | None) -> list[AuditEntry]:
    entries = AuditEntry.objects.order_by("at", "id")
    sealed: set[UUID] = set()
    if last is not None:
        since = last.upto - _LOOK_BACK
        entries = entries.filter(at__gte=since)
        recent = AuditSeal.objects.filter(upto__gte=since).values_list("entries", flat=True)
        sealed = {entry for ids in recent for entry in ids}
    waiting = (entry for entry in entries.iterator() if entry.pk not in sealed)
    return list(islice(waiting, _ENTRIES_OF_A_SEAL))


@transaction.atomic
def request_unmask(
    scope: Scope, *, subject: UUID, about: str, reason: str, at: datetime
) -> Unmasking:
    """
    Ask to see a person's values; another person has a day to approve it.

    Called by the area that holds the values, once it has made sure that the scope reaches them.

    :param about: the person's masked name, for whoever approves
    :raises ReasonMissing: no reason is given
    :raises AskedAlready: an earlier request waits for its answer
    """
    scope.require(Can.ASK_TO_UNMASK)
    if not reason.strip():
        raise ReasonMissing(field="reason")
    if subject in queries.unmaskings_of(scope, [subject], at=at):
        raise AskedAlready(field="reason")
    unmasking = Unmasking.objects.create(
        incident=scope.incident,
        subject=subject,
        about=about,
        reason=reason.strip()[: rules.LONGEST_REASON],
        role=scope.role,
        requested_by=scope.account,
        requested_at=at,
    )
    audit.record(
        scope,
        "privacy.request-unmask",
        subject=subject,
        targets=[unmasking.pk],
        reason=unmasking.reason,
    )
    return unmasking


@transaction.atomic
def approve_unmask(scope: Scope, *, unmasking: UUID, at: datetime) -> Unmasking:
    """
    Approve another person's request; the values may then be shown to them for ten minutes.

    :raises NotFound: there is no such request in the scope's incident
    :raises OwnApproval: the approver is who asked
    :raises ApprovalTooLate: it was approved before, or is older than a day
    """
    scope.require(Can.UNMASK)
    asked = (
        Unmasking.objects.select_for_update().filter(pk=unmasking, incident=scope.incident).first()
    )
    if asked is None:
        raise NotFound()
    if asked.requested_by == scope.account:
        raise OwnApproval()
    if asked.approved_at is not None or not rules.can_be_approved(asked.requested_at, at=at):
        raise ApprovalTooLate()
    asked.approved_by, asked.approved_at = scope.account, at
    asked.save(update_fields=["approved_by", "approved_at"])
    audit.record(scope, "privacy.approve-unmask", subject=asked.subject, targets=[asked.pk])
    return asked


@transaction.atomic
def reveal(scope: Scope, *, subject: UUID, at: datetime) -> Unmasking:
    """
    Allow and record one look at a person's values; called by whoever opens them, just before.

    :raises NotUnmasked: no request of this account was approved in the last ten minutes
    """
    scope.require(Can.ASK_TO_UNMASK)
    asked = queries.unmaskings_of(scope, [subject], at=at).get(subject)
    if asked is None or not rules.is_unmasked(asked.approved_at, at=at):
        raise NotUnmasked(minutes=rules.UNMASKED_FOR // timedelta(minutes=1))
    audit.record(scope, "privacy.reveal", subject=subject, targets=[asked.pk], reason=asked.reason)
    return asked
