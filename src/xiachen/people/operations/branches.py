"""Temporary branches: formed with an approval, led by appointment, ended with the task."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Forbidden, Invalid, NotFound, Refused
from xiachen.people import rules
from xiachen.people.models.branches import BranchMembership, BranchPost, BranchPostKind
from xiachen.people.models.members import Member
from xiachen.people.models.units import PartyOrganisation, PartyOrganisationKind
from xiachen.people.operations.units import PartyOrganisationExists
from xiachen.people.queries import branches as queries
from xiachen.people.queries.members import members_by_id
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Role, Scope


class TooFewFullMembers(Refused):
    """Fewer full members than a branch needs."""

    code = "people.too-few-full-members"
    message = _(
        "A temporary branch needs at least %(needed)s full members; these have %(full)s. "
        "Probationary members do not count. Add full members, or join another branch."
    )


class NotInBranch(Refused):
    """Whoever is appointed must belong to the branch."""

    code = "people.not-in-branch"
    message = _("Only a member of the branch can lead it. Add the person to the branch first.")


class NotFullMember(Refused):
    """Whoever leads a branch must be a full member."""

    code = "people.not-full-member"
    message = _("Only a full member can lead a branch.")


class NotPartyMember(Refused):
    """A branch has party members only."""

    code = "people.not-party-member"
    message = _("A branch has party members only. Leave out those who are not.")


class SecretaryStands(Refused):
    """A branch has one secretary at a time."""

    code = "people.secretary-stands"
    message = _("This branch has a secretary. Release the present one before appointing another.")


class HoldsPost(Refused):
    """A person holds one post in a branch at a time."""

    code = "people.holds-post"
    message = _("This person holds a post in the branch already. Release them from it first.")


class InBranchAlready(Refused):
    """Somebody belongs to the branch already, or was named twice."""

    code = "people.in-branch-already"
    message = _("Somebody is named twice, or belongs to the branch already.")


class BranchDissolved(Refused):
    """Nothing can be changed in a branch that has ended."""

    code = "people.branch-dissolved"
    message = _("This branch has ended with its task. Its records remain as they are.")


class NoApproval(Refused):
    """A superior that stands must approve a temporary branch."""

    code = "people.no-approval"
    message = _(
        "A temporary branch needs the approval of a superior party committee. "
        "Choose the committee that approved it."
    )


@transaction.atomic
def form_branch(
    scope: Scope,
    *,
    incident: UUID,
    name: str,
    approved_by: UUID,
    approved_on: date,
    members: Sequence[UUID],
    secretary: UUID,
    deputies: Sequence[UUID],
    organisation: UUID | None = None,
) -> PartyOrganisation:
    """
    Form a temporary branch with its members and leaders; regular memberships stay where they are.

    :raises TooFewFullMembers: fewer than three full members
    :raises NoApproval: the superior is unknown, or is itself no committee
    """
    scope.require(Can.FORM_BRANCHES)
    if scope.incident not in (None, incident) or (
        scope.incident is None and scope.role is not Role.SYSTEM
    ):
        raise NotFound(field="incident")
    people = _people(scope, members)
    full = rules.full_members(one.party_standing for one in people.values())
    if full < rules.FULL_MEMBERS_NEEDED:
        raise TooFewFullMembers(field="members", needed=rules.FULL_MEMBERS_NEEDED, full=full)
    leaders = [(secretary, BranchPostKind.SECRETARY)]
    leaders += [(one, BranchPostKind.DEPUTY) for one in deputies]
    _check_leaders(people, [one for one, _post in leaders])
    made = _approved(
        PartyOrganisation(
            name=_kept_name(name),
            kind=PartyOrganisationKind.TEMPORARY,
            organisation_id=organisation,
            parent_id=approved_by,
            incident=incident,
            approved_by_id=approved_by,
            approved_on=approved_on,
        )
    )
    _join(made, people.values(), approved_on)
    BranchPost.objects.bulk_create(
        BranchPost(
            party_organisation=made,
            member_id=one,
            post=post,
            appointed_by_id=approved_by,
            from_day=approved_on,
        )
        for one, post in leaders
    )
    audit.record(scope, "people.form-branch", targets=[made.pk, *people])
    return made


@transaction.atomic
def add_to_branch(
    scope: Scope, *, branch: UUID, members: Sequence[UUID], from_day: date
) -> list[BranchMembership]:
    """Add people to a temporary branch that stands."""
    scope.require(Can.FORM_BRANCHES)
    held = _held(scope, branch)
    _check_day(held, from_day)
    people = _people(scope, members)
    standing = held.memberships.filter(to_day=None, member_id__in=people)
    if standing.exists():
        raise InBranchAlready(field="members")
    made = _join(held, people.values(), from_day)
    audit.record(scope, "people.add-to-branch", targets=[held.pk, *people])
    return made


@transaction.atomic
def appoint_in_branch(
    scope: Scope,
    *,
    branch: UUID,
    member: UUID,
    post: str,
    from_day: date,
    appointed_by: UUID | None = None,
) -> BranchPost:
    """
    Appoint a secretary or deputy; leaders of a temporary branch are appointed, not elected.

    :param appointed_by: the superior; empty: the one that approved the branch
    :raises SecretaryStands: there is a secretary
    """
    scope.require(Can.FORM_BRANCHES)
    held = _held(scope, branch)
    _check_day(held, from_day)
    if post not in BranchPostKind.values:
        raise Invalid(field="post", reason=_("there is no such post"))
    people = {
        row.member_id: row.member
        for row in held.memberships.filter(to_day=None).select_related("member")
    }
    _check_leaders(people, [member])
    standing = BranchPost.objects.filter(party_organisation=held, to_day=None)
    if standing.filter(member_id=member).exists():
        raise HoldsPost(field="member")
    # A secretary released on a later day still stands until then.
    secretaries = BranchPost.objects.filter(
        party_organisation=held, post=BranchPostKind.SECRETARY
    ).exclude(to_day__lt=from_day)
    if post == BranchPostKind.SECRETARY and secretaries.exists():
        raise SecretaryStands(field="post")
    made = BranchPost.objects.create(
        party_organisation=held,
        member_id=member,
        post=post,
        appointed_by_id=_superior(appointed_by) if appointed_by else held.approved_by_id,
        from_day=from_day,
    )
    audit.record(scope, "people.appoint-in-branch", subject=member, targets=[held.pk, made.pk])
    return made


@transaction.atomic
def release_from_post(scope: Scope, *, branch: UUID, member: UUID, last_day: date) -> BranchPost:
    """End somebody's post in a branch; the person stays its member."""
    scope.require(Can.FORM_BRANCHES)
    held = _held(scope, branch)
    found = held.posts.filter(member_id=member, to_day=None).first()
    if found is None:
        raise NotFound(field="member")
    if last_day < found.from_day:
        raise Invalid(field="last_day", reason=_("the last day lies before the first"))
    found.to_day = last_day
    found.save(update_fields=["to_day"])
    audit.record(scope, "people.release-from-post", subject=member, targets=[held.pk, found.pk])
    return found


