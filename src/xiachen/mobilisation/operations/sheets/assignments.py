"""The intake of assignments: who is sent where, by which unit, in which batch, from which day."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from xiachen.base import clock
from xiachen.base.errors import Forbidden, Invalid, NotFound, Refused
from xiachen.mobilisation.models.stays import Dispatch
from xiachen.mobilisation.operations.dispatches import add_to_dispatch, dispatch
from xiachen.mobilisation.operations.sheets.fields import BATCH, FIRST_DAY, PERSON, PLACE
from xiachen.mobilisation.queries import stays
from xiachen.mobilisation.queries.recognising import Directory, Known
from xiachen.mobilisation.rules.recognising import NoUnit, said_by
from xiachen.mobilisation.rules.stays import PeopleRefused
from xiachen.notices.queries.documents import documents
from xiachen.papers.answering import Answers
from xiachen.papers.intake import Ask, Intake, Line, LineOutcome, Setting
from xiachen.people.models.members import Member
from xiachen.people.models.units import Organisation
from xiachen.places.models import Community
from xiachen.places.queries.communities import resolve_all
from xiachen.privacy.scope import Can, Scope

DOCUMENT = "document"
# Where an operation's words about a field belong in the sheet.
_CELLS = {
    "members": "name",
    "sent_on": "first_day",
    "unit": "organisation",
    "identity": "identity_number",
    "document": "",
}


@dataclass(frozen=True, slots=True)
class _Group:
    """Those whom one unit sends to one community in one batch from one day on."""

    unit: UUID
    community: int
    batch: int | None
    first_day: date


@dataclass(slots=True)
class _Groups:
    """The lines of a sheet by the dispatch that they make."""

    lines: dict[_Group, dict[UUID, Line]] = field(default_factory=dict)
    seen: dict[UUID, tuple[Line, _Group]] = field(default_factory=dict)

    def add(self, line: Line, who: Known, group: _Group, answers: Answers) -> None:
        """Take in a line; the same person further up is said, unless all is the same."""
        above = self.seen.setdefault(who.id, (line, group))
        if above[0] is line:
            self.lines.setdefault(group, {})[who.id] = line
        elif above[1] != group:
            words = _("The same person stands in line %(line)s, sent elsewhere.")
            answers.fault(line, "name", words % {"line": above[0].number})


@transaction.atomic
def enter_assignments(
    scope: Scope, setting: Setting, lines: Sequence[Line], at: datetime
) -> list[LineOutcome]:
    """
    Send the people of a sheet, grouped by unit and community; see `papers.intake`.

    Who belongs to the community on that day is there already. A dispatch that a former sheet began
    on the same document and day is completed.
    """
    scope.require(Can.DISPATCH)
    document = _document(setting)
    answers = Answers(lines)
    groups = _read(scope, lines, answers, at)
    everybody = [who for people in groups.lines.values() for who in people]
    # All at once and in one order, units before people as in `dispatch`: two sheets that share
    # people, or a sheet and a dispatch, wait for each other.
    units = Organisation.objects.filter(pk__in={group.unit for group in groups.lines})
    list(units.order_by("pk").select_for_update(no_key=True).values_list("pk"))
    locked = Member.objects.filter(pk__in=everybody).order_by("pk").select_for_update(no_key=True)
    list(locked.values_list("pk"))
    for group, people in groups.lines.items():
        _send(scope, group, people, document, answers, at)
    return answers.outcomes()


def _read(scope: Scope, lines: Sequence[Line], answers: Answers, at: datetime) -> _Groups:
    directory = Directory(scope, [said_by(line.values) for line in lines])
    places = resolve_all(scope, {line.values["community"] for line in lines} - {""})
    groups = _Groups()
    for line in lines:
        try:
            who = directory.find(said_by(line.values))
            unit = _unit(line, who, directory)
            community = _community(scope, line, places)
            batch, first_day = _batch(line), _first_day(line, at)
        except Refused as refusal:
            answers.refuse(line, refusal, _CELLS)
        else:
            group = _Group(unit=unit, community=community, batch=batch, first_day=first_day)
            groups.add(line, who, group, answers)
    return groups


def _send(
    scope: Scope,
    group: _Group,
    people: dict[UUID, Line],
    document: UUID,
    answers: Answers,
    at: datetime,
) -> None:
    """Send a group; who cannot be sent is said at the line, and the others go."""
    there = stays.staying(scope, community=group.community, members=people, day=group.first_day)
    going = {who: line for who, line in people.items() if who not in there}
    while going:
        try:
            with transaction.atomic():
                _dispatch(scope, group, list(going), document, at)
        except PeopleRefused as refusal:
            for who in refusal.members:
                answers.refuse(going.pop(who), type(refusal)([who]), _CELLS)
        except Refused as refusal:
            for line in going.values():
                answers.refuse(line, refusal, _CELLS)
            return
        else:
            for line in going.values():
                answers.new(line)
            return


def _dispatch(
    scope: Scope, group: _Group, members: list[UUID], document: UUID, at: datetime
) -> None:
    rows = Dispatch.objects.filter(
        incident=scope.incident,
        document=document,
        organisation=group.unit,
        community=group.community,
        sent_on=group.first_day,
    )
    if group.batch is not None:
        rows = rows.filter(batch=group.batch)
    begun = rows.order_by("-batch").first()
    if begun is not None:
        add_to_dispatch(scope, dispatch=begun.pk, members=members, at=at)
        return
    dispatch(
        scope,
        document=document,
        organisation=group.unit,
        community=group.community,
        members=members,
        sent_on=group.first_day,
        batch=group.batch,
        at=at,
    )


def _unit(line: Line, who: Known, directory: Directory) -> UUID:
    """Return the sending unit: the one written, else the person's own."""
    said = line.values["organisation"]
    if not said:
        if who.organisation is None:
            raise NoUnit(field="unit")
        return who.organisation
    unit = directory.unit(said)
    if not directory.belongs(who, unit):
        raise Invalid(field="unit", reason=_("the person does not belong to this unit"))
    return unit


