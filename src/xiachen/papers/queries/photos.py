"""Photos that were kept for a record."""

from base64 import b64decode
from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from xiachen.base.errors import NotFound
from xiachen.base.owned.models import CENTRE
from xiachen.papers.models.files import File
from xiachen.privacy.keyring.vault import vault
from xiachen.privacy.scope import Scope


def photo(scope: Scope, file: UUID, *, purpose: str) -> bytes:
    """
    Return a kept photo as JPEG; the caller has made sure that the scope reaches its record.

    :param purpose: what it was kept for; the photo of a slip is none of work
    :raises NotFound: there is none, or it belongs to another incident than the scope's
    """
    kept = _kept(scope, [file]).filter(purpose=purpose).first()
    if kept is None:
        raise NotFound()
    values = vault().open(
        kept.keyring,
        kept.kept_for,
        kept.sealed,
        table=File._meta.db_table,
        column="sealed",
        community=CENTRE,
        row=kept.pk,
    )
    return b64decode(values["content"])


def keeper_of(scope: Scope, file: UUID, *, purpose: str) -> UUID | None:
    """Return the account that has kept a photo for a purpose; None: it is not here."""
    kept = _kept(scope, [file]).filter(purpose=purpose)
    return kept.values_list("kept_by", flat=True).first()


def photos_kept(scope: Scope, files: Collection[UUID]) -> set[UUID]:
    """Return which of the photos are kept here; others are still on their way."""
    return set(_kept(scope, files).values_list("pk", flat=True))


def _kept(scope: Scope, files: Collection[UUID]) -> QuerySet[File]:
    if scope.incident is None:
        return File.objects.none()
    return File.objects.filter(pk__in=files, keyring=scope.incident)
