"""Reads of supervision items: what is asked of whom, what is overdue, and what was said to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Case, Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When

from xiachen.base import clock
from xiachen.base.errors import NotFound
from xiachen.command.models import (
    Supervision,
    SupervisionState,
    SupervisionStep,
    SupervisionStepKind,
)
from xiachen.command.rules import supervision as rules
from xiachen.people.queries.members import shown_names
from xiachen.privacy.masking import mask_name
from xiachen.privacy.scope import Can, Role, Scope

LINES = 50
SHOWN = ("", "overdue", "answered", "ended", "all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    An item in a list.

    :param asked: of whom: the name of a unit, team or community, or a person's as the role sees it
    :param reminded: how often it was reminded of
    :param answered_at: when the last answer came
    """

    item: Supervision
    asked: str
    reminded: int
    answered_at: datetime | None
    at: datetime

    @property
    def masked(self) -> str:
        """Return who is asked as a list that leaves the house says it."""
        return mask_name(self.asked) if self.item.member_id else self.asked

    @property
    def overdue(self) -> bool:
        """Tell whether the term has passed without an answer."""
        return rules.overdue(state=self.item.state, term=self.item.term, at=self.at)

    @property
    def answered_late(self) -> bool:
        """Tell whether the last answer came after the term."""
        return self.answered_at is not None and self.answered_at > self.item.term

    @property
    def due_today(self) -> bool:
        """Tell whether an answer is due within the day."""
        ends = clock.on_day(clock.local_day(self.at) + timedelta(days=1), time())
        return self.item.state == SupervisionState.OPEN and self.at <= self.item.term < ends


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisionPage:
    """A page of items, overdue ones first; `counts` says how many there are of each list."""

    lines: list[Line]
    counts: dict[str, int]
    number: int
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisionStory:
    """One item with its steps, and what the reader may do with it."""

    line: Line
    steps: list[SupervisionStep]
    issuer: bool
    answers: bool

    @property
    def open(self) -> bool:
        """Tell whether it has not ended."""
        return self.line.item.state not in rules.ENDED


def supervisions(scope: Scope) -> QuerySet[Supervision]:
    """Return the items that the scope reads: issued by it, asked of it, or of its places."""
    if scope.incident is None:
        return Supervision.objects.none()
    reach = Q(issued_by=scope.account) | asked_of(scope)
    if scope.allows(Can.SUPERVISE):
        reach |= scope.within("division")
    rows = Supervision.objects.filter(reach, incident_id=scope.incident)
    return rows.select_related("organisation", "team", "asked_community", "member", "document")


def asked_of(scope: Scope) -> Q:
    """Return the condition of the items that the scope answers for."""
    found = Q(member_id=scope.member) if scope.member else Q(pk__in=[])
    if not scope.allows(Can.ANSWER_SUPERVISION):
        return found
    if scope.role is Role.LIAISON:
        found |= Q(organisation_id__in=scope.organisations)
    if scope.role is Role.TEAM_LEADER:
        found |= Q(team_id__in=scope.teams)
    if scope.role is Role.SECRETARY:
        found |= scope.within("asked_community_id")
    return found


def page(scope: Scope, *, show: str, number: int, at: datetime) -> SupervisionPage:
    """
    Return a page of items: those that run, with what is overdue first and then by their term.

    :param show: one of SHOWN
    """
    pages = Paginator(listed(scope, show=show, at=at), LINES)
    shown = pages.get_page(number)
    return SupervisionPage(
        lines=lines(scope, list(shown), at=at),
        counts=_counts(supervisions(scope), at),
        number=shown.number,
        pages=pages.num_pages,
    )


def listed(scope: Scope, *, show: str, at: datetime) -> QuerySet[Supervision]:
    """Return the items of one of the lists, overdue ones first."""
    return _in_order(_narrowed(supervisions(scope), show, at), at)


