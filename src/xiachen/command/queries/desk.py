"""What the first page says to a role: what needs it now, the day in figures, what has changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Min
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from xiachen.attendance.queries import records
from xiachen.base import clock
from xiachen.command.models import Bulletin
from xiachen.command.queries import house, resting, supervision
from xiachen.command.queries.rows import openable
from xiachen.command.rules.views import FigureLine
from xiachen.command.rules.wording import Statements
from xiachen.deployment.queries.moves import overdue, to_answer
from xiachen.deployment.queries.squads import squads_at
from xiachen.mobilisation.queries.sign_ups import to_confirm
from xiachen.needs.models import TaskState
from xiachen.needs.queries import tasks as needs
from xiachen.notices.queries.notices import unread
from xiachen.people.queries.fitness import off_duty_among
from xiachen.privacy.queries import acts_by_others
from xiachen.privacy.scope import Can, Role, Scope

# A tired person reads seven lines; what lies behind them comes up when these are done.
MOST_LINES = 7

SHOWN = (
    "mobilisation.expected",
    "mobilisation.reported",
    "attendance.present",
    "attendance.worked",
    "needs.needs",
    "needs.needs-met",
)


# Their own table under the lines counts the very people, so that nothing is counted twice.
COUNTS_ITSELF = frozenset({Role.LIAISON})

# The two lists to verify.
LISTED = ("attendance.not-present", "attendance.not-working")

# What others did, as it is told; an act that nobody needs to hear of is left out.
DONE: dict[str, str | Promise] = {
    "notices.send-notice": gettext_lazy("notices sent"),
    "mobilisation.dispatch": gettext_lazy("dispatches"),
    "mobilisation.report-in": gettext_lazy("report-ins taken"),
    "mobilisation.join": gettext_lazy("people who joined on the spot"),
    "mobilisation.excuse": gettext_lazy("people excused"),
    "deployment.form-squads": gettext_lazy("divisions into squads"),
    "deployment.write-briefing": gettext_lazy("hand-over sheets written"),
    "deployment.withdraw": gettext_lazy("withdrawals"),
    "deployment.say-strength": gettext_lazy("statements of people wanted"),
    "deployment.say-enough": gettext_lazy("words of “enough, thank you”"),
    "deployment.ask-move": gettext_lazy("requests to move a team"),
    "deployment.answer-move": gettext_lazy("answers to such requests"),
    "attendance.check-in": gettext_lazy("people signed in"),
    "attendance.correct-check-in": gettext_lazy("sign-ins corrected"),
    "attendance.answer": gettext_lazy("answers to the two lists"),
    "needs.issue-task": gettext_lazy("tasks issued"),
    "needs.claim-task": gettext_lazy("tasks claimed"),
    "needs.finish-task": gettext_lazy("tasks finished"),
    "needs.confirm-task": gettext_lazy("tasks confirmed"),
    "needs.send-back-task": gettext_lazy("tasks sent back"),
    "command.issue-bulletin": gettext_lazy("bulletins issued"),
    "command.issue-supervision": gettext_lazy("supervision items issued"),
    "command.answer-supervision": gettext_lazy("supervision items answered"),
    "command.close-supervision": gettext_lazy("supervision items closed"),
}

# Acts that treat a list at once, and name nothing else: their records are counted.
LISTS = frozenset({"mobilisation.report-in", "attendance.check-in", "needs.issue-task"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """
    Something that waits for the reader.

    :param page: name of the page where it is done
    :param since: since when it waits; None where that is not known
    """

    words: str | Promise
    page: str
    since: datetime | None = None
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that happened in the reader's places, by other people."""

    words: str
    count: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """
    The first page of a role, as of `at`.

    :param openable: codes of the figures whose rows the role may read
    """

    at: datetime
    waiting: list[Waiting]
    figures: list[FigureLine]
    openable: frozenset[str]
    changes: list[Change]


