"""
Reads of units, people and accounts.

A role reaches the people of its units, those who live or are employed in its places, and those
whom the scope names (`Scope.members`: enrolled there, or in its teams). Everybody reaches
themselves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from xiachen.base.errors import NotFound
from xiachen.people import rules
from xiachen.people.models.accounts import Account, Grant
from xiachen.people.models.branches import BranchMembership, BranchPost
from xiachen.people.models.members import Fitness, Member, Skill, contact_index
from xiachen.people.models.residents import Appointment
from xiachen.people.models.units import Organisation, PartyOrganisation, PartyOrganisationKind
from xiachen.privacy.keyring.store import KeyMissing
from xiachen.privacy.masking import mask_identity, mask_name, mask_phone
from xiachen.privacy.scope import Can, Role, Scope

PAGE_SIZE = 50

# They work with the people whom they reach and call them by their names; a figure opened by
# anybody else shows a masked name.
_KNOW_THEM = frozenset(
    {
        Role.LIAISON,
        Role.TEAM_LEADER,
        Role.SQUAD_LEADER,
        Role.BRANCH_SECRETARY,
        Role.SECRETARY,
        Role.COMMUNITY_WORKER,
        Role.GRID_HEAD,
        Role.MEMBER,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """
    Which of the people reached are wanted; empty values ask for nothing.

    :param text: part of a name, the beginning of its pinyin, or a whole phone or identity number
    :param kind: a kind of person, such as "party-member"
    :param skill: a skill's code
    """

    text: str = ""
    organisation: UUID | None = None
    community: int | None = None
    kind: str = ""
    skill: str = ""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person in a list, with the name as the role may see it."""

    member: Member
    name: str


@dataclass(frozen=True, slots=True)
class MemberPage:
    """A page of people; `number` counts from 1, `total` counts people on all pages."""

    rows: list[PersonRow]
    number: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberCard:
    """What a person's page shows; the numbers are masked."""

    member: Member
    name: str
    phone: str
    identity_number: str
    fitness: Sequence[Fitness]
    posts: Sequence[BranchPost]


@dataclass(frozen=True, slots=True)
class UnitNode:
    """A unit in the tree, with its party organisations and the units below it."""

    unit: Organisation
    party: list[PartyOrganisation]
    below: list["UnitNode"]


@dataclass(frozen=True, slots=True)
class BranchRow:
    """Somebody in a temporary branch; `post` is empty for those who hold none."""

    member: UUID
    name: str
    post: str
    from_day: date


@dataclass(frozen=True, slots=True)
class BranchPage:
    """A temporary branch and those of its people whom the scope reaches, leaders first."""

    branch: PartyOrganisation
    rows: list[BranchRow]


def members_reached(scope: Scope) -> QuerySet[Member]:
    """Return the people whom the scope reaches, sorted by name."""
    return Member.objects.filter(_reach(scope))


def members_by_id(scope: Scope, ids: Iterable[UUID]) -> dict[UUID, Member]:
    """Return the people of these ids whom the scope reaches."""
    rows = members_reached(scope).filter(pk__in=set(ids)).order_by()
    return {row.pk: row for row in rows.select_related("organisation")}


def shown_names(scope: Scope, ids: Iterable[UUID]) -> dict[UUID, str]:
    """
    Return the names of the people reached, as figures and lists may show them.

    Clear to those who know them on site and to the person, masked (张*) to everybody else.
    """
    rows = members_reached(scope).filter(pk__in=set(ids)).order_by()
    return {pk: _shown(scope, pk, name) for pk, name in rows.values_list("pk", "name")}


def member(scope: Scope, id: UUID) -> Member:
    """
    Return one person.

    :raises NotFound: nobody of that id is reached
    """
    found = members_reached(scope).filter(pk=id).select_related("organisation").first()
    if found is None:
        raise NotFound()
    return found


def find_members(scope: Scope, text: str) -> QuerySet[Member]:
    """Return people reached, by part of the name, its pinyin, or a whole phone or identity."""
    return members_reached(scope).filter(_about(text)) if text.strip() else members_reached(scope)


