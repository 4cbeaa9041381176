"""The emergency itself: what it is, where it counts, and the rules in force by date."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xiachen.base.ids import uuid7
from xiachen.incidents import rules
from xiachen.places.models import Community
from xiachen.privacy.classes import Handling


class IncidentKind(models.TextChoices):
    EPIDEMIC = "epidemic", _("epidemic")
    FLOOD = "flood", _("flood")
    HEAT = "heat", _("heat")
    TYPHOON = "typhoon", _("typhoon")
    OTHER = "other", _("other")


class Incident(models.Model):
    """One emergency, from its beginning to its closing."""

    placement: ClassVar[str] = "reference"
    handling = Handling(
        _("Keep the records of one emergency together"),
        none=("id", "name", "kind", "began_on", "closed_at", "demonstration"),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=IncidentKind)
    began_on = models.DateField(_("began on"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    demonstration = models.BooleanField(_("demonstration data"), default=False)

    class Meta:
        verbose_name = _("incident")

    def __str__(self) -> str:
        return self.name

    @property
    def runs_today(self) -> bool:
        """Whether today is a day of it; a demonstration and a closed incident lie in the past."""
        return self.closed_at is None and not self.demonstration


class IncidentCommunity(models.Model):
    """A community that the incident's operation includes; an explicit list, never computed."""

    placement: ClassVar[str] = "reference"
    handling = Handling(
        _("Say where the operation works"),
        none=("id", "incident", "community", "from_day", "to_day"),
    )

    id = models.BigAutoField(primary_key=True)
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="communities")
    community = models.ForeignKey(Community, models.PROTECT, related_name="+")
    from_day = models.DateField(_("from"))
    to_day = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        verbose_name = _("community of the incident")
        constraints = (
            models.UniqueConstraint(
                name="incident_community_once", fields=("incident", "community", "from_day")
            ),
            models.CheckConstraint(
                name="incident_community_dates",
                condition=Q(to_day__isnull=True) | Q(to_day__gte=F("from_day")),
            ),
        )


class Parameter(models.Model):
    """A rule of the protocol as a value with dates, for all communities or for one."""

    placement: ClassVar[str] = "reference"
    handling = Handling(
        _("Apply the rules in force on the day"),
        none=("id", "incident", "community", "name", "value", "from_day", "to_day", "source"),
    )

    id = models.BigAutoField(primary_key=True)
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="parameters")
    community = models.ForeignKey(
        Community, models.PROTECT, null=True, blank=True, related_name="+"
    )
    name = models.CharField(_("name"), max_length=60)
    value = models.JSONField(_("value"))
    from_day = models.DateField(_("from"))
    to_day = models.DateField(_("to"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("protocol parameter")
        constraints = (
            models.UniqueConstraint(
                name="parameter_once",
                fields=("incident", "community", "name", "from_day"),
                nulls_distinct=False,
            ),
        )

    @property
    def words(self) -> str:
        """What it is called on site."""
        return rules.words_of(self.name)
