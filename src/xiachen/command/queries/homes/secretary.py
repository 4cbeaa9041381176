"""The community secretary's own part of the first page: who comes, who is missing, who leaves."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext as _

from xiachen.attendance.models.records import Answer, GapKind
from xiachen.attendance.queries import records
from xiachen.attendance.queries.funnels import SignIn
from xiachen.command.queries.homes.home import Asked, Choice, Home
from xiachen.command.rules.whereabouts import MISSING, NAMES, ON_SITE, Whereabouts
from xiachen.deployment.models import Membership, TeamMove
from xiachen.deployment.queries.moves import arriving, to_answer
from xiachen.deployment.queries.strength import Force, strength
from xiachen.deployment.queries.teams import teams
from xiachen.figures.figure import Cutoff
from xiachen.mobilisation.models.stays import Enrolment, Release
from xiachen.mobilisation.queries import stays
from xiachen.mobilisation.queries.report_ins import report_ins
from xiachen.people.models.periods import standing_on
from xiachen.people.queries.fitness import off_duty_among
from xiachen.people.queries.members import shown_names
from xiachen.privacy.scope import Can, Scope

LINES = 50
LEAVING = "leaving"
# Whoever left yesterday is asked for today, and whoever leaves soon is to be replaced.
LEFT_SINCE, LEAVING_WITHIN = timedelta(days=1), timedelta(days=3)
Pair = tuple[int, UUID]


@dataclass(slots=True, kw_only=True)
class Person:
    """
    Somebody who belongs to the community, or has left it a moment ago.

    :param whereabouts: how far the person has come today; None for whoever has left
    :param off_duty: whether the person must not work today; never why
    :param last_day: the last day here, where it is known
    :param moved_to: the community where the person goes on
    """

    stay: Enrolment
    name: str
    whereabouts: Whereabouts | None
    off_duty: bool = False
    teams: list[str] = field(default_factory=list)
    sign_in: SignIn | None = None
    answers: list[Answer] = field(default_factory=list)
    last_day: date | None = None
    moved_to: str = ""

    @property
    def why(self) -> str:
        """Return how far the person has come, in words."""
        return str(NAMES[self.whereabouts]) if self.whereabouts else ""

    @property
    def missing(self) -> bool:
        """Tell whether nothing explains yet why the person is not on site."""
        return self.whereabouts in MISSING

    @property
    def on_site(self) -> bool:
        """Tell whether the person has signed in here."""
        return self.whereabouts in ON_SITE

    @property
    def sent_off(self) -> bool:
        """Tell whether the person has come and is off duty since."""
        return self.off_duty and self.on_site


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretaryHome(Home):
    """
    My community today: what it wants and has, and a page of its people, those missing first.

    :param asked: moves of teams that wait for the secretary's answer
    :param coming: moves of teams into the community
    :param total: how many people belong to the community
    """

    template: ClassVar[str] = "command/homes/secretary.html"

    day: date
    at: datetime
    forces: list[Force]
    asked: list[TeamMove]
    coming: list[TeamMove]
    numbers: list[Choice]
    kinds: list[Choice]
    shown: str
    people: list[Person]
    total: int
    number: int
    pages: int
    health: bool

    @property
    def named(self) -> list[UUID]:
        """Return whom the page names."""
        return [one.stay.member_id for one in self.people]


def home(scope: Scope, *, day: date, at: datetime, asked: Asked) -> SecretaryHome:
    """Return the people of the secretary's community, those missing first."""
    forces = strength(scope, day=day)
    places = [one.community.pk for one in forces]
    cutoff = records.end_of(scope, day)
    everybody = _everybody(scope, cutoff, places)
    leaving = _leaving(scope, day, places)
    lists = _lists(everybody, leaving)
    shown = asked.show if asked.show in lists else ""
    wanted = lists[shown]
    pages = max(1, -(-len(wanted) // LINES))
    number = min(max(1, asked.number), pages)
    page = wanted[(number - 1) * LINES : number * LINES]
    _fill(scope, page, cutoff)
    return SecretaryHome(
        day=day,
        at=at,
        forces=forces,
        asked=list(to_answer(scope)),
        coming=list(arriving(scope, day=day)),
        numbers=_numbers(everybody, leaving),
        kinds=_kinds(everybody),
        shown=shown,
        people=page,
        total=len(everybody),
        number=number,
        pages=pages,
        health=scope.allows(Can.RECORD_HEALTH),
    )


def _everybody(scope: Scope, cutoff: Cutoff, places: Collection[int]) -> list[Person]:
    """Return who belongs there, excused or not, by name, with how far everybody has come."""
    rows = stays.with_excuses(scope, cutoff).filter(community_id__in=places)
    rows = rows.select_related("member__organisation", "community")
    signed = _pairs(records.check_ins(scope, cutoff), "member", places)
    worked = _pairs(records.works(scope, cutoff), "member", places)
    reported = _pairs(report_ins(scope, cutoff), "member", places)
    answered = records.answers(scope, cutoff).filter(gap=GapKind.NOT_PRESENT, excuses=True)
    explained = _pairs(answered, "member", places)
    recording = {community for community, _member in signed}
    here = rows.order_by().values_list("member_id", flat=True)
    away = off_duty_among(scope, members=here, day=cutoff.day)

    def whereabouts(stay: Enrolment) -> Whereabouts:
        pair = (stay.community_id, stay.member_id)
        if pair in signed:
            return Whereabouts.WORKING if pair in worked else Whereabouts.IDLE
        if getattr(stay, "is_excused", False):
            return Whereabouts.EXCUSED
        if stay.member_id in away:
            return Whereabouts.OFF_DUTY if pair in reported else Whereabouts.OFF_BEFORE
        if pair not in reported:
            return Whereabouts.UNREPORTED
        if pair in explained:
            return Whereabouts.EXPLAINED
        return Whereabouts.ABSENT if stay.community_id in recording else Whereabouts.UNRECORDED

    ordered = rows.order_by("member__sort_key", "member_id", "community_id")
    return [
        Person(stay=one, name="", whereabouts=whereabouts(one), off_duty=one.member_id in away)
        for one in ordered
    ]


def _leaving(scope: Scope, day: date, places: Collection[int]) -> list[Person]:
    """Return who left the day before, or leaves soon, the earliest first."""
    rows = Release.objects.standing().filter(
        enrolment__incident=scope.incident,
        enrolment__community_id__in=places,
        last_day__gte=day - LEFT_SINCE,
        last_day__lt=day + LEAVING_WITHIN,
    )
    found = list(
        rows.select_related("enrolment__member__organisation", "enrolment__community").order_by(
            "last_day", "enrolment__member__sort_key", "pk"
        )
    )
    next_stays = Enrolment.objects.filter(follows__in=[one.enrolment_id for one in found])
    moved = dict(next_stays.values_list("follows_id", "community__name"))
    return [
        Person(
            stay=one.enrolment,
            name="",
            whereabouts=None,
            last_day=one.last_day,
            moved_to=moved.get(one.enrolment_id, ""),
        )
        for one in found
    ]


def _lists(everybody: list[Person], leaving: list[Person]) -> Mapping[str, list[Person]]:
    """Return the people on each list; the one without a code is who is missing."""
    found = {"": [one for one in everybody if one.missing], "everybody": everybody}
    found["on-site"] = [one for one in everybody if one.on_site]
    found["expected"] = [one for one in everybody if one.whereabouts is not Whereabouts.EXCUSED]
    found[LEAVING] = leaving
    for kind in Whereabouts:
        found[kind.value] = [one for one in everybody if one.whereabouts is kind]
    return found


def _numbers(everybody: list[Person], leaving: list[Person]) -> list[Choice]:
    lists = _lists(everybody, leaving)
    names = {
        "expected": _("come today"),
        "on-site": _("on site"),
        "": _("missing"),
        LEAVING: _("leave or left"),
    }
    return [Choice(code=code, name=name, count=len(lists[code])) for code, name in names.items()]


def _kinds(everybody: list[Person]) -> list[Choice]:
    counts = {kind: sum(one.whereabouts is kind for one in everybody) for kind in Whereabouts}
    return [
        Choice(code=kind.value, name=str(NAMES[kind]), count=count)
        for kind, count in counts.items()
        if count
    ]


def _fill(scope: Scope, page: list[Person], cutoff: Cutoff) -> None:
    """Read what a page shows of its people, once for all of them."""
    ids = {one.stay.member_id for one in page}
    names = shown_names(scope, ids)
    held = Membership.objects.filter(standing_on(cutoff.day), member__in=ids)
    in_teams: dict[UUID, list[str]] = {}
    for one in held.filter(team__in=teams(scope)).select_related("team").order_by("from_day", "pk"):
        in_teams.setdefault(one.member_id, []).append(one.team.name)
    signed = {
        (row.community_id, row.member): SignIn(row.occurred_at, row.deadline)
        for row in records.check_ins(scope, cutoff).filter(member__in=ids)
    }
    said: dict[Pair, list[Answer]] = {}
    for answer in records.answers(scope, cutoff).filter(member__in=ids):
        said.setdefault((answer.community_id, answer.member), []).append(answer)
    for line in page:
        pair = (line.stay.community_id, line.stay.member_id)
        line.name = names.get(line.stay.member_id, "")
        line.teams = in_teams.get(line.stay.member_id, [])
        line.sign_in = signed.get(pair)
        line.answers = said.get(pair, [])


def _pairs(rows, person: str, places: Iterable[int]) -> frozenset[Pair]:  # type: ignore[no-untyped-def]
    here = rows.filter(community_id__in=list(places)).order_by()
    return frozenset(here.values_list("community_id", person))
