"""Files that came with a record: photos of slips and the like."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from xiachen.base.ids import uuid7
from xiachen.privacy.classes import KEYED, DataClass, Handling


class File(models.Model):
    """
    A file kept for a record of another area, sealed under that record's keyring and class.

    It is shown only by that area's own screen, to whoever may see the record; with the keyring
    it is gone.
    """

    placement: ClassVar[str] = "central"
    append_only: ClassVar[bool] = True
    handling = Handling(
        _("Keep the paper that proves a record"),
        none=("id", "keyring", "data_class", "purpose", "media_type", "kept_by", "kept_at"),
        emergency=("sealed",),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    keyring = models.UUIDField(_("keyring"))
    data_class = models.CharField(
        _("class of data"), max_length=10, choices=[(one.value, one.value) for one in KEYED]
    )
    purpose = models.CharField(_("purpose"), max_length=40)
    media_type = models.CharField(_("kind of file"), max_length=40)
    sealed = models.BinaryField()
    kept_by = models.UUIDField(_("kept by"))
    kept_at = models.DateTimeField(_("kept"))

    class Meta:
        verbose_name = _("file")
        constraints = (
            models.CheckConstraint(
                name="file_of_a_keyed_class",
                condition=models.Q(data_class__in=[one.value for one in KEYED]),
            ),
        )

    @property
    def kept_for(self) -> DataClass:
        """The class of data under whose keys the file is sealed."""
        return DataClass(self.data_class)
