"""Who works with whom, and where: teams, squads, assignments and withdrawal."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiachen.base.ids import uuid7
from xiachen.base.owned.fields import CommunityForeignKey
from xiachen.base.owned.models import Fact, Owned, fact_constraints
from xiachen.incidents.models import Incident
from xiachen.people.models.members import Member
from xiachen.people.models.units import Organisation, PartyOrganisation
from xiachen.places.models import Community, Edited, Grid
from xiachen.privacy.classes import Handling


class TeamType(models.Model):
    """A kind of team; the list is open, each operation adds the words it uses."""

    placement: ClassVar[str] = "reference"
    handling = Handling(
        _("Name kinds of team"), none=("id", "code", "name", "name_en", "titled_post")
    )

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=40)
    name_en = models.CharField(_("name in English"), max_length=40)
    titled_post = models.BooleanField(_("a titled post, not a team"), default=False)

    class Meta:
        verbose_name = _("type of team")

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """A team, perhaps within another; a person may be in several at once."""

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Know which teams there are"),
        none=(
            "id",
            "incident",
            "type",
            "name",
            "parent",
            "organisation",
            "branch",
            "formed_on",
            "disbanded_on",
        ),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="teams")
    type = models.ForeignKey(TeamType, models.PROTECT, related_name="teams")
    name = models.CharField(_("name"), max_length=80)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="teams"
    )
    branch = models.ForeignKey(
        PartyOrganisation, models.PROTECT, null=True, blank=True, related_name="teams"
    )
    formed_on = models.DateField(_("formed on"))
    disbanded_on = models.DateField(_("disbanded on"), null=True, blank=True)

    class Meta:
        verbose_name = _("team")
        constraints = (
            models.UniqueConstraint(
                name="team_name", fields=("incident", "parent", "name"), nulls_distinct=False
            ),
            models.CheckConstraint(name="team_not_its_own_parent", condition=~Q(parent=F("id"))),
        )

    def __str__(self) -> str:
        return self.name


class TeamPost(models.TextChoices):
    LEADER = "leader", _("leader")
    DEPUTY = "deputy", _("deputy leader")
    MEMBER = "member", pgettext_lazy("team post", "member")


class Membership(models.Model):
    """A person's place in a team, from one day to another."""

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Know who is in a team"), none=("id", "team", "member", "post", "from_day", "to_day")
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    member = models.ForeignKey(Member, models.PROTECT, related_name="memberships")
    post = models.CharField(_("post"), max_length=12, choices=TeamPost, default=TeamPost.MEMBER)
    from_day = models.DateField(_("from"))
    to_day = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        verbose_name = _("membership")
        constraints = (
            models.UniqueConstraint(
                name="membership_now", fields=("team", "member"), condition=Q(to_day=None)
            ),
            models.UniqueConstraint(
                name="one_team_leader", fields=("team",), condition=Q(post="leader", to_day=None)
            ),
        )


class Assignment(models.Model):
    """That a team works in a community, from one day to another."""

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Know which team works where"), none=("id", "team", "community", "from_day", "to_day")
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="assignments")
    community = models.ForeignKey(Community, models.PROTECT, related_name="+")
    from_day = models.DateField(_("from"))
    to_day = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        verbose_name = _("assignment")
        constraints = (
            models.UniqueConstraint(
                name="assignment_now", fields=("team", "community"), condition=Q(to_day=None)
            ),
        )


class Squad(Owned):
    """A small group cut out of a team in its community, usually working in one grid."""

    handling = Handling(
        _("Divide a team's work"),
        none=("incident", "team", "number", "grid", "formed_at", "dissolved_at"),
    )

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    team = models.UUIDField(_("team"))
    number = models.PositiveSmallIntegerField(_("number"))
    grid = CommunityForeignKey(Grid, models.PROTECT, null=True, blank=True, related_name="squads")
    formed_at = models.DateTimeField(_("formed"))
    dissolved_at = models.DateTimeField(_("dissolved"), null=True, blank=True)

    class Meta:
        verbose_name = _("squad")
        constraints = (
            models.UniqueConstraint(
                name="squad_number_now",
                fields=("community", "team", "number"),
                condition=Q(dissolved_at=None),
            ),
        )


class SquadMember(Owned):
    """A person's place in a squad; in one squad of a team at a time."""

    handling = Handling(
        _("Know who is in a squad"), none=("squad", "team", "member", "joined_at", "left_at")
    )

    squad = CommunityForeignKey(Squad, models.CASCADE, related_name="members")
    team = models.UUIDField(_("team"))
    member = models.UUIDField(_("member"))
    joined_at = models.DateTimeField(_("joined"))
    left_at = models.DateTimeField(_("left"), null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="squad_member_now",
                fields=("community", "team", "member"),
                condition=Q(left_at=None),
            ),
        )


