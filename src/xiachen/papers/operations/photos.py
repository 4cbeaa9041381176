"""Keeping photos that prove a record."""

from base64 import b64encode
from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiachen.base.ids import uuid7
from xiachen.base.owned.models import CENTRE
from xiachen.papers.images import redrawn
from xiachen.papers.models.files import File
from xiachen.privacy import audit
from xiachen.privacy.classes import DataClass
from xiachen.privacy.keyring.vault import vault
from xiachen.privacy.scope import Scope

MEDIA_TYPE = "image/jpeg"


@transaction.atomic
def keep_photo(
    scope: Scope,
    *,
    content: bytes,
    keyring: UUID,
    data_class: DataClass,
    purpose: str,
    at: datetime,
    id: UUID | None = None,
) -> File:
    """
    Keep a photo for a record that the calling operation writes, drawn anew and sealed.

    :param keyring: of the incident that the record belongs to
    :param purpose: what it is kept for, in a word of the house such as "mobilisation.slip"
    :param id: of the file, where its record has named it before
    :raises NoPhoto, PhotoTooLarge: it is no picture that can be opened
    """
    id = id or uuid7()
    sealed = vault().seal(
        keyring,
        data_class,
        {"content": b64encode(redrawn(content)).decode()},
        table=File._meta.db_table,
        column="sealed",
        community=CENTRE,
        row=id,
    )
    made = File.objects.create(
        id=id,
        keyring=keyring,
        data_class=data_class,
        purpose=purpose,
        media_type=MEDIA_TYPE,
        sealed=sealed,
        kept_by=scope.account,
        kept_at=at,
    )
    audit.record(scope, "papers.keep-photo", targets=[made.pk], reason=purpose)
    return made
