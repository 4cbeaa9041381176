"""Units and party organisations, the people in them, and the accounts they sign in with."""

from typing import ClassVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from xiachen.base.ids import uuid7
from xiachen.base.owned.fields import CommunityForeignKey
from xiachen.base.owned.models import Owned
from xiachen.places.models import Building, Community, Grid, Household
from xiachen.privacy.classes import Handling
from xiachen.privacy.scope import ROLE_NAMES, Role


# People outlast incidents: what is sealed about them lies under the keyring of no incident.
KEYRING = UUID(int=0)


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
        return self.name


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


class BranchPostKind(models.TextChoices):
    SECRETARY = "secretary", _("secretary")
    DEPUTY = "deputy", _("deputy secretary")


class BranchMembership(models.Model):
    """A member's place in a temporary branch; the regular membership stays where it is."""

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Know the temporary branch's members"),
        none=("id", "branch", "member", "from_day", "to_day"),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    branch = models.ForeignKey(PartyOrganisation, models.CASCADE, related_name="memberships")
    member = models.ForeignKey(Member, models.PROTECT, related_name="branch_memberships")
    from_day = models.DateField(_("from"))
    to_day = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="branch_member_now", fields=("branch", "member"), condition=Q(to_day=None)
            ),
        )


class BranchPost(models.Model):
    """An appointment in a party organisation: one secretary at a time."""

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Know who leads a branch"),
        none=("id", "party_organisation", "member", "post", "appointed_by", "from_day", "to_day"),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    party_organisation = models.ForeignKey(PartyOrganisation, models.CASCADE, related_name="posts")
    member = models.ForeignKey(Member, models.PROTECT, related_name="branch_posts")
    post = models.CharField(_("post"), max_length=12, choices=BranchPostKind)
    appointed_by = models.ForeignKey(
        PartyOrganisation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    from_day = models.DateField(_("from"))
    to_day = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_branch_secretary",
                fields=("party_organisation",),
                condition=Q(post="secretary", to_day=None),
            ),
            models.UniqueConstraint(
                name="one_post_each",
                fields=("party_organisation", "member"),
                condition=Q(to_day=None),
            ),
        )


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


class AccountManager(BaseUserManager["Account"]):
    """Accounts by their sign-in name; made only through people.operations."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        """Return the account of a sign-in name, whatever its case."""
        return self.get(username__iexact=username)


class Account(AbstractBaseUser):
    """What somebody signs in with; what it may do is in its grants."""

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Let people in and know who acted"),
        none=("id", "username", "language", "is_active", "demonstration", "created_at"),
        service=("password", "last_login", "member", "email"),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField(_("sign-in name"), max_length=40, unique=True)
    email = models.EmailField(_("mail"), blank=True)
    member = models.OneToOneField(
        Member, models.PROTECT, null=True, blank=True, related_name="account"
    )
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    is_active = models.BooleanField(_("active"), default=True)
    demonstration = models.BooleanField(_("demonstration data"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = AccountManager()

    class Meta:
        verbose_name = _("account")
        constraints = (
            models.UniqueConstraint(Lower("username"), name="account_username_in_any_case"),
        )


class Grant(models.Model):
    """
    A role given to an account, with its reach.

    The reach is a division (any level), units or teams as the role needs; `incident` empty means
    every incident.
    """

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Know who may do what, and where"),
        none=(
            "id",
            "account",
            "role",
            "incident",
            "division",
            "organisation",
            "team",
            "from_day",
            "to_day",
        ),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="grants")
    role = models.CharField(
        _("role"), max_length=20, choices=[(role.value, ROLE_NAMES[role]) for role in Role]
    )
    incident = models.UUIDField(_("incident"), null=True, blank=True)
    division = models.BigIntegerField(_("division"), null=True, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    team = models.UUIDField(_("team"), null=True, blank=True)
    from_day = models.DateField(_("from"))
    to_day = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        verbose_name = _("grant")
        constraints = (models.CheckConstraint(name="grant_no_system", condition=~Q(role="system")),)
