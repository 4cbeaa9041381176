"""The liaison's own part of the first page: my people, who is missing, and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext as _

from xiachen.attendance.models.records import Answer
from xiachen.attendance.queries import records
from xiachen.attendance.queries.duty import duties
from xiachen.attendance.queries.funnels import SignIn
from xiachen.attendance.rules.duty import Duty
from xiachen.command.models import Reminder, ReminderKind
from xiachen.command.queries.homes import people
from xiachen.command.queries.homes.home import Asked, Choice, Home
from xiachen.command.queries.homes.reminders import reminders
from xiachen.command.queries.said import Said, said_of
from xiachen.command.rules.whereabouts import (
    ASKED,
    CAME,
    MISSING,
    NAMES,
    ON_SITE,
    Whereabouts,
)
from xiachen.figures.figure import Cutoff
from xiachen.mobilisation.models.report_ins import ReportIn
from xiachen.mobilisation.models.stays import Enrolment, Excuse
from xiachen.mobilisation.queries import stays
from xiachen.mobilisation.queries.report_ins import report_ins
from xiachen.papers.tables import Table
from xiachen.people.models.members import Member
from xiachen.people.queries.fitness import off_duty_among
from xiachen.people.queries.members import shown_name
from xiachen.places.models import Community
from xiachen.privacy.masking import mask_name
from xiachen.privacy.scope import Can, Scope

LINES = 50
# A sheet of more rows than these no office program opens.
MOST_IN_TABLE = 1_000_000
Everybody = Mapping[Whereabouts, people.Kind]

# Lists of several kinds, which the numbers on top open.
TOGETHER: Mapping[str, tuple[Whereabouts, ...]] = {
    "": MISSING,
    "came": CAME,
    "on-site": ON_SITE,
    "everybody": tuple(Whereabouts),
}


@dataclass(slots=True, kw_only=True)
class Person:
    """
    One of the liaison's people with everything known of the day.

    :param stays: where the person belongs, sent or joined on the spot
    :param report_ins: each with the name of its community, through both channels
    :param duty: days in a row and hours without a day of rest
    :param off_duty: whether the person must not work on the day; never why
    :param excuse: the excuse with its reason, for a role that excuses people
    :param answers: what was said to a list to verify
    :param chased: reminders of the day, and what was said to them
    """

    member: Member
    name: str
    whereabouts: Whereabouts
    stays: list[Enrolment] = field(default_factory=list)
    report_ins: list[tuple[ReportIn, str]] = field(default_factory=list)
    sign_in: SignIn | None = None
    duty: Duty | None = None
    off_duty: bool = False
    excuse: Excuse | None = None
    answers: list[Answer] = field(default_factory=list)
    said: Said = field(default_factory=Said)
    chased: list[Reminder] = field(default_factory=list)

    @property
    def why(self) -> str:
        """Return how far the person has come, in words."""
        return str(NAMES[self.whereabouts])

    @property
    def missing(self) -> bool:
        """Tell whether nothing explains yet why the person is not on site."""
        return self.whereabouts in MISSING

    @property
    def reminded(self) -> list[Reminder]:
        """Return the reminders of the day, the last one last."""
        return [one for one in self.chased if one.kind == ReminderKind.REMINDED]

    @property
    def words(self) -> list[str]:
        """Return what the person has said on the day."""
        told = [one.words for one in self.chased if one.kind == ReminderKind.SAID]
        return told + [one.words for one in self.answers]

    @property
    def can_be_asked(self) -> bool:
        """Tell whether the person can be reminded or has something to answer."""
        return self.whereabouts in ASKED and not self.off_duty

    @property
    def sent_off(self) -> bool:
        """Tell whether the person has come and is off duty since."""
        return self.off_duty and self.whereabouts in ON_SITE

    @property
    def community(self) -> int | None:
        """Return where the person is expected, to record an answer there."""
        return self.stays[0].community_id if self.stays else None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiaisonHome(Home):
    """
    My people: a page of the list chosen, those missing first.

    :param numbers: the day in numbers, each of which opens its people
    :param kinds: the lists that somebody is on, missing ones first
    :param total: how many people the units have
    """

    template: ClassVar[str] = "command/homes/liaison.html"

    day: date
    numbers: list[Choice]
    kinds: list[Choice]
    shown: str
    people: list[Person]
    total: int
    number: int
    pages: int

    @property
    def asks(self) -> bool:
        """Tell whether somebody on the page can be reminded."""
        return any(one.can_be_asked for one in self.people)

    @property
    def named(self) -> list[UUID]:
        """Return whom the page names."""
        return [one.member.pk for one in self.people]


def home(scope: Scope, *, day: date, at: datetime, asked: Asked) -> LiaisonHome:
    """Return the people of the liaison's units, those missing first."""
    cutoff = records.end_of(scope, day)
    shown, kinds = _chosen(asked.show)
    most = min(max(1, asked.number) * LINES, MOST_IN_TABLE)
    everybody = people.by_whereabouts(scope, cutoff, most=most)
    pages = max(1, -(-sum(everybody[kind].count for kind in kinds) // LINES))
    number = min(max(1, asked.number), pages)
    return LiaisonHome(
        day=day,
        numbers=_numbers(everybody),
        kinds=_kinds(everybody),
        shown=shown,
        people=known(scope, _page(everybody, kinds, number), cutoff),
        total=sum(kind.count for kind in everybody.values()),
        number=number,
        pages=pages,
    )


def table(scope: Scope, *, day: date, at: datetime, asked: Asked) -> Table:
    """
    Return everybody of the list chosen, names masked, to be taken out.

    :raises Forbidden: the role may not take data out, or has not proven itself twice
    """
    scope.require(Can.EXPORT)
    cutoff = records.end_of(scope, day)
    everybody = people.by_whereabouts(scope, cutoff, most=MOST_IN_TABLE)
    _shown, kinds = _chosen(asked.show)
    wanted = {id: kind for kind in kinds for id in everybody[kind].ids}
    lines = known(scope, wanted, cutoff)
    return Table(
        title=_("My people"),
        about=(f"{day:%Y-%m-%d}", ", ".join(str(NAMES[kind]) for kind in kinds)),
        headings=[
            _("name of the person"),
            _("unit"),
            _("where they stand"),
            _("sent to the community"),
            _("home community"),
            _("reported in"),
            _("signed in"),
        ],
        tags=[
            "#contact+name",
            "#org+name",
            "#status",
            "#adm5+name+sent",
            "#adm5+name+home",
            "#indicator+report_ins+num",
            "#date+signed",
        ],
        lines=[_cells(one) for one in lines],
        records=[one.member.pk for one in lines],
    )


def _cells(one: Person) -> tuple[object, ...]:
    home = one.member.home_community
    return (
        mask_name(one.member.name),
        one.member.organisation.name if one.member.organisation else "",
        one.why,
        " ".join(stay.community.name for stay in one.stays),
        home.name if home else "",
        len(one.report_ins),
        str(one.sign_in or ""),
    )


def known(scope: Scope, wanted: Mapping[UUID, Whereabouts], cutoff: Cutoff) -> list[Person]:
    """Return everything known of some people on a day, read once for all of them."""
    members = _members(wanted)
    found = {
        id: Person(
            member=members[id], name=shown_name(scope, id, members[id].name), whereabouts=kind
        )
        for id, kind in wanted.items()
        if id in members
    }
    if found:
        _fill(scope, found, cutoff)
    return list(found.values())


def _members(ids: Iterable[UUID]) -> dict[UUID, Member]:
    rows = Member.objects.filter(pk__in=list(ids))
    return {one.pk: one for one in rows.select_related("organisation", "home_community")}


def _fill(scope: Scope, found: Mapping[UUID, Person], cutoff: Cutoff) -> None:
    belonging = stays.belonging(scope, cutoff).filter(member__in=found)
    for stay in belonging.select_related("community").order_by("from_day", "pk"):
        found[stay.member_id].stays.append(stay)
    taken = list(report_ins(scope, cutoff).filter(member__in=found).order_by("occurred_at", "pk"))
    names = dict(
        Community.objects.filter(pk__in={row.community_id for row in taken}).values_list(
            "pk", "name"
        )
    )
    for row in taken:
        if row.member:
            found[row.member].report_ins.append((row, names.get(row.community_id, "")))
    for signed in records.check_ins(scope, cutoff).filter(member__in=found):
        found[signed.member].sign_in = SignIn(signed.occurred_at, signed.deadline)
    for member, duty in duties(scope, cutoff, members=found.keys()).items():
        found[member].duty = duty
    for member in off_duty_among(scope, members=found.keys(), day=cutoff.day):
        found[member].off_duty = True
    for answer in records.answers(scope, cutoff).filter(member__in=found):
        found[answer.member].answers.append(answer)
    if scope.allows(Can.EXCUSE):
        excuses = stays.excuses(scope, incident=cutoff.incident).filter(member__in=found)
        for excuse in excuses.filter(from_day__lte=cutoff.day, to_day__gte=cutoff.day):
            found[excuse.member_id].excuse = excuse
    for chased in reminders(scope, members=found.keys(), cutoff=cutoff):
        found[chased.member_id].chased.append(chased)
    for member, said in said_of(scope, members=found.keys()).items():
        found[member].said = said


def _chosen(show: str) -> tuple[str, tuple[Whereabouts, ...]]:
    """Return the list asked for and whom it holds; what nobody offers is who is missing."""
    if show in TOGETHER:
        return show, TOGETHER[show]
    if show in set(Whereabouts):
        return show, (Whereabouts(show),)
    return "", MISSING


def _page(
    everybody: Everybody, kinds: tuple[Whereabouts, ...], number: int
) -> dict[UUID, Whereabouts]:
    """Return the people of a page, those of the first kind before those of the second."""
    page: dict[UUID, Whereabouts] = {}
    skip = (number - 1) * LINES
    for kind in kinds:
        page |= dict.fromkeys(everybody[kind].ids[skip : skip + LINES - len(page)], kind)
        skip = max(0, skip - everybody[kind].count)
    return page


def _numbers(everybody: Everybody) -> list[Choice]:
    names = {
        "everybody": _("my people"),
        "came": _("reported in"),
        "on-site": _("on site"),
        "": _("missing"),
    }
    return [
        Choice(code=code, name=name, count=sum(everybody[one].count for one in TOGETHER[code]))
        for code, name in names.items()
    ]


def _kinds(everybody: Everybody) -> list[Choice]:
    """Return a list for each kind that somebody is of."""
    return [
        Choice(code=kind.value, name=str(NAMES[kind]), count=found.count)
        for kind, found in everybody.items()
        if found.count
    ]
