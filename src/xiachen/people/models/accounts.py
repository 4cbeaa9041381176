"""What people sign in with, and what they may do."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from xiachen.base.ids import uuid7
from xiachen.people.models.members import Member
from xiachen.people.models.units import Organisation
from xiachen.privacy.classes import Handling
from xiachen.privacy.scope import ROLE_NAMES, Role


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
    every incident. A role that sees people's data waits for a second administrator; until then
    nobody holds it.
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
            "waits",
        ),
        service=("given_by", "approved_by"),
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
    given_by = models.UUIDField(_("given by"))
    waits = models.BooleanField(_("waits for approval"), default=False)
    approved_by = models.UUIDField(_("approved by"), null=True, blank=True)

    class Meta:
        verbose_name = _("grant")
        indexes = (
            models.Index(
                name="grant_division", fields=("division",), condition=Q(division__isnull=False)
            ),
        )
        constraints = (
            models.CheckConstraint(name="grant_no_system", condition=~Q(role="system")),
            models.CheckConstraint(
                name="grant_by_two_people",
                condition=Q(approved_by__isnull=True)
                | Q(waits=False) & ~Q(approved_by=F("given_by")),
            ),
        )
