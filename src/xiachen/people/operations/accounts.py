"""Accounts and the roles given to them."""

import re
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from xiachen.base import clock
from xiachen.base.errors import Invalid, NotFound, Refused
from xiachen.people import rules
from xiachen.people.models.accounts import Account, Grant
from xiachen.people.models.members import Member
from xiachen.people.models.units import Organisation
from xiachen.people.rules import Reach
from xiachen.places.models import Community
from xiachen.places.rules.codes import Level, NotADivisionCode, level_of
from xiachen.privacy import audit, struck_off
from xiachen.privacy.scope import ROLE_NAMES, Can, Role, Scope
from xiachen.privacy.struck_off import Kind

_USERNAME = re.compile(r"[\w.@+\-]{2,40}")
COUNTRY = 0


class UsernameTaken(Refused):
    """Another account has this sign-in name, in whatever case."""

    code = "people.username-taken"
    message = _("The sign-in name “%(username)s” is taken. Choose another one.")


class WeakPassword(Refused):
    """The password is not good enough."""

    code = "people.weak-password"
    message = _("This password is too easy to guess: %(reasons)s")
    status = 422


class HasAccount(Refused):
    """A person has one account."""

    code = "people.has-account"
    message = _("This person has an account already. Give that account the role instead.")


class RoleNeedsReach(Refused):
    """A role was given without what it reaches, or with what it has no use for."""

    code = "people.role-needs-reach"
    message = _("The role “%(role)s” is given together with %(needed)s, and nothing else.")


class RolesApart(Refused):
    """An administrator sees nobody's data."""

    code = "people.roles-apart"
    message = _(
        "A system administrator holds no role that sees people's data. "
        "Use another account for the other role."
    )


class GrantStands(Refused):
    """The account holds the same role with the same reach in these days."""

    code = "people.grant-stands"
    message = _("The account holds this role already.")


class OwnGrant(Refused):
    """The second administrator is neither who gives the role nor who gets it."""

    code = "people.own-grant"
    message = _(
        "You gave this role, or it is for yourself. Another administrator has to approve it."
    )
    status = 403


class GrantApproved(Refused):
    """Nothing waits for an approval any more."""

    code = "people.grant-approved"
    message = _("This role has been approved before.")


REACH_NAMES = {
    Reach.NOTHING: _("no reach at all"),
    Reach.MEMBER: _("an account that belongs to a person"),
    Reach.DIVISION: _("a division"),
    Reach.COMMUNITY: _("a community"),
    Reach.ORGANISATION: _("a unit"),
    Reach.TEAM: _("a team"),
}


@transaction.atomic
def open_account(
    scope: Scope,
    *,
    username: str,
    password: str,
    member: UUID | None = None,
    language: str = "zh-hans",
    demonstration: bool = False,
    email: str = "",
) -> Account:
    """
    Open an account; it may do nothing until a role is given to it.

    :raises UsernameTaken, WeakPassword, HasAccount:
    """
    scope.require(Can.MANAGE_ACCOUNTS)
    made = Account(
        username=username.strip(),
        email=email.strip(),
        member_id=member,
        language=language,
        demonstration=demonstration,
    )
    _check_account(made)
    made.password = _hashed(password, made)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        if Account.objects.filter(username__iexact=made.username).exists():
            raise UsernameTaken(field="username", username=made.username) from None
        raise HasAccount(field="member") from None
    audit.record(scope, "people.open-account", subject=member, targets=[made.pk])
    return made


@transaction.atomic
def open_administrator(
    scope: Scope, *, username: str, password: str, language: str, at: datetime
) -> Account:
    """
    Open an account and make it an administrator, as whoever rules the machine.

    :raises UsernameTaken, WeakPassword:
    """
    scope.require_house()
    made = open_account(scope, username=username, password=password, language=language)
    give_grant(scope, account=made.pk, role=Role.ADMINISTRATOR, from_day=clock.local_day(at))
    return made


@transaction.atomic
def change_password(scope: Scope, *, account: UUID, password: str) -> Account:
    """Set a new password, for oneself or as whoever manages accounts."""
    if account != scope.account:
        scope.require(Can.MANAGE_ACCOUNTS)
    held = _held(account)
    held.password = _hashed(password, held)
    held.save(update_fields=["password"])
    audit.record(scope, "people.change-password", targets=[held.pk])
    return held


@transaction.atomic
def close_account(scope: Scope, *, account: UUID, at: datetime) -> Account:
    """
    Let nobody sign in with the account any more; what it did stays on record.

    A backup from before does not open it again.
    """
    scope.require(Can.MANAGE_ACCOUNTS)
    held = _held(account)
    held.is_active = False
    held.save(update_fields=["is_active"])
    struck_off.note(settings.HOME, Kind.ACCOUNT, [str(held.pk)], by=scope.account, at=at)
    audit.record(scope, "people.close-account", targets=[held.pk])
    return held


