"""Bulletins with their frozen figures, what other authorities declare, and supervision items."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from xiachen.base.ids import uuid7
from xiachen.base.owned.models import CentralFact, fact_constraints
from xiachen.deployment.models import Team
from xiachen.figures.figure import Cutoff
from xiachen.figures.numbers import display, language_of
from xiachen.figures.units import Quantity, unit
from xiachen.incidents.models import Incident
from xiachen.notices.models.documents import Document
from xiachen.people.models.members import Member
from xiachen.people.models.units import Organisation
from xiachen.places.models import Community
from xiachen.privacy.classes import Handling


class Bulletin(models.Model):
    """
    One revision of a day's bulletin for a division or community.

    Its figures hold for what occurred until `occurred_until` and was received by `received_until`;
    `marks` are the sequence numbers that fix the records it was computed from.
    """

    placement: ClassVar[str] = "central"
    append_only: ClassVar[bool] = True
    handling = Handling(
        _("Report from records, and be able to show them again"),
        none=(
            "id",
            "incident",
            "division",
            "day",
            "revision",
            "occurred_until",
            "received_until",
            "marks",
            "completeness",
            "audit_head",
            "issued_by",
            "issued_at",
            "reason",
        ),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="bulletins")
    division = models.BigIntegerField(_("place"))
    day = models.DateField(_("day"))
    revision = models.PositiveSmallIntegerField(_("revision"))
    occurred_until = models.DateTimeField(_("occurred until"))
    received_until = models.DateTimeField(_("received until"))
    marks = models.JSONField()
    completeness = models.JSONField(_("completeness"))
    audit_head = models.CharField(_("audit head"), max_length=64, blank=True)
    issued_by = models.UUIDField(_("issued by"))
    issued_at = models.DateTimeField(_("issued at"))
    reason = models.CharField(_("reason for the revision"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("bulletin")
        constraints = (
            models.UniqueConstraint(
                name="bulletin_revision", fields=("incident", "division", "day", "revision")
            ),
        )

    @property
    def cutoff(self) -> Cutoff:
        """What its figures were read as of; the same records are read again with it."""
        return Cutoff(
            incident=self.incident_id,
            day=self.day,
            occurred_until=self.occurred_until,
            marks={int(community): mark for community, mark in self.marks.items()},
        )


class FrozenFigure(models.Model):
    """
    One figure as a revision of a bulletin states it; `groups` are its breakdowns, by their keys.

    `late` and `taken_back` count what was received after the former revision for the time that
    it spoke of. `rows` keeps the records of a figure that is read from registers, which may be
    edited afterwards; facts are fixed by the bulletin's marks and need no list.
    """

    placement: ClassVar[str] = "central"
    append_only: ClassVar[bool] = True
    handling = Handling(
        _("State a figure and keep it"),
        none=(
            "id",
            "bulletin",
            "figure",
            "position",
            "value",
            "unit",
            "of",
            "beside",
            "late",
            "taken_back",
            "groups",
            "rows",
            "source",
        ),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    bulletin = models.ForeignKey(Bulletin, models.PROTECT, related_name="figures")
    figure = models.CharField(_("figure"), max_length=60)
    position = models.PositiveSmallIntegerField()
    value = models.DecimalField(_("value"), max_digits=20, decimal_places=4)
    unit = models.CharField(_("unit"), max_length=20)
    of = models.DecimalField(_("out of"), max_digits=20, decimal_places=4, null=True, blank=True)
    beside = models.CharField(_("printed beside the number"), max_length=200, blank=True)
    late = models.PositiveIntegerField(_("received late"), default=0)
    taken_back = models.PositiveIntegerField(_("taken back"), default=0)
    groups = models.JSONField(_("groups"), default=dict, blank=True)
    rows = models.JSONField(_("records"), null=True, blank=True)
    source = models.CharField(_("declared by"), max_length=200, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(name="frozen_figure_once", fields=("bulletin", "figure")),
        )
        ordering = ("position",)


class DeclaredFigure(CentralFact):
    """A figure of another authority, or from a story; stated with its source, never computed."""

    handling = Handling(
        _("Quote other authorities as such"),
        none=(
            "incident",
            "division",
            "name",
            "value",
            "unit",
            "source",
            "document_number",
            "as_of",
            "story",
        ),
    )

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="declared_figures")
    division = models.BigIntegerField(_("place"))
    name = models.CharField(_("name"), max_length=60)
    value = models.DecimalField(_("value"), max_digits=20, decimal_places=4)
    unit = models.CharField(_("unit"), max_length=20)
    source = models.CharField(_("source"), max_length=200)
    document_number = models.CharField(_("document number"), max_length=60, blank=True)
    as_of = models.DateTimeField(_("as of"))
    story = models.BooleanField(_("from the story"), default=False)

    class Meta:
        verbose_name = _("declared figure")
        constraints = (
            *fact_constraints("declared_figure", owned=False),
            models.UniqueConstraint(
                name="declared_figure_once",
                fields=("incident", "division", "name", "as_of", "reverses"),
                nulls_distinct=False,
            ),
        )

    @property
    def printed(self) -> str:
        """The number with its unit, in the language of the page."""
        return display(
            Quantity(self.value, unit(self.unit)), language_of(get_language() or "zh-hans")
        )


class SupervisionState(models.TextChoices):
    OPEN = "open", _("waits for an answer")
    ANSWERED = "answered", pgettext_lazy("supervision", "answered")
    CLOSED = "closed", pgettext_lazy("supervision", "closed")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Supervision(models.Model):
    """
    Something that an office asks of one unit, team, person in charge or community, by a term.

    `division` is the place of whoever is asked: its offices read it. The history is in its steps.
    """

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Ask for something once, and see that it is answered"),
        none=(
            "id",
            "incident",
            "title",
            "details",
            "organisation",
            "team",
            "member",
            "asked_community",
            "division",
            "document",
            "term",
            "state",
            "issued_by",
            "issued_as",
            "issued_at",
        ),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="supervisions")
    title = models.CharField(_("matter"), max_length=120)
    details = models.TextField(_("details"), blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+")
    member = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+")
    asked_community = models.ForeignKey(
        Community, models.PROTECT, null=True, blank=True, related_name="+"
    )
    division = models.BigIntegerField(_("place"))
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    term = models.DateTimeField(_("term"))
    state = models.CharField(
        _("state"), max_length=12, choices=SupervisionState, default=SupervisionState.OPEN
    )
    issued_by = models.UUIDField(_("issued by"))
    issued_as = models.CharField(_("issued as"), max_length=20)
    issued_at = models.DateTimeField(pgettext_lazy("supervision", "issued"))

    class Meta:
        verbose_name = _("supervision item")
        constraints = (
            models.CheckConstraint(
                name="supervision_asks_one",
                condition=Q(
                    organisation__isnull=False, team=None, member=None, asked_community=None
                )
                | Q(organisation=None, team__isnull=False, member=None, asked_community=None)
                | Q(organisation=None, team=None, member__isnull=False, asked_community=None)
                | Q(organisation=None, team=None, member=None, asked_community__isnull=False),
            ),
        )
        indexes = (
            models.Index(name="supervision_term", fields=("incident", "state", "term")),
            models.Index(name="supervision_place", fields=("incident", "division")),
        )

    def __str__(self) -> str:
        return self.title


class SupervisionStepKind(models.TextChoices):
    ISSUED = "issued", pgettext_lazy("supervision", "issued")
    REMINDED = "reminded", _("reminded")
    ANSWERED = "answered", pgettext_lazy("supervision", "answered")
    SENT_BACK = "sent-back", _("sent back")
    CLOSED = "closed", pgettext_lazy("supervision", "closed")
    WITHDRAWN = "withdrawn", _("withdrawn")


class SupervisionStep(CentralFact):
    """One step in the life of a supervision item."""

    handling = Handling(
        _("Show what was asked, answered and decided"),
        none=("supervision", "step"),
        service=("words",),
    )

    supervision = models.ForeignKey(Supervision, models.PROTECT, related_name="steps")
    step = models.CharField(_("step"), max_length=12, choices=SupervisionStepKind)
    words = models.TextField(_("words"), blank=True)

    class Meta:
        verbose_name = _("step")
        constraints = (*fact_constraints("supervision_step", owned=False),)
        indexes = (models.Index(name="supervision_step_of", fields=("supervision", "step")),)


class ReminderKind(models.TextChoices):
    REMINDED = "reminded", _("reminded")
    SAID = "said", _("said")


class Reminder(CentralFact):
    """That a liaison reminded somebody who was missing on a day, or what the person said to it."""

    handling = Handling(
        _("Remind nobody twice without knowing, and hear what they say"),
        none=("incident", "day", "kind", "about", "notice"),
        service=("member", "words"),
    )

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=10, choices=ReminderKind)
    about = models.CharField(_("about"), max_length=20)
    notice = models.UUIDField(_("notice"), null=True, blank=True)
    words = models.TextField(_("what was said"), blank=True)

    class Meta:
        verbose_name = _("reminder")
        constraints = (*fact_constraints("reminder", owned=False),)
        indexes = (models.Index(name="reminder_of", fields=("member", "incident", "day")),)
