"""The selection board: the sign-ups of a call, filtered and ranked, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet

from xiachen.mobilisation.models.call_ups import CallUp, Criterion
from xiachen.mobilisation.models.sign_ups import SignUp, State
from xiachen.mobilisation.queries.call_ups import call_up, sign_ups_within
from xiachen.mobilisation.queries.measuring import home_within
from xiachen.people.models.members import Identity, Member
from xiachen.privacy.scope import Can, Role, Scope

LINES = 50
_OF_DISTRICT = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """
    Which sign-ups are wanted; empty values ask for nothing.

    :param kind: a kind of person, such as "party-member"
    :param skill: a skill's code
    :param home: the code of a district
    """

    state: str = ""
    unit: UUID | None = None
    kind: str = ""
    skill: str = ""
    home: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPage:
    """
    A page of the board.

    :param rows: with member, units, kinds and skills read along
    :param counts: of each state, under the other filters
    """

    call: CallUp
    criteria: Sequence[Criterion]
    rows: Sequence[SignUp]
    counts: dict[str, int]
    number: int
    pages: int
    total: int


def board(scope: Scope, *, call: UUID, wanted: Wanted, page: int = 1) -> BoardPage:
    """
    Return one page of a call's sign-ups; a number beyond the last gives the last.

    Whoever meets what must be met stands first, then by score, then by the time of the sign-up,
    then by number: the order is the same for everybody. The waiting list stands in its own order.
    """
    held = call_up(scope, call)
    narrowed = _narrowed(scope, held, replace(wanted, state=""))
    counts: dict[str, int] = dict(narrowed.order_by().values_list("state").annotate(n=Count("pk")))
    total = counts.get(wanted.state, 0) if wanted.state else sum(counts.values())
    pages = max(1, -(-total // LINES))
    number = min(max(1, page), pages)
    keys = list(ranked(scope, call=held, wanted=wanted)[(number - 1) * LINES : number * LINES])
    return BoardPage(
        call=held,
        criteria=list(held.criteria.order_by("weight", "pk")),
        rows=_with_people(keys),
        counts=counts,
        number=number,
        pages=pages,
        total=total,
    )


def ranked(scope: Scope, *, call: CallUp, wanted: Wanted) -> QuerySet[SignUp, UUID]:
    """Return the ids of a call's sign-ups in the order in which they rank."""
    rows = _narrowed(scope, call, wanted)
    if wanted.state == State.WAITING:
        rows = rows.order_by("waiting_rank", "pk")
    else:
        rows = rows.order_by("-fits", "-score", "signed_at", "pk")
    return rows.values_list("pk", flat=True)


def board_rows(scope: Scope, *, call: CallUp, wanted: Wanted) -> list[SignUp]:
    """Return all of a call's sign-ups that are wanted, in the order of the board, to take out."""
    return _with_people(list(ranked(scope, call=call, wanted=wanted)))


def home_districts(scope: Scope, *, call: CallUp) -> list[int]:
    """Return the codes of the districts in which those who signed up live."""
    rows = Member.objects.filter(
        pk__in=_within(scope, call).values("member_id"), home_community__isnull=False
    )
    codes = rows.order_by().values_list("home_community_id", flat=True).distinct()
    return sorted({code // _OF_DISTRICT * _OF_DISTRICT for code in codes})


def _with_people(keys: Sequence[UUID]) -> list[SignUp]:
    found = SignUp.objects.select_related(
        "member__organisation", "member__home_community", "organisation", "community"
    ).prefetch_related("member__identities", "member__skills")
    by_key = {row.pk: row for row in found.filter(pk__in=keys)}
    return [by_key[key] for key in keys]


def _narrowed(scope: Scope, call: CallUp, wanted: Wanted) -> QuerySet[SignUp]:
    rows = _within(scope, call)
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.unit:
        rows = rows.filter(organisation_id=wanted.unit)
    if wanted.kind:
        kinds = Identity.objects.filter(member=OuterRef("member"), kind=wanted.kind)
        rows = rows.filter(Exists(kinds))
    if wanted.skill:
        skilled = Member.skills.through._default_manager.filter(
            member=OuterRef("member"), skill__code=wanted.skill
        )
        rows = rows.filter(Exists(skilled))
    if wanted.home:
        rows = rows.filter(home_within(scope, wanted.home, path="member__home_community"))
    return rows


def _within(scope: Scope, call: CallUp) -> QuerySet[SignUp]:
    if scope.role is Role.SYSTEM or scope.allows(Can.SELECT):
        return SignUp.objects.filter(call_up=call)  # the call itself lies within the scope
    return sign_ups_within(scope, call_up=call.pk)
