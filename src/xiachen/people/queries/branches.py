"""Reads of temporary branches and of who leads them."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from xiachen.base.errors import NotFound
from xiachen.people.models.branches import BranchMembership, BranchPost, BranchPostKind
from xiachen.people.models.members import Member, PartyStanding
from xiachen.people.models.periods import standing_on
from xiachen.people.models.units import PartyOrganisation, PartyOrganisationKind
from xiachen.people.queries.members import members_reached, shown_name
from xiachen.people.queries.units import party_organisations_reached
from xiachen.privacy.scope import Can, Role, Scope

_LEADERS = (BranchPostKind.SECRETARY, BranchPostKind.DEPUTY, "")


@dataclass(frozen=True, slots=True)
class BranchRow:
    """
    Somebody in a temporary branch.

    :param kind: the post's code, empty for those who hold none; `post` is its name, `until` its end
    """

    member: UUID
    name: str
    kind: str
    post: str
    until: date | None
    from_day: date


@dataclass(frozen=True, slots=True)
class BranchPage:
    """
    A temporary branch and those of its people whom the scope reaches, leaders first.

    :param changes: whether the role may change it; a branch secretary only the branch they lead
    """

    branch: PartyOrganisation
    rows: list[BranchRow]
    changes: bool


def branches(
    scope: Scope, *, incident: UUID, day: date | None = None
) -> QuerySet[PartyOrganisation]:
    """Return the incident's temporary branches; of a day, those that stood on it."""
    if scope.incident != incident and scope.role is not Role.SYSTEM:
        return PartyOrganisation.objects.none()
    rows = party_organisations_reached(scope).filter(
        kind=PartyOrganisationKind.TEMPORARY, incident=incident
    )
    if day is None:
        return rows
    return rows.filter(Q(dissolved_on=None) | Q(dissolved_on__gte=day), approved_on__lte=day)


def branch(scope: Scope, id: UUID) -> PartyOrganisation:
    """
    Return one temporary branch of the scope's incident.

    :raises NotFound: it is not there, or not reached
    """
    rows = party_organisations_reached(scope).filter(kind=PartyOrganisationKind.TEMPORARY, pk=id)
    if scope.role is not Role.SYSTEM:
        rows = rows.filter(incident=scope.incident)
    found = rows.first()
    if found is None:
        raise NotFound()
    return found


def branch_page(scope: Scope, id: UUID, *, day: date) -> BranchPage:
    """
    Return a temporary branch as its page shows it on a day.

    :raises NotFound: it is not there, or not reached
    """
    found = branch(scope, id)
    # Before the branch stood or after it ended, its page shows the day nearest to the one asked.
    day = min(max(day, found.approved_on or day), found.dissolved_on or day)
    posts = {
        one.member_id: one
        for one in BranchPost.objects.filter(standing_on(day), party_organisation=found)
    }
    memberships = BranchMembership.objects.filter(
        standing_on(day), branch=found, member__in=members_reached(scope).order_by().values("pk")
    )
    leads = scope.role is not Role.BRANCH_SECRETARY or scope.member in posts
    changes = found.dissolved_on is None and scope.allows(Can.FORM_BRANCHES) and leads
    rows = [
        _row(scope, one, posts.get(one.member_id), clear=changes)
        for one in memberships.select_related("member").order_by("member__sort_key", "pk")
    ]
    return BranchPage(found, sorted(rows, key=lambda row: _LEADERS.index(row.kind)), changes)


def _row(
    scope: Scope, held: BranchMembership, post: BranchPost | None, *, clear: bool
) -> BranchRow:
    # Clear to those who change the branch: of two with one surname they have to choose one.
    name = held.member.name
    return BranchRow(
        member=held.member_id,
        name=name if clear else shown_name(scope, held.member_id, name),
        kind=post.post if post else "",
        post=str(post.get_post_display()) if post else "",
        until=post.to_day if post else None,
        from_day=held.from_day,
    )


def party_members(scope: Scope, *, organisation: UUID) -> QuerySet[Member]:
    """Return the party members of a unit whom the scope reaches, sorted by name."""
    rows = members_reached(scope).filter(organisation_id=organisation)
    return rows.exclude(party_standing=PartyStanding.NONE)


def who_can_join(scope: Scope, branch: PartyOrganisation) -> QuerySet[Member]:
    """Return the party members outside a branch, of the units from which its people come."""
    inside = BranchMembership.objects.filter(branch=branch, to_day=None)
    theirs = Q(organisation=branch.organisation_id) if branch.organisation_id else Q(pk__in=())
    theirs |= Q(organisation__in=inside.values("member__organisation"))
    rows = members_reached(scope).filter(theirs)
    rows = rows.exclude(party_standing=PartyStanding.NONE)
    return rows.exclude(pk__in=inside.values("member_id"))


def branch_posts(scope: Scope, *, incident: UUID, day: date) -> QuerySet[BranchPost]:
    """Return who held a post in the incident's temporary branches on a day."""
    standing = branches(scope, incident=incident, day=day).order_by().values("pk")
    return (
        BranchPost.objects.filter(standing_on(day), party_organisation__in=standing)
        .select_related("party_organisation", "member")
        .order_by("party_organisation__name", "post", "pk")
    )