def lines(scope: Scope, items: Sequence[Supervision], *, at: datetime) -> list[Line]:
    """Return items of the scope as lines, read once for all of them."""
    answered = SupervisionStep.objects.filter(
        supervision=OuterRef("pk"), step=SupervisionStepKind.ANSWERED
    ).order_by("-occurred_at")
    reminded = Count("steps", filter=Q(steps__step=SupervisionStepKind.REMINDED))
    rows = Supervision.objects.filter(pk__in=[one.pk for one in items]).annotate(
        reminded=reminded, answered_at=Subquery(answered.values("occurred_at")[:1])
    )
    known = {
        pk: (count, last) for pk, count, last in rows.values_list("pk", "reminded", "answered_at")
    }
    names = shown_names(scope, [one.member_id for one in items if one.member_id])
    return [
        Line(
            item=one,
            asked=_asked(one, names),
            reminded=known[one.pk][0],
            answered_at=known[one.pk][1],
            at=at,
        )
        for one in items
    ]


def story(scope: Scope, id: UUID, *, at: datetime) -> SupervisionStory:
    """
    Return one item with its steps.

    :raises NotFound: the scope reads none of that id
    """
    found = supervisions(scope).filter(pk=id).first()
    if found is None:
        raise NotFound()
    steps = SupervisionStep.objects.standing().filter(supervision=found)
    return SupervisionStory(
        line=lines(scope, [found], at=at)[0],
        steps=list(steps.order_by("sequence")),
        issuer=found.issued_by == scope.account,
        answers=Supervision.objects.filter(asked_of(scope), pk=id).exists(),
    )


def due(scope: Scope, *, at: datetime) -> list[Supervision]:
    """Return the open items that the scope must answer, the first due first."""
    if scope.incident is None:
        return []
    rows = Supervision.objects.filter(
        asked_of(scope), incident_id=scope.incident, state=SupervisionState.OPEN
    )
    return list(rows.order_by("term", "pk"))


def to_decide(scope: Scope) -> list[Supervision]:
    """Return the answered items that wait for the scope's account, which issued them."""
    if scope.incident is None:
        return []
    rows = Supervision.objects.filter(
        issued_by=scope.account, incident_id=scope.incident, state=SupervisionState.ANSWERED
    )
    return list(rows.order_by("term", "pk"))


def _narrowed(rows: QuerySet[Supervision], show: str, at: datetime) -> QuerySet[Supervision]:
    match show:
        case "all":
            return rows
        case "ended":
            return rows.filter(state__in=rules.ENDED)
        case "answered":
            return rows.filter(state=SupervisionState.ANSWERED)
        case "overdue":
            return rows.filter(state=SupervisionState.OPEN, term__lt=at)
    return rows.exclude(state__in=rules.ENDED)


def _in_order(rows: QuerySet[Supervision], at: datetime) -> QuerySet[Supervision]:
    rank = Case(
        When(state=SupervisionState.OPEN, term__lt=at, then=Value(0)),
        When(state=SupervisionState.OPEN, then=Value(1)),
        When(state=SupervisionState.ANSWERED, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    return rows.order_by(rank, "term", "pk")


def _counts(rows: QuerySet[Supervision], at: datetime) -> dict[str, int]:
    open_ = Q(state=SupervisionState.OPEN)
    counted = rows.order_by().aggregate(
        all=Count("pk"),
        running=Count("pk", filter=~Q(state__in=rules.ENDED)),
        overdue=Count("pk", filter=open_ & Q(term__lt=at)),
        answered=Count("pk", filter=Q(state=SupervisionState.ANSWERED)),
        ended=Count("pk", filter=Q(state__in=rules.ENDED)),
    )
    counted[""] = counted.pop("running")
    return counted


def _asked(item: Supervision, names: dict[UUID, str]) -> str:
    """Return the name of whoever is asked."""
    for named in (item.organisation, item.team, item.asked_community):
        if named is not None:
            return str(named)
    return names.get(item.member_id, "") if item.member_id else ""
