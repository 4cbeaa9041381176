"""Who lives behind a door, and who looks after a grid or a building."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xiachen.base.owned.fields import CommunityForeignKey
from xiachen.base.owned.models import Owned
from xiachen.people.models.members import KEYRING
from xiachen.places.models import Building, Grid, Household
from xiachen.privacy.classes import DataClass, Handling
from xiachen.privacy.keyring.vault import vault


class Resident(Owned):
    """Somebody who lives behind a door; all that identifies them is sealed in one value."""

    handling = Handling(
        _("Miss nobody when a building is screened or supplied"),
        none=("household", "invented"),
        register=("sealed", "identity_index"),
    )

    household = CommunityForeignKey(Household, models.PROTECT, related_name="residents")
    sealed = models.BinaryField()
    identity_index = models.BinaryField(null=True, blank=True)
    invented = models.BooleanField(_("demonstration data"), default=False)

    class Meta:
        verbose_name = _("resident")
        constraints = (
            models.UniqueConstraint(
                name="resident_identity", fields=("community", "identity_index")
            ),
        )

    def seal(self, values: dict[str, str]) -> None:
        """Seal `name`, `phone` and `identity`, in their kept form, to this row, and index it."""
        self.sealed = vault().seal(
            KEYRING,
            DataClass.REGISTER,
            values,
            table=self._meta.db_table,
            column="sealed",
            community=self.community_id,
            row=self.pk,
        )
        identity = values["identity"]
        self.identity_index = (
            vault().blind_index(
                KEYRING, DataClass.REGISTER, field="resident.identity", value=identity
            )
            if identity
            else None
        )

    def opened(self) -> dict[str, str]:
        """Return `name`, `phone` and `identity` in clear; whoever shows them masks them first."""
        return vault().open(
            KEYRING,
            DataClass.REGISTER,
            self.sealed,
            table=self._meta.db_table,
            column="sealed",
            community=self.community_id,
            row=self.pk,
        )


class AppointmentPost(models.TextChoices):
    GRID_HEAD = "grid-head", _("grid head")
    BUILDING_HEAD = "building-head", _("head of building")


class Appointment(Owned):
    """A grid head or head of a building, with a substitute; one at a time for each place."""

    handling = Handling(
        _("Know whom to call for a grid or building"),
        none=("post", "grid", "building", "member", "substitute", "from_day", "to_day"),
    )

    post = models.CharField(_("post"), max_length=16, choices=AppointmentPost)
    grid = CommunityForeignKey(
        Grid, models.PROTECT, null=True, blank=True, related_name="appointments"
    )
    building = CommunityForeignKey(
        Building, models.PROTECT, null=True, blank=True, related_name="appointments"
    )
    member = models.UUIDField(_("member"))
    substitute = models.UUIDField(_("substitute"), null=True, blank=True)
    from_day = models.DateField(_("from"))
    to_day = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        verbose_name = _("appointment")
        constraints = (
            models.CheckConstraint(
                name="appointment_place",
                condition=Q(post="grid-head", grid__isnull=False, building=None)
                | Q(post="building-head", building__isnull=False, grid=None),
            ),
            models.CheckConstraint(
                name="appointment_substitute",
                condition=Q(substitute=None) | ~Q(substitute=F("member")),
            ),
            models.UniqueConstraint(
                name="one_grid_head",
                fields=("community", "grid"),
                condition=Q(post="grid-head", to_day=None),
            ),
            models.UniqueConstraint(
                name="one_building_head",
                fields=("community", "building"),
                condition=Q(post="building-head", to_day=None),
            ),
        )
