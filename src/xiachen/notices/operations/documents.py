"""Documents issued, received and passed on."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Invalid, NotFound, Refused
from xiachen.incidents.models import Incident
from xiachen.incidents.operations import IncidentClosed
from xiachen.notices.models.documents import Document, DocumentKind, Issuer
from xiachen.notices.queries import documents as queries
from xiachen.people.queries.units import organisations_by_id
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Role, Scope

_LONGEST = {"number": 60, "title": 200}


class NumberTaken(Refused):
    """A document of the incident has this number."""

    code = "notices.number-taken"
    message = _("A document with the number “%(number)s” is registered already. Open that one.")


class NoIssuer(Refused):
    """A document has at least one issuer, each named once."""

    code = "notices.no-issuer"
    message = _("Name every unit that issued the document once, at least one.")
    status = 422


class BeforeItsParent(Refused):
    """A document follows another that was issued later."""

    code = "notices.before-its-parent"
    message = _(
        "This document is dated before the one that it follows (%(issued_on)s). Check both days."
    )
    status = 422


class NotReceived(Refused):
    """What was not received cannot be passed on."""

    code = "notices.not-received"
    message = _("This document was not received yet. Note the receipt first.")


@transaction.atomic
def issue_document(
    scope: Scope,
    *,
    incident: UUID,
    kind: str,
    number: str,
    title: str,
    issuers: Sequence[UUID],
    issued_on: date,
    parent: UUID | None = None,
) -> Document:
    """
    Register a document of one or several issuers.

    :param parent: the document that it carries out
    :raises NumberTaken, NoIssuer, BeforeItsParent:
    """
    scope.require(Can.ISSUE_DOCUMENTS)
    _check_incident(scope, incident)
    if kind not in DocumentKind.values:
        raise Invalid(field="kind", reason=_("there is no such kind"))
    _check_issuers(scope, issuers)
    _check_parent(incident, parent, issued_on)
    made = Document(
        incident_id=incident,
        kind=kind,
        number=_kept(number, "number"),
        title=_kept(title, "title"),
        parent_id=parent,
        issued_on=issued_on,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise NumberTaken(field="number", number=made.number) from None
    Issuer.objects.bulk_create(Issuer(document=made, organisation_id=one) for one in issuers)
    audit.record(scope, "notices.issue-document", targets=[made.pk])
    return made


@transaction.atomic
def receive_document(scope: Scope, *, document: UUID, at: datetime) -> Document:
    """Note when a document was received; the first receipt stays."""
    scope.require(Can.ISSUE_DOCUMENTS)
    held = _held(scope, document)
    if held.received_at is None:
        held.received_at = at
        held.save(update_fields=["received_at"])
        audit.record(scope, "notices.receive-document", targets=[held.pk])
    return held


@transaction.atomic
def pass_on_document(scope: Scope, *, document: UUID, at: datetime) -> Document:
    """
    Note when a document was passed on; the first time stays.

    :raises NotReceived: it was not received, or only later
    """
    scope.require(Can.ISSUE_DOCUMENTS)
    held = _held(scope, document)
    if held.received_at is None or at < held.received_at:
        raise NotReceived()
    if held.passed_on_at is None:
        held.passed_on_at = at
        held.save(update_fields=["passed_on_at"])
        audit.record(scope, "notices.pass-on-document", targets=[held.pk])
    return held


def _held(scope: Scope, document: UUID) -> Document:
    found = queries.document(scope, document)
    return Document.objects.select_for_update(of=("self",)).get(pk=found.pk)


def _check_incident(scope: Scope, incident: UUID) -> None:
    if scope.role is not Role.SYSTEM and scope.incident != incident:
        raise NotFound(field="incident")
    found = Incident.objects.filter(pk=incident).first()
    if found is None:
        raise NotFound(field="incident")
    if found.closed_at is not None:
        raise IncidentClosed()


def _check_issuers(scope: Scope, issuers: Sequence[UUID]) -> None:
    if not issuers or len(set(issuers)) < len(issuers):
        raise NoIssuer(field="issuers")
    if len(organisations_by_id(scope, issuers)) < len(issuers):
        raise NotFound(field="issuers")


def _check_parent(incident: UUID, parent: UUID | None, issued_on: date) -> None:
    if parent is None:
        return
    above = Document.objects.filter(incident_id=incident, pk=parent).first()
    if above is None:
        raise NotFound(field="parent")
    if issued_on < above.issued_on:
        raise BeforeItsParent(field="issued_on", issued_on=above.issued_on)


def _kept(text: str, name: str) -> str:
    kept = " ".join(text.split())
    if not 1 <= len(kept) <= _LONGEST[name]:
        raise Invalid(field=name, reason=_("it is missing or too long"))
    return kept
