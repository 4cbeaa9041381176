"""Units and party organisations: two trees that meet."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xiachen.base.ids import uuid7
from xiachen.places.models import Community
from xiachen.privacy.classes import Handling


class OrganisationLevel(models.TextChoices):
    PROVINCE = "province", _("province")
    CITY = "city", _("city")
    DISTRICT = "district", _("district")
    STREET = "street", _("street")
    COMMUNITY = "community", _("community")


class Organisation(models.Model):
    """A unit that sends or employs people; `contact_community` is where it reports in."""

    placement: ClassVar[str] = "reference"
    handling = Handling(
        _("Know which unit sends whom"),
        none=("id", "name", "short_name", "level", "parent", "division", "contact_community"),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=80, unique=True)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    level = models.CharField(_("level"), max_length=12, choices=OrganisationLevel)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    division = models.BigIntegerField(_("division"))
    contact_community = models.ForeignKey(
        Community, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("organisation")

    def __str__(self) -> str:
        return self.name


class PartyOrganisationKind(models.TextChoices):
    COMMITTEE = "committee", _("committee")
    BRANCH = "branch", _("branch")
    TEMPORARY = "temporary", _("temporary branch")


class PartyOrganisation(models.Model):
    """
    A party organisation, in its own tree; it meets the units' tree through `organisation`.

    A temporary branch is approved by a superior and ends with the task.
    """

    placement: ClassVar[str] = "reference"
    handling = Handling(
        _("Know who leads the members on site"),
        none=(
            "id",
            "name",
            "kind",
            "organisation",
            "parent",
            "incident",
            "approved_by",
            "approved_on",
            "dissolved_on",
        ),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=12, choices=PartyOrganisationKind)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="party_organisations"
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    incident = models.UUIDField(_("incident"), null=True, blank=True)
    approved_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="approved"
    )
    approved_on = models.DateField(_("approved on"), null=True, blank=True)
    dissolved_on = models.DateField(_("dissolved on"), null=True, blank=True)

    class Meta:
        verbose_name = _("party organisation")
        constraints = (
            models.UniqueConstraint(
                name="party_organisation_name", fields=("parent", "name"), nulls_distinct=False
            ),
            models.CheckConstraint(
                name="temporary_branch_is_approved",
                condition=~Q(kind="temporary")
                | Q(incident__isnull=False, approved_by__isnull=False, approved_on__isnull=False),
            ),
            models.CheckConstraint(
                name="temporary_branch_dates",
                condition=Q(dissolved_on__isnull=True) | Q(dissolved_on__gte=F("approved_on")),
            ),
        )

    def __str__(self) -> str:
        return self.name
