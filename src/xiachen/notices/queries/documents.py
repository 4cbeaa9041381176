"""Reads of documents."""

from uuid import UUID

from django.db.models import QuerySet

from xiachen.base.errors import NotFound
from xiachen.notices.models.documents import Document
from xiachen.privacy.scope import Role, Scope


def documents(scope: Scope, *, incident: UUID) -> QuerySet[Document]:
    """Return the documents of the scope's incident with their issuers, the latest first."""
    rows = _reached(scope).filter(incident_id=incident)
    rows = rows.select_related("parent").prefetch_related("issuers__organisation")
    return rows.order_by("-issued_on", "number")


def document(scope: Scope, id: UUID) -> Document:
    """
    Return one document of the scope's incident.

    :raises NotFound: there is none of that id
    """
    rows = _reached(scope).filter(pk=id).prefetch_related("issuers__organisation")
    found = rows.first()
    if found is None:
        raise NotFound()
    return found


def _reached(scope: Scope) -> QuerySet[Document]:
    if scope.role is Role.SYSTEM:
        return Document.objects.all()
    if scope.incident is None:
        return Document.objects.none()
    return Document.objects.filter(incident_id=scope.incident)