@transaction.atomic
def give_grant(
    scope: Scope,
    *,
    account: UUID,
    role: str,
    incident: UUID | None = None,
    division: int | None = None,
    organisation: UUID | None = None,
    team: UUID | None = None,
    from_day: date,
    to_day: date | None = None,
) -> Grant:
    """
    Give an account a role with the reach it needs.

    A role that sees people's data, given by an administrator, waits for a second one.

    :param division: 0 is the whole country
    :raises RoleNeedsReach: the reach is missing, or is of another kind
    :raises RolesApart: an administrator would see people's data
    """
    scope.require(Can.MANAGE_ACCOUNTS)
    if role not in set(Role) - {Role.SYSTEM}:
        raise Invalid(field="role", reason=_("there is no such role"))
    if to_day is not None and to_day < from_day:
        raise Invalid(field="to_day", reason=_("the last day lies before the first"))
    made = Grant(
        account=_held(account),
        role=Role(role),
        incident=incident,
        division=division,
        organisation_id=organisation,
        team=team,
        from_day=from_day,
        to_day=to_day,
        given_by=scope.account,
        # What an installation sets up by itself waits for nobody.
        waits=scope.role is not Role.SYSTEM and rules.needs_second_person(Role(role)),
    )
    _check_reach(made)
    _check_beside(made)
    made.save(force_insert=True)
    audit.record(scope, "people.give-grant", targets=[made.account_id, made.pk])
    return made


@transaction.atomic
def approve_grant(scope: Scope, *, grant: UUID) -> Grant:
    """
    Approve, as a second administrator, a role that another has given.

    :raises OwnGrant: who approves has given the role, or would get it
    :raises GrantApproved: it does not wait
    """
    scope.require(Can.MANAGE_ACCOUNTS)
    held = _held_grant(grant)
    if not held.waits:
        raise GrantApproved()
    if scope.account in (held.given_by, held.account_id):
        raise OwnGrant()
    held.waits, held.approved_by = False, scope.account
    held.save(update_fields=["waits", "approved_by"])
    audit.record(scope, "people.approve-grant", targets=[held.account_id, held.pk])
    return held


@transaction.atomic
def end_grant(scope: Scope, *, grant: UUID, last_day: date) -> Grant:
    """Take a role back after a day; a role that has not begun is never held."""
    scope.require(Can.MANAGE_ACCOUNTS)
    held = _held_grant(grant)
    if held.to_day is not None and held.to_day < last_day:
        raise Invalid(field="last_day", reason=_("it has ended before"))
    # Ended before it began, the period holds no day.
    held.to_day = last_day
    held.save(update_fields=["to_day"])
    audit.record(scope, "people.end-grant", targets=[held.account_id, held.pk])
    return held


def _held(account: UUID) -> Account:
    """Lock an account, so that two roles that exclude each other are not given at once."""
    found = Account.objects.select_for_update(of=("self",)).filter(pk=account).first()
    if found is None:
        raise NotFound(field="account")
    return found


def _held_grant(grant: UUID) -> Grant:
    found = Grant.objects.select_for_update(of=("self",)).filter(pk=grant).first()
    if found is None:
        raise NotFound()
    return found


def _check_account(made: Account) -> None:
    if not _USERNAME.fullmatch(made.username):
        raise Invalid(
            field="username",
            reason=_("a sign-in name has 2 to 40 letters, digits or the signs . @ + - _"),
        )
    if made.language not in dict(settings.LANGUAGES):
        raise Invalid(field="language", reason=_("there is no such language"))
    if made.email:
        try:
            validate_email(made.email)
        except ValidationError:
            raise Invalid(field="email", reason=_("this is no mail address")) from None
    if made.member_id and not Member.objects.filter(pk=made.member_id).exists():
        raise NotFound(field="member")


def _hashed(password: str, account: Account) -> str:
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise WeakPassword(field="password", reasons=" ".join(error.messages)) from None
    if account.demonstration:
        # The password is printed in the documentation: stretching it would protect nothing.
        return PBKDF2PasswordHasher().encode(password, get_random_string(22), iterations=1000)
    return make_password(password)


def _check_reach(made: Grant) -> None:
    """A role is given what it reaches; one that leads a team may also be given a division."""
    reach = rules.reach_of(Role(made.role))
    given = {
        Reach.DIVISION: made.division is not None,
        Reach.ORGANISATION: made.organisation_id is not None,
        Reach.TEAM: made.team is not None,
    }
    asked = Reach.DIVISION if reach is Reach.COMMUNITY else reach
    allowed = {asked} | rules.may_also_reach(Role(made.role))
    missing = not given.get(asked, True) or (reach is Reach.MEMBER and not made.account.member_id)
    if missing or any(given[one] and one not in allowed for one in given):
        raise RoleNeedsReach(
            field="role", role=ROLE_NAMES[Role(made.role)], needed=REACH_NAMES[reach]
        )
    if made.division is not None:
        _check_division(made.division, community=reach is Reach.COMMUNITY)
    unit = made.organisation_id
    if unit is not None and not Organisation.objects.filter(pk=unit).exists():
        raise NotFound(field="organisation")


def _check_division(division: int, *, community: bool) -> None:
    if division == COUNTRY and not community:
        return
    try:
        level = level_of(division)
    except NotADivisionCode:
        raise Invalid(
            field="division", reason=_("a division has a code of twelve digits")
        ) from None
    if community and level is not Level.COMMUNITY:
        raise Invalid(field="division", reason=_("this role is given for one community"))
    if level is Level.COMMUNITY and not Community.objects.filter(pk=division).exists():
        raise NotFound(field="division")


def _check_beside(made: Grant) -> None:
    """Compare with the roles that the account holds in the same days."""
    standing = Grant.objects.filter(account=made.account).filter(
        Q(to_day=None) | Q(to_day__gte=made.from_day)
    )
    for other in standing:
        if not rules.overlap((other.from_day, other.to_day), (made.from_day, made.to_day)):
            continue
        if not rules.may_stand_together(Role(other.role), Role(made.role)):
            raise RolesApart(field="role")
        if _content(other) == _content(made):
            raise GrantStands(field="role")


def _content(grant: Grant) -> tuple[object, ...]:
    return grant.role, grant.incident, grant.division, grant.organisation_id, grant.team
