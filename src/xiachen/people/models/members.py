"""The people who work, and in which kinds they are counted."""

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from xiachen.base.ids import uuid7
from xiachen.base.owned.models import CENTRE
from xiachen.people.models.units import Organisation, PartyOrganisation
from xiachen.places.models import Community
from xiachen.privacy.classes import DataClass, Handling
from xiachen.privacy.keyring.vault import vault

# People outlast incidents: what is sealed about them lies under the keyring of no incident.
KEYRING = UUID(int=0)


class Skill(models.Model):
    """Something that few can do, by which people are found."""

    placement: ClassVar[str] = "reference"
    handling = Handling(_("Find people who can do it"), none=("id", "code", "name", "name_en"))

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=40)
    name_en = models.CharField(_("name in English"), max_length=40)

    class Meta:
        verbose_name = _("skill")

    def __str__(self) -> str:
        return self.name_en if (get_language() or "").startswith("en") else self.name


class PartyStanding(models.TextChoices):
    NONE = "none", _("not a party member")
    FULL = "full", _("full member")
    PROBATIONARY = "probationary", _("probationary member")


class Member(models.Model):
    """
    Anybody who works in the operation: sent by a unit, reporting at home, or of the community.

    Identity number and phone are sealed together; the indexes find them without reading them.
    """

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Reach and place the people who work"),
        none=("id", "organisation", "party_organisation", "home_community", "invented", "skills"),
        service=("name", "sort_key", "party_standing", "sealed", "phone_index", "identity_index"),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=60)
    sort_key = models.CharField(max_length=120, db_index=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="members"
    )
    party_organisation = models.ForeignKey(
        PartyOrganisation, models.PROTECT, null=True, blank=True, related_name="members"
    )
    party_standing = models.CharField(
        _("party standing"), max_length=14, choices=PartyStanding, default=PartyStanding.NONE
    )
    home_community = models.ForeignKey(
        Community, models.PROTECT, null=True, blank=True, related_name="+"
    )
    sealed = models.BinaryField(null=True, blank=True)
    phone_index = models.BinaryField(null=True, blank=True, unique=True)
    identity_index = models.BinaryField(null=True, blank=True, unique=True)
    invented = models.BooleanField(_("demonstration data"), default=False)
    skills = models.ManyToManyField(Skill, blank=True, related_name="members")

    class Meta:
        verbose_name = _("member")
        ordering = ("sort_key", "id")

    def __str__(self) -> str:
        return self.name

    def seal_contact(self, *, phone: str, identity: str) -> None:
        """Seal the numbers, in their kept form, to this row, and index those that there are."""
        self.sealed = vault().seal(
            KEYRING,
            DataClass.SERVICE,
            {"phone": phone, "identity": identity},
            table=self._meta.db_table,
            column="sealed",
            community=CENTRE,
            row=self.pk,
        )
        self.phone_index = contact_index("phone", phone) if phone else None
        self.identity_index = contact_index("identity", identity) if identity else None

    def opened_contact(self) -> dict[str, str]:
        """Return `phone` and `identity` in clear; whoever shows them masks them first."""
        if self.sealed is None:
            return {"phone": "", "identity": ""}
        return vault().open(
            KEYRING,
            DataClass.SERVICE,
            self.sealed,
            table=self._meta.db_table,
            column="sealed",
            community=CENTRE,
            row=self.pk,
        )


def contact_index(field: str, value: str) -> bytes:
    """Return what finds a phone or identity number in its kept form without reading any."""
    return vault().blind_index(KEYRING, DataClass.SERVICE, field=f"member.{field}", value=value)


class IdentityKind(models.TextChoices):
    PARTY_MEMBER = "party-member", _("party member in service")
    RETIRED_PARTY_MEMBER = "retired-party-member", _("retired party member")
    PUBLIC_SERVANT = "public-servant", _("public servant")
    DEPUTY = "deputy", _("people's congress deputy")
    CPPCC = "cppcc", _("CPPCC member")
    STAFF = "staff", _("cadre or employee")
    VOLUNTEER = "volunteer", _("volunteer")


class Identity(models.Model):
    """One of the kinds in which a person is counted; a person may have several."""

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Count forces by kind of person"), none=("id", "member"), service=("kind",)
    )

    id = models.BigAutoField(primary_key=True)
    member = models.ForeignKey(Member, models.CASCADE, related_name="identities")
    kind = models.CharField(_("kind"), max_length=24, choices=IdentityKind)

    class Meta:
        constraints = (models.UniqueConstraint(name="identity_once", fields=("member", "kind")),)


class Fitness(models.Model):
    """That a person is fit for a kind of duty until a day; never why, or why not."""

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Send nobody to a duty that harms them"),
        none=("id", "member", "duty"),
        service=("fit_until",),
    )

    id = models.BigAutoField(primary_key=True)
    member = models.ForeignKey(Member, models.CASCADE, related_name="fitness")
    duty = models.CharField(_("duty"), max_length=40)
    fit_until = models.DateField(_("fit until"))

    class Meta:
        constraints = (models.UniqueConstraint(name="fitness_once", fields=("member", "duty")),)


class OffDuty(models.Model):
    """
    That a person is off duty from a moment on; never why.

    :ivar until: the last day off duty; None until somebody in charge of health says fit again
    """

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Let nobody work who is not fit, and see when they are again"),
        none=("id", "member", "said_by", "said_at"),
        service=("since", "until"),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    member = models.ForeignKey(Member, models.CASCADE, related_name="off_duty")
    since = models.DateTimeField(_("since"))
    until = models.DateField(_("off duty until"), null=True, blank=True)
    said_by = models.UUIDField(_("fit again said by"), null=True, blank=True)
    said_at = models.DateTimeField(_("fit again said"), null=True, blank=True)

    class Meta:
        verbose_name = _("off duty")
        constraints = (
            models.UniqueConstraint(
                name="off_duty_once", fields=("member",), condition=models.Q(until=None)
            ),
            models.CheckConstraint(
                name="off_duty_said",
                condition=models.Q(until=None, said_by=None, said_at=None)
                | models.Q(until__isnull=False, said_by__isnull=False, said_at__isnull=False),
            ),
        )
        indexes = (models.Index(name="off_duty_person", fields=("member", "since")),)