@transaction.atomic
def dissolve_branch(scope: Scope, *, branch: UUID, last_day: date) -> PartyOrganisation:
    """End a temporary branch with its task; memberships and posts in it end the same day."""
    scope.require(Can.FORM_BRANCHES)
    held = _held(scope, branch)
    _check_day(held, last_day)
    for rows in (held.memberships, held.posts):
        standing = rows.filter(to_day=None)
        if standing.filter(from_day__gt=last_day).exists():
            raise Invalid(field="last_day", reason=_("somebody joined or was appointed later"))
        standing.update(to_day=last_day)
    held.dissolved_on = last_day
    held.save(update_fields=["dissolved_on"])
    audit.record(scope, "people.dissolve-branch", targets=[held.pk])
    return held


@transaction.atomic
def view_branch(scope: Scope, *, branch: UUID, day: date) -> queries.BranchPage:
    """Return a branch's page, and note whose names were shown."""
    page = queries.branch_page(scope, branch, day=day)
    named = [row.member for row in page.rows]
    audit.record(scope, "people.view-branch", targets=[page.branch.pk, *named])
    return page


@transaction.atomic
def offer_members(scope: Scope, *, organisation: UUID) -> list[Member]:
    """Return the party members of a unit for a new branch; names in clear, noted as seen."""
    scope.require(Can.FORM_BRANCHES)
    offered = list(queries.party_members(scope, organisation=organisation))
    audit.record(scope, "people.view-members", targets=[one.pk for one in offered])
    return offered


