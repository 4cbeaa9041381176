"""The intake of sign-ups: who they are, as in every sheet of people, and what they wish."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Invalid, NotFound, Outcome, Refused
from xiachen.mobilisation.operations.sign_ups import SignUpEntry, sign_up
from xiachen.mobilisation.queries.call_ups import call_ups
from xiachen.papers.answering import Answers
from xiachen.papers.intake import Ask, Content, Field, Intake, Line, LineOutcome, Setting
from xiachen.people.operations.sheets.members import MEMBERS, people_of_lines
from xiachen.places.models import Community
from xiachen.places.queries.communities import resolve_all
from xiachen.privacy.scope import Can, Scope

CALL = "call-up"
_LONGEST_DAYS = 400
# Where an operation's words about a field belong in the sheet.
_CELLS = {"members": "name", "community": "wished_community"}


@dataclass(frozen=True, slots=True)
class _Try:
    """What came of entering lines: an outcome for each, and those whose sign-up was refused."""

    outcomes: dict[int, LineOutcome]
    refused: frozenset[int]


@transaction.atomic
def enter_sign_ups(
    scope: Scope, setting: Setting, lines: Sequence[Line], at: datetime
) -> list[LineOutcome]:
    """
    Sign the people of a sheet up for a call; whoever is not registered is entered first.

    A row is entered as a whole or not at all: nobody is registered whose sign-up is refused. See
    `papers.intake`.
    """
    scope.require(Can.SIGN_UP_PEOPLE)
    call = _call(setting)
    known: dict[int, LineOutcome] = {}
    left = list(lines)
    while left:
        point = transaction.savepoint()
        done = _tried(scope, call, left, at)
        if not done.refused:
            transaction.savepoint_commit(point)
            known |= done.outcomes
            break
        transaction.savepoint_rollback(point)
        known |= {number: done.outcomes[number] for number in done.refused}
        left = [line for line in left if line.number not in done.refused]
    return [known[line.number] for line in lines]


def _tried(scope: Scope, call: UUID, lines: Sequence[Line], at: datetime) -> _Try:
    answers, who = people_of_lines(scope, lines=lines, at=at)
    wishes = _Wishes(scope, lines)
    entries: dict[int, SignUpEntry] = {}
    refused = set()
    for line in lines:
        if line.number not in who:
            continue
        try:
            entries[line.number] = wishes.entry(line, who[line.number])
        except Refused as refusal:
            answers.refuse(line, refusal)
            refused.add(line.number)
    outcomes = sign_up(scope, call_up=call, entries=list(entries.values()), at=at)
    answered: dict[int, Outcome] = dict(zip(entries, outcomes, strict=True))
    for line in lines:
        outcome = answered.get(line.number)
        if outcome is not None:
            answers.answer(line, new=outcome.new, refusal=outcome.refusal, cells=_CELLS)
            if outcome.refusal is not None:
                refused.add(line.number)
    return _Try(
        outcomes={one.number: one for one in _without_new(answers, answered)},
        refused=frozenset(refused),
    )


def _without_new(answers: Answers, answered: Mapping[int, Outcome]) -> list[LineOutcome]:
    """A row is new when its sign-up is, whether or not the person was known."""
    return [
        LineOutcome(
            number=one.number,
            new=not one.faults and one.number in answered and answered[one.number].new,
            changed=not one.faults
            and (one.new or one.changed)
            and not (one.number in answered and answered[one.number].new),
            faults=one.faults,
        )
        for one in answers.outcomes()
    ]


class _Wishes:
    """What the texts of a sheet wish for, read once for all lines."""

    def __init__(self, scope: Scope, lines: Sequence[Line]) -> None:
        places = {line.values["wished_community"] for line in lines} - {""}
        self._places = resolve_all(scope, places, field="wished_community")

    def entry(self, line: Line, member: UUID) -> SignUpEntry:
        """Return the sign-up of a line."""
        return SignUpEntry(
            id=line.id,
            member=member,
            community=self._community(line.values["wished_community"]),
            from_day=_day(line.values["from_day"]),
            days=_count(line.values["days"]),
            words=line.values["words"],
        )

    def _community(self, said: str) -> int | None:
        if not said:
            return None
        meant = self._places[said]
        if isinstance(meant, Community):
            return meant.pk
        raise meant


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        raise Invalid(field="from_day", reason=_("it is not a day of the calendar")) from None


def _count(said: str) -> int | None:
    if not said:
        return None
    if not said.isdecimal() or not 1 <= int(said) <= _LONGEST_DAYS:
        raise Invalid(field="days", reason=_("it is not a number of days"))
    return int(said)


def _call(setting: Setting) -> UUID:
    try:
        return UUID(setting.values.get(CALL, ""))
    except ValueError:
        raise NotFound(field=CALL) from None


def _calls(scope: Scope) -> list[tuple[str, str]]:
    rows = call_ups(scope).filter(closed_at=None)
    return [(str(one.pk), f"{one.document.number} {one.document.title}") for one in rows]


# fmt: off
SIGN_UPS = Intake(
    kind="sign-ups",
    title=_("sign-ups"),
    can=Can.SIGN_UP_PEOPLE,
    enter=enter_sign_ups,
    asks=(Ask(name=CALL, title=_("call-up"), choices=_calls),),
    fields=(
        *MEMBERS.fields,
        Field(
            name="wished_community",
            title=_("wished community"),
            synonyms=(
                "意向社区", "志愿社区", "拟下沉社区", "下沉社区", "希望社区", "意向下沉社区",
                "wished community",
            ),
        ),
        Field(
            name="from_day",
            title=_("from"),
            content=Content.DAY,
            synonyms=(
                "可到岗日期", "到岗日期", "可下沉日期", "开始日期", "起始日期", "到岗时间",
                "available from", "from",
            ),
        ),
        Field(
            name="days",
            title=_("for how many days"),
            content=Content.NUMBER,
            synonyms=("可下沉天数", "天数", "服务天数", "下沉天数", "days"),
        ),
        Field(
            name="words",
            title=_("in own words"),
            personal=True,
            synonyms=("个人说明", "备注", "说明", "本人说明", "意愿", "words", "remarks"),
        ),
    ),
)
# fmt: on
