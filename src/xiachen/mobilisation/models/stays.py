"""Who belongs to the operation where, since when, and who is excused."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiachen.base.ids import uuid7
from xiachen.base.owned.models import CentralFact, fact_constraints
from xiachen.incidents.models import Incident
from xiachen.notices.models.documents import Document
from xiachen.people.models.members import Member
from xiachen.people.models.units import Organisation
from xiachen.places.models import Community
from xiachen.privacy.classes import Handling


class Dispatch(models.Model):
    """A unit's people sent to a community on a document, in a numbered batch."""

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Show who was sent where on what ground"),
        none=("id", "incident", "document", "organisation", "community", "batch", "sent_on"),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="dispatches")
    document = models.ForeignKey(Document, models.PROTECT, related_name="dispatches")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="dispatches")
    community = models.ForeignKey(Community, models.PROTECT, related_name="+")
    batch = models.PositiveSmallIntegerField(_("batch"), default=1)
    sent_on = models.DateField(_("sent on"))

    class Meta:
        verbose_name = _("dispatch")
        constraints = (
            models.UniqueConstraint(
                name="dispatch_once",
                fields=("incident", "organisation", "community", "batch"),
            ),
        )


class EnrolmentSource(models.TextChoices):
    DISPATCHED = "dispatched", _("sent by a unit")
    JOINED = "joined", _("joined on the spot")


class Enrolment(CentralFact):
    """
    That a person belongs to the operation at a community; sent, or joined on the spot.

    Of somebody moved from another community, `follows` is the stay there, and the dispatch stays
    the one that sent them.
    """

    handling = Handling(
        _("Know who is expected where"),
        none=("incident", "member", "community", "source", "dispatch", "follows", "from_day"),
    )

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="enrolments")
    member = models.ForeignKey(Member, models.PROTECT, related_name="enrolments")
    community = models.ForeignKey(Community, models.PROTECT, related_name="+")
    source = models.CharField(_("source"), max_length=12, choices=EnrolmentSource)
    dispatch = models.ForeignKey(
        Dispatch, models.PROTECT, null=True, blank=True, related_name="enrolments"
    )
    follows = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followed_by"
    )
    from_day = models.DateField(_("from"))

    class Meta:
        verbose_name = _("enrolment")
        constraints = (
            *fact_constraints("enrolment", owned=False),
            models.UniqueConstraint(
                name="enrolment_once",
                fields=("incident", "member", "community", "from_day", "reverses"),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="enrolment_source",
                condition=Q(source="dispatched", dispatch__isnull=False)
                | Q(source="joined", dispatch=None),
            ),
        )


class ReleaseKind(models.TextChoices):
    ENDED = "ended", pgettext_lazy("stay", "ended")
    MOVED = "moved", _("moved to another community")
    RECALLED = "recalled", _("recalled")


class Release(CentralFact):
    """
    That an enrolment has ended; nobody is expected after the last day.

    A move and a recall have a ground: a document, or the words of whoever decided.
    """

    handling = Handling(
        _("Expect nobody who has gone home"),
        none=("enrolment", "last_day", "kind", "document"),
        service=("words",),
    )

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="releases")
    last_day = models.DateField(_("last day"))
    kind = models.CharField(
        _("kind"), max_length=12, choices=ReleaseKind, default=ReleaseKind.ENDED
    )
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    words = models.CharField(_("ground"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("release")
        constraints = (
            *fact_constraints("release", owned=False),
            models.UniqueConstraint(
                name="release_once", fields=("enrolment", "reverses"), nulls_distinct=False
            ),
            models.CheckConstraint(
                name="release_ground",
                condition=Q(kind="ended") | Q(document__isnull=False) | ~Q(words=""),
            ),
        )


class ExcuseReason(models.TextChoices):
    ISOLATED = "isolated", _("in isolation")
    ILL = "ill", _("ill")
    AWAY = "away", _("away")
    PREGNANT = "pregnant", _("pregnant or nursing")
    KEPT = "kept", _("kept by the unit")


class Excuse(CentralFact):
    """That a person is excused from reporting or working, from one day to another."""

    handling = Handling(
        _("Expect nobody who cannot come"),
        none=("incident", "member", "from_day", "to_day"),
        emergency=("reason",),
    )

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="excuses")
    member = models.ForeignKey(Member, models.PROTECT, related_name="excuses")
    reason = models.CharField(_("reason"), max_length=12, choices=ExcuseReason)
    from_day = models.DateField(_("from"))
    to_day = models.DateField(_("to"))

    class Meta:
        verbose_name = _("excuse")
        constraints = (
            *fact_constraints("excuse", owned=False),
            models.CheckConstraint(name="excuse_dates", condition=Q(to_day__gte=F("from_day"))),
        )