@transaction.atomic
def offer_to_branch(scope: Scope, *, branch: UUID) -> list[Member]:
    """Return who can join a branch that stands; names in clear, noted as seen."""
    scope.require(Can.FORM_BRANCHES)
    offered = list(queries.who_can_join(scope, _held(scope, branch)))
    audit.record(scope, "people.view-members", targets=[one.pk for one in offered])
    return offered


def _people(scope: Scope, members: Sequence[UUID]) -> dict[UUID, Member]:
    if len(set(members)) < len(members):
        raise InBranchAlready(field="members")
    people = members_by_id(scope, members)
    if len(people) < len(members):
        raise NotFound(field="members")
    if any(one.party_standing == "none" for one in people.values()):
        raise NotPartyMember(field="members")
    return people


def _check_leaders(people: dict[UUID, Member], leaders: Sequence[UUID]) -> None:
    if len(set(leaders)) < len(leaders):
        raise HoldsPost(field="deputies")
    for one in leaders:
        if one not in people:
            raise NotInBranch(field="secretary" if one == leaders[0] else "deputies")
        if people[one].party_standing != "full":
            raise NotFullMember(field="secretary" if one == leaders[0] else "deputies")


def _approved(branch: PartyOrganisation) -> PartyOrganisation:
    _superior(branch.approved_by_id)
    try:
        with transaction.atomic():
            branch.save(force_insert=True)
    except IntegrityError:
        raise PartyOrganisationExists(field="name", name=branch.name) from None
    return branch


def _superior(id: UUID | None) -> UUID:
    superiors = PartyOrganisation.objects.filter(kind=PartyOrganisationKind.COMMITTEE)
    found = None if id is None else superiors.filter(pk=id).first()
    if found is None:
        raise NoApproval(field="approved_by")
    return found.pk


def _join(branch: PartyOrganisation, people: Iterable[Member], day: date) -> list[BranchMembership]:
    return BranchMembership.objects.bulk_create(
        BranchMembership(branch=branch, member=one, from_day=day) for one in people
    )


def _held(scope: Scope, branch: UUID) -> PartyOrganisation:
    """Lock a branch that the scope reaches and that stands."""
    found = queries.branch(scope, branch)
    held = PartyOrganisation.objects.select_for_update().get(pk=found.pk)
    if held.dissolved_on is not None:
        raise BranchDissolved()
    if scope.role is Role.BRANCH_SECRETARY and not _leads(scope, held):
        raise Forbidden()
    return held


def _leads(scope: Scope, branch: PartyOrganisation) -> bool:
    standing = branch.posts.filter(to_day=None).values_list("member_id", flat=True)
    return scope.member in set(standing)


def _check_day(branch: PartyOrganisation, day: date) -> None:
    if branch.approved_on is not None and day < branch.approved_on:
        raise Invalid(field="day", reason=_("the day lies before the approval of the branch"))


def _kept_name(name: str) -> str:
    kept = " ".join(name.split())
    if not 1 <= len(kept) <= 80:
        raise Invalid(field="name", reason=_("a name has 1 to 80 characters"))
    return kept