def desk(
    scope: Scope,
    *,
    day: date,
    since: datetime,
    at: datetime,
    beside: Sequence[Waiting] = (),
) -> Desk:
    """
    Return what needs the reader now (at most seven lines, the oldest first), and the day.

    :param since: when the reader was here before; what others did after it has changed
    :param beside: what waits in areas that are not known here
    """
    if scope.incident is None:
        return Desk(at=at, waiting=[], figures=[], openable=frozenset(), changes=[])
    said = _said(scope, day)
    found = (
        *beside,
        *_notices(scope, at),
        *_moves(scope, at),
        *_sign_ups(scope),
        *(
            Waiting(words=one.words, page=one.page, urgent=one.urgent)
            for one in resting.lines(scope, day=day)
        ),
        *_waiting(scope, day, said, at),
    )
    waiting = sorted(found, key=lambda one: (not one.urgent, one.since or at))
    return Desk(
        at=at,
        waiting=waiting[:MOST_LINES],
        figures=[FigureLine(figure=house.figure(code), stated=said[code]) for code in _shown(said)],
        openable=openable(scope),
        changes=_changes(scope, since),
    )


def _waiting(scope: Scope, day: date, said: Statements, at: datetime) -> Iterator[Waiting]:
    if scope.member is not None and scope.allows(Can.CHECK_IN):
        yield from _own(scope, scope.member, day)
    if scope.allows(Can.SEE_PEOPLE):
        yield from _people(scope, said)
    if scope.allows(Can.FORM_TEAMS) and scope.teams:
        yield from _teams(scope, day)
    if scope.allows(Can.CONFIRM_TASKS):
        yield from _to_confirm(scope)
    if scope.allows(Can.PUBLISH):
        yield from _bulletin(scope, day)
    yield from _supervision(scope, at)


def _moves(scope: Scope, at: datetime) -> Iterator[Waiting]:
    """Tell of teams that wait for the reader's word, and of requests that nobody answers."""
    late = set(overdue(scope, at=at).values_list("pk", flat=True))
    mine = list(to_answer(scope))
    if mine:
        words = ngettext(
            "%(n)d request to move a team waits for your answer.",
            "%(n)d requests to move a team wait for your answer.",
            len(mine),
        )
        yield Waiting(
            words=words % {"n": len(mine)},
            page="deployment:moves",
            since=mine[0].asked_at,
            urgent=any(one.pk in late for one in mine),
        )
    if late and scope.allows(Can.MOVE_TEAMS):
        words = ngettext(
            "%(n)d request to move a team has not been answered for more than a day.",
            "%(n)d requests to move a team have not been answered for more than a day.",
            len(late),
        )
        yield Waiting(words=words % {"n": len(late)}, page="deployment:moves", urgent=True)


def _notices(scope: Scope, at: datetime) -> Iterator[Waiting]:
    rows = unread(scope, at=at).order_by()
    count, since = rows.count(), rows.aggregate(since=Min("notice__occurred_at"))["since"]
    if count:
        words = ngettext("%(n)d notice is unread.", "%(n)d notices are unread.", count)
        yield Waiting(words=words % {"n": count}, page="notices:notices", since=since)


def _sign_ups(scope: Scope) -> Iterator[Waiting]:
    """Tell of people who signed up by themselves and wait for their unit."""
    rows = to_confirm(scope)
    count, since = rows.count(), rows.aggregate(since=Min("signed_at"))["since"]
    if count:
        words = ngettext(
            "%(n)d person who signed up waits for the unit's word.",
            "%(n)d people who signed up wait for the unit's word.",
            count,
        )
        yield Waiting(words=words % {"n": count}, page="mobilisation:call-ups", since=since)


def _own(scope: Scope, member: UUID, day: date) -> Iterator[Waiting]:
    cutoff = records.end_of(scope, day)
    away = off_duty_among(scope, members=[member], day=day)
    if not away and not records.check_ins(scope, cutoff).filter(member=member).exists():
        yield Waiting(words=_("You have not signed in today."), page="needs:mine", urgent=True)
    mine = [line for line in needs.my_tasks(scope, day=day) if line.mine and not _done(line.mine)]
    if mine:
        words = ngettext(
            "You have %(n)d task to finish.", "You have %(n)d tasks to finish.", len(mine)
        )
        since = min(line.mine.claimed_at for line in mine if line.mine)
        yield Waiting(words=words % {"n": len(mine)}, page="needs:mine", since=since)


def _done(place: needs.Holder) -> bool:
    return place.finished_at is not None