class Briefing(Edited):
    """What the community tells an arriving team: what was done, what matters, what is hard."""

    handling = Handling(
        _("Hand the community's situation over to those who arrive"),
        none=("version", "incident", "done_so_far", "key_points", "difficulties"),
    )

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    done_so_far = models.TextField(_("done so far"), blank=True)
    key_points = models.TextField(_("key points"), blank=True)
    difficulties = models.TextField(_("difficulties"), blank=True)

    class Meta:
        verbose_name = _("briefing")
        constraints = (
            models.UniqueConstraint(name="briefing_once", fields=("community", "incident")),
        )


class Strength(Fact):
    """How many people a community wants from a day on, until it says something else."""

    handling = Handling(
        _("Send people where they are needed, and nobody where enough are"),
        none=("incident", "from_day", "wanted", "enough", "words"),
    )

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    from_day = models.DateField(_("from"))
    wanted = models.PositiveIntegerField(_("people wanted"))
    enough = models.BooleanField(_("enough, thank you"), default=False)
    words = models.CharField(_("words"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("people wanted")
        constraints = (
            *fact_constraints("strength"),
            models.UniqueConstraint(
                name="strength_once_a_day",
                fields=("community", "incident", "from_day", "reverses"),
                nulls_distinct=False,
            ),
        )


class MoveState(models.TextChoices):
    ASKED = "asked", _("waits for the community")
    AGREED = "agreed", _("agreed")
    DECLINED = "declined", _("declined")
    TAKEN_BACK = "taken-back", _("request taken back")


class TeamMove(models.Model):
    """
    A team, or some of its people, asked to leave one community for another.

    The community that gives them up is asked; the one that receives them is told.
    """

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Move people with the consent of the community that gives them up"),
        none=(
            "id",
            "incident",
            "team",
            "giving",
            "receiving",
            "people",
            "from_day",
            "reason",
            "asked_by",
            "asked_at",
            "state",
            "answer",
            "answered_by",
            "answered_at",
        ),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, related_name="moves")
    giving = models.ForeignKey(Community, models.PROTECT, related_name="+")
    receiving = models.ForeignKey(Community, models.PROTECT, related_name="+")
    people = models.PositiveSmallIntegerField(_("people"), null=True, blank=True)
    from_day = models.DateField(_("from"))
    reason = models.CharField(_("reason"), max_length=200)
    asked_by = models.UUIDField(_("asked by"))
    asked_at = models.DateTimeField(_("asked"))
    state = models.CharField(_("state"), max_length=12, choices=MoveState, default=MoveState.ASKED)
    answer = models.CharField(_("the community's answer"), max_length=200, blank=True)
    answered_by = models.UUIDField(_("answered by"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered on"), null=True, blank=True)

    class Meta:
        verbose_name = _("move of a team")
        constraints = (
            models.UniqueConstraint(
                name="team_move_asked_once",
                fields=("team", "giving"),
                condition=Q(state=MoveState.ASKED),
            ),
            models.CheckConstraint(name="team_move_away", condition=~Q(giving=F("receiving"))),
            models.CheckConstraint(
                name="team_move_people", condition=Q(people=None) | Q(people__gte=1)
            ),
            models.CheckConstraint(
                name="team_move_answered",
                condition=Q(state=MoveState.ASKED, answered_at=None, answered_by=None)
                | (
                    ~Q(state=MoveState.ASKED)
                    & Q(answered_at__isnull=False, answered_by__isnull=False)
                ),
            ),
        )
        indexes = (models.Index(name="team_move_state", fields=("incident", "state")),)


class Withdrawal(Fact):
    """The end of a person's work in a community: last health check, and a word of thanks."""

    handling = Handling(
        _("Bring everybody home in good health"),
        none=("incident", "member", "enrolment", "team", "thanks"),
        service=("fit_on_leaving",),
    )

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    member = models.UUIDField(_("member"))
    enrolment = models.UUIDField(_("enrolment"))
    team = models.UUIDField(_("team"), null=True, blank=True)
    fit_on_leaving = models.BooleanField(_("fit on leaving"))
    thanks = models.TextField(_("thanks"), blank=True)

    class Meta:
        verbose_name = _("withdrawal")
        constraints = (
            *fact_constraints("withdrawal"),
            models.UniqueConstraint(
                name="withdrawal_once",
                fields=("community", "enrolment", "reverses"),
                nulls_distinct=False,
            ),
        )
