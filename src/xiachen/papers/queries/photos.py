"""Photos that were kept for a record."""

from base64 import b64decode
from collections.abc import Collection
from uuid import UUID

from xiachen.base.errors import NotFound
from xiachen.base.owned.models import CENTRE
from xiachen.papers.models.files import File
from xiachen.privacy.keyring.vault import vault
from xiachen.privacy.scope import Scope


def photo(scope: Scope, file: UUID) -> bytes:
    """
    Return a kept photo as JPEG; the caller has made sure that the scope reaches its record.

    :raises NotFound: there is none, or it belongs to another incident than the scope's
    """
    kept = File.objects.filter(pk=file).first()
    if kept is None or kept.keyring != scope.incident:
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


def photos_kept(scope: Scope, files: Collection[UUID]) -> set[UUID]:
    """Return which of the photos are kept here; others are still on their way."""
    if scope.incident is None:
        return set()
    rows = File.objects.filter(pk__in=files, keyring=scope.incident)
    return set(rows.values_list("pk", flat=True))
