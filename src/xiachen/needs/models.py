"""What is to be done: tasks issued, claimed, finished and confirmed."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from xiachen.base.owned.fields import CommunityForeignKey
from xiachen.base.owned.models import Fact, Owned, fact_constraints
from xiachen.incidents.models import Incident
from xiachen.places.models import Grid
from xiachen.privacy.classes import Handling


class TaskKind(models.Model):
    """A kind of work from the catalogue; `need` marks what the community lacks and asks for."""

    placement: ClassVar[str] = "reference"
    handling = Handling(_("Name kinds of work"), none=("id", "code", "name", "name_en", "need"))

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=40)
    name_en = models.CharField(_("name in English"), max_length=60)
    need = models.BooleanField(_("need"), default=False)

    class Meta:
        verbose_name = _("kind of task")

    def __str__(self) -> str:
        """Return the name in the reader's language."""
        return self.name_en if get_language() == "en" else self.name


class TaskState(models.TextChoices):
    OPEN = "open", _("open")
    CLAIMED = "claimed", _("claimed")
    FINISHED = "finished", _("finished")
    CONFIRMED = "confirmed", _("confirmed")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Task(Owned):
    """Work for one or more people, at a place; its history is in its steps."""

    handling = Handling(
        _("Say what is to be done"),
        none=("incident", "kind", "title", "grid", "people_wanted", "state", "issued_at"),
    )

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    kind = models.ForeignKey(TaskKind, models.PROTECT, related_name="+")
    title = models.CharField(_("title"), max_length=120)
    grid = CommunityForeignKey(Grid, models.PROTECT, null=True, blank=True, related_name="tasks")
    people_wanted = models.PositiveSmallIntegerField(_("people wanted"), default=1)
    state = models.CharField(_("state"), max_length=12, choices=TaskState, default=TaskState.OPEN)
    issued_at = models.DateTimeField(_("issued"))

    class Meta:
        verbose_name = _("task")
        constraints = (
            models.CheckConstraint(name="task_people", condition=Q(people_wanted__gte=1)),
        )
        indexes = (models.Index(name="task_state", fields=("community", "incident", "state")),)

    def __str__(self) -> str:
        return self.title


class Claim(Owned):
    """A person's hold on a task, until it is released or finished."""

    handling = Handling(
        _("Know who does what"),
        none=("task", "claimed_at", "released_at", "finished_at"),
        service=("member",),
    )

    task = CommunityForeignKey(Task, models.CASCADE, related_name="claims")
    member = models.UUIDField(_("member"))
    claimed_at = models.DateTimeField(_("claimed"))
    released_at = models.DateTimeField(_("released"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="claim_now",
                fields=("community", "task", "member"),
                condition=Q(released_at=None),
            ),
        )


class Step(models.TextChoices):
    ISSUED = "issued", _("issued")
    CLAIMED = "claimed", _("claimed")
    RELEASED = "released", _("released")
    FINISHED = "finished", _("finished")
    CONFIRMED = "confirmed", _("confirmed")
    REJECTED = "rejected", _("sent back")
    WITHDRAWN = "withdrawn", _("withdrawn")


class TaskStep(Fact):
    """One step in a task's life."""

    handling = Handling(
        _("Show how a task went"),
        none=("incident", "task", "step", "need"),
        service=("member", "note"),
    )

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    task = CommunityForeignKey(Task, models.PROTECT, related_name="steps")
    step = models.CharField(_("step"), max_length=12, choices=Step)
    need = models.BooleanField(_("need"), default=False)
    member = models.UUIDField(_("member"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("step")
        constraints = (*fact_constraints("task_step"),)
        indexes = (models.Index(name="task_step_task", fields=("community", "task")),)
