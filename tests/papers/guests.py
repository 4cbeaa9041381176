"""An intake of the tests' own, small enough to be seen through: people by name and phone."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import include, path

from tests.world import FENGLIN
from xiachen.base.errors import Outcome
from xiachen.papers.intake import (
    CellFault,
    Content,
    Field,
    Intake,
    Line,
    LineOutcome,
    Reception,
    Setting,
)
from xiachen.people.models.members import Member
from xiachen.people.operations.members import MemberEntry, enter_members
from xiachen.privacy.scope import Can, Scope
from xiachen.site.urls import urlpatterns as of_the_site


def _enter(
    scope: Scope, setting: Setting, lines: Sequence[Line], at: datetime
) -> list[LineOutcome]:
    if not lines:
        return []
    known = set(Member.objects.filter(pk__in=[line.id for line in lines]).values_list("pk"))
    entries = [
        MemberEntry(
            id=line.id,
            name=line.values["name"],
            phone=line.values["phone"],
            home_community=FENGLIN,
        )
        for line in lines
    ]
    outcomes = enter_members(scope, entries=entries, at=at)
    return [
        _outcome(line, outcome, was=(line.id,) in known)
        for line, outcome in zip(lines, outcomes, strict=True)
    ]


def _outcome(line: Line, outcome: Outcome, *, was: bool) -> LineOutcome:
    if outcome.refusal is not None:
        field = outcome.refusal.field or ""
        return LineOutcome(
            number=line.number, faults=(CellFault(field=field, words=str(outcome.refusal)),)
        )
    return LineOutcome(number=line.number, new=outcome.new and not was)


GUESTS = Intake(
    kind="guests",
    title="来客",
    can=Can.ENTER_PEOPLE,
    fields=(
        Field(name="name", title="姓名", synonyms=("名字",), needed=True, personal=True),
        Field(
            name="phone",
            title="手机号",
            synonyms=("电话",),
            content=Content.PHONE,
            personal=True,
        ),
        Field(name="came", title="到达日期", content=Content.DAY),
    ),
    enter=_enter,
)
RECEPTION = Reception(intakes=(GUESTS,), communities=lambda _scope: ())

urlpatterns = [
    path("papers/", include("xiachen.papers.urls"), {"reception": RECEPTION}),
    *of_the_site,
]
