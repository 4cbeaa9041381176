"""Where the work is done: divisions by date, communities, and what a community consists of."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiachen.base.ids import uuid7
from xiachen.base.owned.fields import CommunityForeignKey
from xiachen.base.owned.models import Owned
from xiachen.privacy.classes import Handling


class Division(models.Model):
    """A division of the country from province to township, as one edition lists it."""

    placement: ClassVar[str] = "reference"
    handling = Handling(
        _("Find places by code and name"),
        none=("id", "code", "name", "search_name", "level", "valid_from", "valid_to"),
    )

    id = models.BigAutoField(primary_key=True)
    code = models.BigIntegerField(_("code"))
    name = models.CharField(_("name"), max_length=80)
    search_name = models.CharField(max_length=80)
    level = models.SmallIntegerField(_("level"))
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("division")
        constraints = (
            models.UniqueConstraint(name="division_edition", fields=("code", "valid_from")),
            models.CheckConstraint(name="division_level", condition=Q(level__range=(1, 4))),
            models.CheckConstraint(
                name="division_dates",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Community(models.Model):
    """
    A residents' committee or village; `id` is our permanent number, at first its 12-digit code.

    Communities made here start with 99. The code by date is in CommunityCode.
    """

    placement: ClassVar[str] = "reference"
    handling = Handling(
        _("Say which community a record belongs to"),
        none=("id", "name", "search_name", "local"),
    )

    id = models.BigIntegerField(primary_key=True)
    name = models.CharField(_("name"), max_length=80)
    search_name = models.CharField(max_length=80)
    local = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("community")
        # Not db_index: its second index, for LIKE, would slow the loading of a full list.
        indexes = (models.Index(name="community_search_name", fields=("search_name",)),)
        constraints = (
            models.CheckConstraint(
                name="community_number",
                condition=Q(local=False, id__range=(110_000_000_000, 899_999_999_999))
                | Q(local=True, id__range=(990_000_000_000, 999_999_999_999)),
            ),
        )

    def __str__(self) -> str:
        return self.name


class CommunityCode(models.Model):
    """The official code and name of a community in one edition."""

    placement: ClassVar[str] = "reference"
    handling = Handling(
        _("Follow a community through changes of its code"),
        none=("id", "community", "code", "name", "valid_from", "valid_to"),
    )

    id = models.BigAutoField(primary_key=True)
    community = models.ForeignKey(Community, models.CASCADE, related_name="codes")
    code = models.BigIntegerField(_("code"))
    name = models.CharField(_("name"), max_length=80)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(name="community_code_edition", fields=("code", "valid_from")),
        )


class Alias(models.Model):
    """Another name under which people know a community."""

    placement: ClassVar[str] = "reference"
    handling = Handling(
        _("Recognise a community by the name people use"),
        none=("id", "community", "name", "search_name"),
    )

    id = models.BigAutoField(primary_key=True)
    community = models.ForeignKey(Community, models.CASCADE, related_name="aliases")
    name = models.CharField(_("name"), max_length=80)
    search_name = models.CharField(max_length=80, db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(name="alias_once", fields=("community", "search_name")),
        )


class Edited(Owned):
    """Registration data: edited in place, with a version so that nobody overwrites unseen."""

    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True


class Grid(Edited):
    """The smallest managed area of a community, numbered from the north-west."""

    handling = Handling(
        _("Divide a community's work"), none=("version", "number", "name", "households_expected")
    )

    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=60)
    households_expected = models.PositiveIntegerField(_("households expected"), default=0)

    class Meta:
        verbose_name = _("grid")
        constraints = (
            models.UniqueConstraint(name="grid_number", fields=("community", "number")),
            models.CheckConstraint(name="grid_number_range", condition=Q(number__range=(1, 999))),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def code(self) -> str:
        """The 15-digit grid code: the community's number and three digits."""
        return f"{self.community_id:012d}{self.number:03d}"


class CompoundKind(models.TextChoices):
    OLD = "old", _("old compound")
    OPEN = "open", _("open compound")
    STAFF = "staff", _("staff housing")
    COMMERCIAL = "commercial", _("commercial housing")


class Compound(Edited):
    """A residential compound; `unmanaged` is the 三无 flag: no owner, no management, no guard."""

    handling = Handling(
        _("Guard and manage a compound"), none=("version", "name", "kind", "unmanaged", "closed")
    )

    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=12, choices=CompoundKind)
    unmanaged = models.BooleanField(_("unmanaged"), default=False)
    closed = models.BooleanField(_("closed"), default=False)

    class Meta:
        verbose_name = _("compound")
        constraints = (models.UniqueConstraint(name="compound_name", fields=("community", "name")),)

    def __str__(self) -> str:
        return self.name