def _community(scope: Scope, line: Line, places: dict[str, Community | Refused]) -> int:
    said = line.values["community"]
    if not said:
        raise Invalid(field="community", reason=_("it is missing"))
    meant = places[said]
    if isinstance(meant, Refused):
        raise meant
    if not scope.covers(meant.pk):
        raise Forbidden(field="community")
    return meant.pk


def _batch(line: Line) -> int | None:
    said = line.values["batch"]
    if not said:
        return None
    if not said.isdecimal() or not 1 <= int(said) <= 999:
        raise Invalid(field="batch", reason=_("it is not the number of a batch"))
    return int(said)


def _first_day(line: Line, at: datetime) -> date:
    said = line.values["first_day"]
    try:
        return date.fromisoformat(said) if said else clock.local_day(at)
    except ValueError:
        raise Invalid(field="first_day", reason=_("it is not a day of the calendar")) from None


def _document(setting: Setting) -> UUID:
    try:
        return UUID(setting.values.get(DOCUMENT, ""))
    except ValueError:
        raise NotFound(field=DOCUMENT) from None


def _documents(scope: Scope) -> Sequence[tuple[str, str]]:
    if scope.incident is None:
        return []
    rows = documents(scope, incident=scope.incident)
    return [(str(one.pk), f"{one.number} {one.title}") for one in rows]


ASSIGNMENTS = Intake(
    kind="assignments",
    title=_("Assignments to communities"),
    can=Can.DISPATCH,
    fields=(*PERSON, PLACE, BATCH, FIRST_DAY),
    enter=enter_assignments,
    asks=(Ask(name=DOCUMENT, title=_("document"), choices=_documents),),
)