def _people(scope: Scope, said: Statements) -> Iterator[Waiting]:
    missing = _value(said, "mobilisation.expected") - _value(said, "mobilisation.reported")
    if missing > 0 and scope.allows(Can.REPORT_IN):
        yield _counted(
            ngettext(
                "%(n)d person is expected and has not reported in.",
                "%(n)d people are expected and have not reported in.",
                missing,
            ),
            missing,
            "mobilisation:board",
        )
    lists = sum(_value(said, code) for code in LISTED)
    if lists:
        yield _counted(
            ngettext(
                "%(n)d line of the two lists is to be verified.",
                "%(n)d lines of the two lists are to be verified.",
                lists,
            ),
            lists,
            "attendance:board",
        )


def _value(said: Statements, code: str) -> int:
    return int(said[code].value) if code in said else 0


def _counted(words: str, count: int, page: str) -> Waiting:
    return Waiting(words=words % {"n": count}, page=page)


def _teams(scope: Scope, day: date) -> Iterator[Waiting]:
    cutoff = house.day_so_far(scope, day)
    if not squads_at(scope, cutoff).filter(team__in=scope.teams).exists():
        yield Waiting(
            words=_("The team has not been divided into squads."), page="deployment:teams"
        )


def _to_confirm(scope: Scope) -> Iterator[Waiting]:
    rows = needs.tasks(scope).filter(state=TaskState.FINISHED).order_by()
    count, since = rows.count(), rows.aggregate(since=Min("issued_at"))["since"]
    if count:
        words = ngettext(
            "%(n)d finished task waits for the community's word.",
            "%(n)d finished tasks wait for the community's word.",
            count,
        )
        yield Waiting(words=words % {"n": count}, page="needs:tasks", since=since)


def _supervision(scope: Scope, at: datetime) -> Iterator[Waiting]:
    """What offices ask of the reader, and what the reader has asked of others."""
    asked = supervision.due(scope, at=at)
    if asked:
        words = ngettext(
            "%(n)d supervision item to answer", "%(n)d supervision items to answer", len(asked)
        )
        late = sum(one.term < at for one in asked)
        tonight = clock.on_day(clock.local_day(at) + timedelta(days=1), time())
        soon = sum(at <= one.term < tonight for one in asked)
        said = words % {"n": len(asked)}
        if late:
            when = ngettext("%(n)d overdue", "%(n)d overdue", late) % {"n": late}
            said = _("%(what)s, %(when)s") % {"what": said, "when": when}
        if soon:
            when = ngettext("%(n)d due today", "%(n)d due today", soon) % {"n": soon}
            said = _("%(what)s, %(when)s") % {"what": said, "when": when}
        yield Waiting(
            words=said,
            page="command:supervisions",
            since=min(one.issued_at for one in asked),
            urgent=bool(late or soon),
        )
    answers = supervision.to_decide(scope) if scope.allows(Can.SUPERVISE) else []
    if answers:
        yield _counted(
            ngettext(
                "%(n)d answer to a supervision item waits for your word.",
                "%(n)d answers to supervision items wait for your word.",
                len(answers),
            ),
            len(answers),
            "command:supervisions",
        )


def _bulletin(scope: Scope, day: date) -> Iterator[Waiting]:
    rows = Bulletin.objects.filter(scope.within("division"), incident_id=_incident(scope), day=day)
    if not rows.exists():
        yield Waiting(words=_("The day's bulletin has not been issued."), page="command:bulletins")


def _said(scope: Scope, day: date) -> Statements:
    """Return what the figures say that the page shows, and those that lists are counted by."""
    if not scope.allows(Can.SEE_FIGURES) or scope.role in COUNTS_ITSELF:
        return {}
    verifies = scope.allows(Can.VERIFY) or scope.allows(Can.ANSWER)
    codes = (*SHOWN, *(LISTED if verifies else ()))
    return house.stated(scope, cutoff=house.day_so_far(scope, day), codes=codes)


def _shown(said: Statements) -> list[str]:
    return [code for code in SHOWN if code in said]


def _changes(scope: Scope, since: datetime) -> list[Change]:
    return [
        Change(
            words=str(DONE[act.action]),
            count=act.records if act.action in LISTS else act.times,
            at=act.last,
        )
        for act in acts_by_others(scope, since=since)
        if act.action in DONE
    ][:MOST_LINES]


def _incident(scope: Scope) -> UUID:
    assert scope.incident is not None
    return scope.incident