def member_page(scope: Scope, wanted: Wanted, page: int = 1) -> MemberPage:
    """Return one page of the people wanted; a number beyond the last gives the last."""
    rows = find_members(scope, wanted.text)
    if wanted.organisation:
        rows = rows.filter(organisation_id=wanted.organisation)
    if wanted.community:
        rows = rows.filter(home_community_id=wanted.community)
    if wanted.kind:
        rows = rows.filter(identities__kind=wanted.kind)
    if wanted.skill:
        rows = rows.filter(skills__code=wanted.skill)
    total = rows.count()
    pages = max(1, -(-total // PAGE_SIZE))
    number = min(max(1, page), pages)
    some = rows.select_related("organisation", "home_community").prefetch_related("identities")
    shown = [
        PersonRow(row, _shown(scope, row.pk, row.name))
        for row in some[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    ]
    return MemberPage(shown, number, pages, total)


def member_card(scope: Scope, id: UUID) -> MemberCard:
    """
    Return a person's page with masked numbers; `operations.members.view_member` notes the view.

    :raises NotFound: nobody of that id is reached
    """
    found = member(scope, id)
    contact = found.opened_contact()
    return MemberCard(
        member=found,
        name=_shown(scope, found.pk, found.name),
        phone=mask_phone(contact["phone"]),
        identity_number=mask_identity(contact["identity"]),
        fitness=list(found.fitness.order_by("duty")),
        posts=list(found.branch_posts.filter(to_day=None).select_related("party_organisation")),
    )


def skills(scope: Scope) -> QuerySet[Skill]:
    """Return the skills by which people can be found."""
    return Skill.objects.order_by("code")


def organisations_reached(scope: Scope) -> QuerySet[Organisation]:
    """Return the units of the scope: its own, those in its places, those that come to them."""
    if scope.role in (Role.SYSTEM, Role.ADMINISTRATOR):
        return Organisation.objects.order_by("name")
    reach = Q(pk__in=scope.organisations) | scope.within("division")
    reach |= scope.within("contact_community_id") | Q(members__pk=scope.member)
    return Organisation.objects.filter(
        pk__in=Organisation.objects.filter(reach).values("pk")
    ).order_by("name")


def unit_tree(scope: Scope) -> list[UnitNode]:
    """Return the units of the scope as trees; a unit whose superior is not reached is a root."""
    units = list(organisations_reached(scope).select_related("contact_community"))
    nodes = {unit.pk: UnitNode(unit, [], []) for unit in units}
    party = PartyOrganisation.objects.filter(organisation_id__in=nodes.keys())
    for one in party.exclude(kind=PartyOrganisationKind.TEMPORARY).order_by("name"):
        if one.organisation_id:
            nodes[one.organisation_id].party.append(one)
    for node in nodes.values():
        if node.unit.parent_id in nodes:
            nodes[node.unit.parent_id].below.append(node)
    return [node for node in nodes.values() if node.unit.parent_id not in nodes]


def organisations_by_id(scope: Scope, ids: Iterable[UUID]) -> dict[UUID, Organisation]:
    """Return units by id, whoever asks: the name of a unit is on every document."""
    return Organisation.objects.in_bulk(set(ids))


def party_organisations_reached(scope: Scope) -> QuerySet[PartyOrganisation]:
    """Return party organisations of the scope's units, and branches that have its people."""
    rows = PartyOrganisation.objects.select_related("organisation", "approved_by").order_by("name")
    if scope.role is Role.SYSTEM:
        return rows
    units = organisations_reached(scope).order_by().values("pk")
    theirs = BranchMembership.objects.filter(
        branch=OuterRef("pk"), member__in=members_reached(scope).order_by().values("pk")
    )
    return rows.filter(Q(organisation__in=units) | Exists(theirs))


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
        one.member_id: one.get_post_display()
        for one in BranchPost.objects.filter(_on(day), party_organisation=found)
    }
    memberships = BranchMembership.objects.filter(
        _on(day), branch=found, member__in=members_reached(scope).order_by().values("pk")
    )
    rows = [
        BranchRow(
            one.member_id,
            _shown(scope, one.member_id, one.member.name),
            str(posts.get(one.member_id, "")),
            one.from_day,
        )
        for one in memberships.select_related("member").order_by("member__sort_key", "pk")
    ]
    return BranchPage(found, sorted(rows, key=lambda row: not row.post))


def branch_posts(scope: Scope, *, incident: UUID, day: date) -> QuerySet[BranchPost]:
    """Return who held a post in the incident's temporary branches on a day."""
    standing = branches(scope, incident=incident, day=day).order_by().values("pk")
    return (
        BranchPost.objects.filter(_on(day), party_organisation__in=standing)
        .select_related("party_organisation", "member")
        .order_by("party_organisation__name", "post", "pk")
    )


def appointments(scope: Scope, *, community: int, day: date | None = None) -> list[Appointment]:
    """Return grid heads and heads of buildings of a community, those of a day or all."""
    rows = Appointment.objects.filter(scope.within(), community_id=community)
    if day is not None:
        rows = rows.filter(_on(day))
    return list(rows.select_related("grid", "building").order_by("post", "from_day", "pk"))


def accounts(scope: Scope) -> QuerySet[Account]:
    """Return all accounts with their grants, for whoever manages them."""
    scope.require(Can.MANAGE_ACCOUNTS)
    return Account.objects.prefetch_related("grants__organisation").order_by("username")


def account(scope: Scope, id: UUID) -> Account:
    """
    Return one account.

    :raises NotFound: there is none
    """
    found = accounts(scope).filter(pk=id).first()
    if found is None:
        raise NotFound()
    return found


def grants_of(account: UUID, *, day: date) -> Sequence[Grant]:
    """Return the roles an account holds on a day, the oldest first; for making a scope."""
    return list(
        Grant.objects.filter(_on(day), account_id=account, account__is_active=True)
        .select_related("account", "organisation")
        .order_by("from_day", "pk")
    )


def organisations_below(organisation: UUID | None) -> frozenset[UUID]:
    """Return a unit and all units below it; of none, nothing. For making a scope."""
    return _tree("people_organisation", organisation)


def _tree(table: str, root: UUID | None) -> frozenset[UUID]:
    if root is None:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(
            f"with recursive below(id) as (select %s::uuid union "
            f"select child.id from {table} child join below on child.parent_id = below.id) "
            f"select id from below",
            [root],
        )
        return frozenset(row[0] for row in cursor.fetchall())


def _reach(scope: Scope) -> Q:
    if scope.role is Role.SYSTEM:
        return Q()
    own = Q(pk=scope.member) if scope.member else Q(pk__in=())
    if scope.role is Role.MEMBER:
        return own | Q(pk__in=scope.members)
    if not scope.allows(Can.SEE_PEOPLE):
        return own
    theirs = Q(pk__in=scope.members) | Q(organisation_id__in=scope.organisations)
    return own | theirs | scope.within("home_community_id") | scope.within("organisation__division")


def _shown(scope: Scope, id: UUID, name: str) -> str:
    return name if scope.role in _KNOW_THEM or id == scope.member else mask_name(name)


def _about(text: str) -> Q:
    wanted = " ".join(text.split())
    found = Q(name__icontains=wanted) | Q(sort_key__istartswith=wanted)
    phone, identity = rules.phone_number(text), rules.plain(text)
    try:
        if not rules.phone_fault(phone):
            found |= Q(phone_index=contact_index("phone", phone))
        if not rules.identity_fault(identity):
            found |= Q(identity_index=contact_index("identity", identity))
    except KeyMissing:
        # Nobody was ever entered with a number.
        return found
    return found


def _on(day: date) -> Q:
    """The rows of a period that includes the day; both ends belong to it."""
    return Q(from_day__lte=day) & (Q(to_day=None) | Q(to_day__gte=day))
