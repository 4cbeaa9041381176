"""Which columns somebody has confirmed for sheets with the same headings."""

from collections.abc import Sequence
from typing import ClassVar

from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from xiachen.base.ids import uuid7
from xiachen.papers.caged.headings import plain
from xiachen.privacy.classes import Handling


class Matching(models.Model):
    """
    The columns of one set of headings, confirmed by a person and proposed the next time.

    Headings stand in it as hashes that only this installation can make.
    """

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Ask for the columns of a sheet only once"),
        none=("id", "kind", "headings", "fields", "confirmed_at"),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("kind of sheet"), max_length=40)
    headings = models.CharField(_("headings"), max_length=64)
    fields = models.JSONField(_("columns"))
    confirmed_at = models.DateTimeField(_("confirmed at"))

    class Meta:
        verbose_name = _("matching of columns")
        constraints = (models.UniqueConstraint(name="matching_once", fields=("kind", "headings")),)

    def by_heading(self, headings: Sequence[str]) -> dict[str, str]:
        """Return the confirmed fields of those headings that have one."""
        found = {heading: self.fields.get(heading_key(heading), "") for heading in headings}
        return {heading: name for heading, name in found.items() if name}


def key_of(headings: Sequence[str]) -> str:
    """Return what is the same for sheets with the same headings in any order."""
    return _hash("\n".join(sorted(map(plain, headings))))


def heading_key(heading: str) -> str:
    """Return what stands for a heading where it is remembered."""
    return _hash(plain(heading))[:16]


def _hash(text: str) -> str:
    """Whoever has the rows alone cannot try out what stood in a heading."""
    return salted_hmac("xiachen.papers.headings", text, algorithm="sha256").hexdigest()
