"""
Reads of people.

A role reaches the people of its units, those who live or are employed in its places, and those
of its teams (`Scope.members`) and those who work where it is (`Scope.fellows`). Everybody reaches
themselves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from xiachen.base.errors import NotFound
from xiachen.base.owned.bulk import spelt
from xiachen.base.postgres.planning import planned_once
from xiachen.people import rules
from xiachen.people.models.branches import BranchPost
from xiachen.people.models.members import Fitness, Member, Skill, contact_index
from xiachen.privacy.keyring.store import KeyMissing
from xiachen.privacy.masking import mask_identity, mask_name, mask_phone
from xiachen.privacy.scope import Can, Role, Scope

PAGE_SIZE = 50

_NOBODY = f"""
    select id from unnest(%s::uuid[]) as asked (id)
    where not exists (select from {Member._meta.db_table} as member where member.id = asked.id)
"""

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

    :param text: part of a name, the beginning of its pinyin, or a whole phone or identity number;
        a whole name only where names are shown masked
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


def members_reached(scope: Scope) -> QuerySet[Member]:
    """Return the people whom the scope reaches, sorted by name."""
    return Member.objects.filter(_reach(scope))


def members_by_id(scope: Scope, ids: Iterable[UUID]) -> dict[UUID, Member]:
    """Return the people of these ids whom the scope reaches."""
    rows = members_reached(scope).filter(pk__in=set(ids)).order_by()
    return {row.pk: row for row in rows.select_related("organisation")}


def registered(scope: Scope, ids: Iterable[UUID]) -> set[UUID]:
    """
    Return those of some ids that are people's, whoever asks: for checks of operations.

    Asked with every sign-in, hence in plain SQL that answers with those who are nobody's.
    """
    asked = set(ids)
    with planned_once() as cursor:
        cursor.execute(_NOBODY, [spelt(asked)])
        return asked.difference(row[0] for row in cursor.fetchall())


def shown_names(scope: Scope, ids: Iterable[UUID]) -> dict[UUID, str]:
    """
    Return the names of the people reached, as figures and lists may show them.

    Clear to those who know them on site and to the person, masked (张*) to everybody else.
    """
    rows = members_reached(scope).filter(pk__in=set(ids)).order_by()
    return {pk: shown_name(scope, pk, name) for pk, name in rows.values_list("pk", "name")}


def shown_name(scope: Scope, id: UUID, name: str) -> str:
    """Return one person's name as the role may see it."""
    return name if reads_clear(scope, id) else mask_name(name)


def reads_clear(scope: Scope, id: UUID) -> bool:
    """Tell whether the name of somebody whom the scope reaches is read in clear."""
    return knows_names(scope) or id == scope.member


def knows_names(scope: Scope) -> bool:
    """Tell whether the role reads names in clear, and so may look for parts of them."""
    return scope.role in _KNOW_THEM


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
    """
    Return people reached, by part of the name, its pinyin, or a whole phone or identity number.

    Where names are shown masked only a whole name finds anybody: parts of it, tried one after
    another, would spell out what the mask hides.
    """
    reached = members_reached(scope)
    return reached.filter(_about(text, parts=knows_names(scope))) if text.strip() else reached


def wanted_members(scope: Scope, wanted: Wanted) -> QuerySet[Member]:
    """Return the people wanted of those reached, sorted by name."""
    rows = find_members(scope, wanted.text)
    if wanted.organisation:
        rows = rows.filter(organisation_id=wanted.organisation)
    if wanted.community:
        rows = rows.filter(home_community_id=wanted.community)
    if wanted.kind:
        rows = rows.filter(identities__kind=wanted.kind)
    if wanted.skill:
        rows = rows.filter(skills__code=wanted.skill)
    return rows


def member_page(scope: Scope, wanted: Wanted, page: int = 1) -> MemberPage:
    """Return one page of the people wanted; a number beyond the last gives the last."""
    rows = wanted_members(scope, wanted)
    total = rows.count()
    pages = max(1, -(-total // PAGE_SIZE))
    number = min(max(1, page), pages)
    some = rows.select_related("organisation", "home_community").prefetch_related("identities")
    shown = [
        PersonRow(row, shown_name(scope, row.pk, row.name))
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
        name=shown_name(scope, found.pk, found.name),
        phone=mask_phone(contact["phone"]),
        identity_number=mask_identity(contact["identity"]),
        fitness=list(found.fitness.order_by("duty")),
        posts=list(found.branch_posts.filter(to_day=None).select_related("party_organisation")),
    )


def skills(scope: Scope) -> QuerySet[Skill]:
    """Return the skills by which people can be found."""
    return Skill.objects.order_by("code")


def _reach(scope: Scope) -> Q:
    if scope.role is Role.SYSTEM:
        return Q()
    own = Q(pk=scope.member) if scope.member else Q(pk__in=())
    fellows = Q(pk__in=scope.fellows()) if scope.fellows else Q(pk__in=())
    if scope.role is Role.MEMBER:
        return own | fellows
    if not scope.allows(Can.SEE_PEOPLE):
        return own
    theirs = fellows | Q(pk__in=scope.members) | Q(organisation_id__in=scope.organisations)
    return own | theirs | scope.within("home_community_id") | scope.within("organisation__division")


def _about(text: str, *, parts: bool) -> Q:
    wanted = " ".join(text.split())
    found = Q(name__iexact=wanted)
    if parts:
        found |= Q(name__icontains=wanted) | Q(sort_key__istartswith=wanted)
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
