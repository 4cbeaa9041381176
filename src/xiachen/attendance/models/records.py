"""Who was there, in time or late, and what they did."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from xiachen.attendance.models.signing import SignInPlace
from xiachen.attendance.rules.evidence import METHOD_WORDS, Method, Near
from xiachen.attendance.rules.records import LONGEST_NOTE
from xiachen.base.owned.fields import CommunityForeignKey
from xiachen.base.owned.models import Fact, Owned, fact_constraints
from xiachen.incidents.models import Incident
from xiachen.privacy.classes import Handling

# What photos of work are kept for.
PHOTO_OF_WORK = "attendance.work"


class Evidence(Fact):
    """
    How it is known that somebody was there.

    :ivar method: a Method; empty in records older than this
    :ivar place: at which the code or the poster was shown, or that the phone compared itself with
    :ivar near: what the phone says of where it was; its position stays on the phone
    :ivar doubtful: the leader should have a look; it counts like any other
    """

    method = models.CharField(
        _("how it is known"),
        max_length=6,
        blank=True,
        choices=[(one.value, METHOD_WORDS[one]) for one in Method],
    )
    place = CommunityForeignKey(
        SignInPlace,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("place to sign in at"),
    )
    near = models.CharField(_("where the phone was"), max_length=7, default=Near.UNKNOWN.value)
    doubtful = models.BooleanField(_("leader to have a look"), default=False)

    class Meta:
        abstract = True


_EVIDENCE = ("method", "place", "near", "doubtful")


class CheckIn(Evidence):
    """
    A person's sign-in on a day; the deadline in force is kept with it.

    There may be several: each is kept, and `rules.stays` finds what they come to. One of them for
    each person, community and day is the first that was recorded: nothing need be looked up to
    count it. What is recorded beside it is told apart by its moment.

    :ivar again: there was a record of that day before, standing or not
    """

    handling = Handling(
        _("Know who is on site"),
        none=("incident", "team", "day", "deadline", "by_proxy", "again", *_EVIDENCE),
        service=("member",),
    )

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    member = models.UUIDField(_("member"))
    team = models.UUIDField(_("team"), null=True, blank=True)
    day = models.DateField(_("day"))
    deadline = models.DateTimeField(_("deadline"))
    by_proxy = models.BooleanField(_("by proxy"), default=False)
    again = models.BooleanField(_("not the first of the day to be recorded"), default=False)

    class Meta:
        verbose_name = _("check-in")
        constraints = (
            *fact_constraints("check_in"),
            models.UniqueConstraint(
                name="check_in_once",
                fields=("community", "incident", "member", "day", "reverses"),
                condition=models.Q(again=False),
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                name="check_in_again_once",
                fields=("community", "incident", "member", "occurred_at", "reverses"),
                condition=models.Q(again=True),
                nulls_distinct=False,
            ),
        )
        indexes = (
            models.Index(name="check_in_day", fields=("community", "incident", "day")),
            # Whether somebody was seen anywhere: nobody is listed as missing who was elsewhere.
            models.Index(name="check_in_person", fields=("member", "incident", "day")),
        )


class CheckOut(Evidence):
    """
    That a person has left; `rules.stays` finds which stay it ends, also one of the day before.

    :ivar day: on which it was; before there were several stays a day, that of the sign-in
    """

    handling = Handling(
        _("Know how long people have been on site"),
        none=("incident", "day", *_EVIDENCE),
        service=("member",),
    )

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    member = models.UUIDField(_("member"))
    day = models.DateField(_("day"))

    class Meta:
        verbose_name = _("check-out")
        constraints = (
            *fact_constraints("check_out"),
            models.UniqueConstraint(
                name="check_out_once",
                fields=("community", "incident", "member", "occurred_at", "reverses"),
                nulls_distinct=False,
            ),
        )
        indexes = (
            models.Index(name="check_out_day", fields=("community", "incident", "day")),
            models.Index(name="check_out_person", fields=("member", "incident", "day")),
        )


class CodeUse(Owned):
    """
    That a place's code was used for a sign-in or sign-out on record, whose id it has.

    :ivar step: the minute of the day in which the code was shown, counted from 0
    """

    append_only = True
    handling = Handling(
        _("Let each code sign a person in once"), none=("place", "day", "step"), service=("member",)
    )

    place = CommunityForeignKey(SignInPlace, models.PROTECT, related_name="+", db_index=False)
    member = models.UUIDField(_("member"))
    day = models.DateField(_("day"))
    step = models.PositiveSmallIntegerField(_("minute of the day"))

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="code_use_once", fields=("community", "place", "member", "day", "step")
            ),
        )


class WorkRecord(Fact):
    """
    Work that was done: what it was and for how many persons.

    :ivar task: the finished task that proves it, once for each person; None: the person states it
    :ivar photo: the file with a photo of it, which may come later than the record
    :ivar note: what the person adds in a few words
    """

    handling = Handling(
        _("Prove work without extra forms"),
        none=("incident", "team", "day", "kind", "task", "times", "persons_served", "photo"),
        service=("member", "note"),
    )

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    member = models.UUIDField(_("member"))
    team = models.UUIDField(_("team"), null=True, blank=True)
    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=40)
    task = models.UUIDField(_("task"), null=True, blank=True)
    times = models.PositiveIntegerField(_("times"), default=1)
    persons_served = models.PositiveIntegerField(_("persons served"), default=0)
    photo = models.UUIDField(_("photo"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=LONGEST_NOTE, blank=True)

    class Meta:
        verbose_name = _("work record")
        constraints = (
            *fact_constraints("work_record"),
            models.UniqueConstraint(
                name="work_record_once",
                fields=("community", "task", "member", "reverses"),
                condition=models.Q(task__isnull=False),
                nulls_distinct=False,
            ),
        )
        indexes = (
            models.Index(name="work_record_day", fields=("community", "incident", "day")),
            # Whether somebody was seen anywhere: nobody is listed as missing who was elsewhere.
            models.Index(name="work_record_person", fields=("member", "incident", "day")),
            models.Index(
                name="work_record_photo",
                fields=("photo",),
                condition=models.Q(photo__isnull=False),
            ),
        )


class GapKind(models.TextChoices):
    NOT_PRESENT = "not-present", _("reported in, not on site")
    NOT_WORKING = "not-working", _("on site, no work recorded")


class Answer(Fact):
    """What the person or the liaison says to a line of a list to verify, and whether it excuses."""

    handling = Handling(
        _("Hear people before anything is said about them"),
        none=("incident", "day", "gap", "excuses"),
        service=("member", "words"),
    )

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    member = models.UUIDField(_("member"))
    day = models.DateField(_("day"))
    gap = models.CharField(_("list"), max_length=12, choices=GapKind)
    words = models.TextField(_("answer"))
    excuses = models.BooleanField(_("excuses"), default=False)

    class Meta:
        verbose_name = _("answer")
        constraints = (*fact_constraints("answer"),)
        indexes = (models.Index(name="answer_day", fields=("community", "incident", "day")),)