class Gate(Edited):
    """A way in or out of a compound."""

    handling = Handling(_("Guard a gate"), none=("version", "compound", "name", "open"))

    compound = CommunityForeignKey(Compound, models.PROTECT, related_name="gates")
    name = models.CharField(_("name"), max_length=40)
    open = models.BooleanField(pgettext_lazy("gate", "open"), default=True)

    class Meta:
        verbose_name = _("gate")
        constraints = (
            models.UniqueConstraint(name="gate_name", fields=("community", "compound", "name")),
        )

    def __str__(self) -> str:
        return self.name


class Building(Edited):
    """A building of a compound, in one grid."""

    handling = Handling(
        _("Reach every door"), none=("version", "compound", "grid", "number", "floors", "units")
    )

    compound = CommunityForeignKey(Compound, models.PROTECT, related_name="buildings")
    grid = CommunityForeignKey(
        Grid, models.PROTECT, null=True, blank=True, related_name="buildings"
    )
    number = models.CharField(_("number"), max_length=20)
    floors = models.PositiveSmallIntegerField(_("floors"), null=True, blank=True)
    units = models.PositiveSmallIntegerField(_("units"), default=1)

    class Meta:
        verbose_name = _("building")
        constraints = (
            models.UniqueConstraint(
                name="building_number", fields=("community", "compound", "number")
            ),
        )

    def __str__(self) -> str:
        return self.number


class PremisesKind(models.TextChoices):
    RESIDENCE = "residence", _("residence")
    RENTED = "rented", _("rented")
    SHOP = "shop", _("shop")


class Household(Edited):
    """The premises behind one door; who lives there is kept apart, sealed."""

    handling = Handling(
        _("Reach every door"), none=("version", "building", "unit", "door", "kind", "vacant")
    )

    building = CommunityForeignKey(Building, models.PROTECT, related_name="households")
    unit = models.CharField(_("unit"), max_length=10, blank=True)
    door = models.CharField(_("door"), max_length=30)
    kind = models.CharField(
        _("kind"), max_length=12, choices=PremisesKind, default=PremisesKind.RESIDENCE
    )
    vacant = models.BooleanField(_("vacant"), default=False)

    class Meta:
        verbose_name = _("household")
        constraints = (
            models.UniqueConstraint(
                name="household_door", fields=("community", "building", "unit", "door")
            ),
        )

    def __str__(self) -> str:
        return self.door


class SubArea(Edited):
    """A part of a grid looked after by one person: a micro-grid or a set of buildings."""

    handling = Handling(_("Divide a grid's work"), none=("version", "grid", "name"))

    grid = CommunityForeignKey(Grid, models.PROTECT, related_name="sub_areas")
    name = models.CharField(_("name"), max_length=60)

    class Meta:
        verbose_name = _("sub-area")
        constraints = (
            models.UniqueConstraint(name="sub_area_name", fields=("community", "grid", "name")),
        )


class SubAreaBuilding(Owned):
    """A building that belongs to a sub-area; to one only."""

    handling = Handling(_("Divide a grid's work"), none=("sub_area", "building"))

    sub_area = CommunityForeignKey(SubArea, models.CASCADE, related_name="buildings")
    building = CommunityForeignKey(Building, models.CASCADE, related_name="sub_areas")

    class Meta:
        constraints = (
            models.UniqueConstraint(name="sub_area_building", fields=("community", "building")),
        )


class WorkSiteKind(models.TextChoices):
    STATION = "station", _("station")
    BUS_ROUTE = "bus-route", _("bus route")
    OFFICE = "office", _("office building")
    HOSPITAL = "hospital", _("hospital")
    DEPOT = "depot", _("depot")
    OTHER = "other", _("other")


class WorkSite(models.Model):
    """A place of work outside communities; `division` is its street or district."""

    placement: ClassVar[str] = "reference"
    handling = Handling(_("Name places of work"), none=("id", "name", "kind", "division"))

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=12, choices=WorkSiteKind)
    division = models.BigIntegerField(_("division"))

    class Meta:
        verbose_name = _("work site")
        constraints = (models.UniqueConstraint(name="work_site_name", fields=("division", "name")),)

    def __str__(self) -> str:
        return self.name
