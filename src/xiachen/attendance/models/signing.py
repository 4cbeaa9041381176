"""Where people sign in, and the wrong codes that they gave."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xiachen.incidents.models import Incident
from xiachen.places.models import Edited
from xiachen.privacy.classes import DataClass, Handling
from xiachen.privacy.keyring.vault import vault


class SignInPlace(Edited):
    """
    A place of a community at which people sign in: a gate, an office, a tent.

    :ivar latitude, longitude: WGS-84, in degrees; without them no phone can tell whether it is near
    :ivar radius: metres within which a phone is near
    :ivar secret: from which its codes are made, sealed under the incident's keyring
    :ivar poster: how many posters were made; the last one hangs
    """

    handling = Handling(
        _("Know who is on site"),
        none=(
            "version",
            "incident",
            "name",
            "latitude",
            "longitude",
            "radius",
            "poster",
            "closed_at",
        ),
        service=("secret",),
    )

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=60)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    radius = models.PositiveSmallIntegerField(_("radius in metres"), default=150)
    secret = models.BinaryField()
    poster = models.PositiveSmallIntegerField(_("poster"), default=1)
    closed_at = models.DateTimeField(_("in use until"), null=True, blank=True)

    class Meta:
        verbose_name = _("place to sign in at")
        constraints = (
            models.UniqueConstraint(
                name="sign_in_place_name",
                fields=("community", "incident", "name"),
                condition=Q(closed_at=None),
            ),
            models.CheckConstraint(
                name="sign_in_place_point",
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
            ),
            models.CheckConstraint(
                name="sign_in_place_radius", condition=Q(radius__range=(20, 5000))
            ),
        )

    def __str__(self) -> str:
        return self.name

    def seal(self, secret: bytes) -> None:
        """Seal the secret to this row."""
        self.secret = vault().seal(
            self.incident_id,
            DataClass.SERVICE,
            {"secret": secret.hex()},
            table=self._meta.db_table,
            column="secret",
            community=self.community_id,
            row=self.pk,
        )

    def opened(self) -> bytes:
        """Return the secret; it leaves the house only as codes, or as one day's secret."""
        values = vault().open(
            self.incident_id,
            DataClass.SERVICE,
            self.secret,
            table=self._meta.db_table,
            column="secret",
            community=self.community_id,
            row=self.pk,
        )
        return bytes.fromhex(values["secret"])


class WrongCode(models.Model):
    """
    That somebody gave a code that is none of the place's; no further than the day's limit.

    :ivar id: of the sign-in or sign-out that it was given for
    :ivar day: on which the server got it, whatever the phone says
    """

    placement: ClassVar[str] = "central"
    handling = Handling(_("Let nobody guess codes"), none=("id", "day"), service=("member",))

    id = models.UUIDField(primary_key=True, editable=False)
    member = models.UUIDField(_("member"))
    day = models.DateField(_("day"))

    class Meta:
        indexes = (models.Index(name="wrong_code_person", fields=("member", "day")),)
