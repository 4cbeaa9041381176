"""Report-ins (双报到) through both channels: taken once each, taken back by a later row."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from xiachen.base import clock
from xiachen.base.errors import Forbidden, Invalid, NotFound, Outcome, Refused
from xiachen.base.owned.appending import append, superseding
from xiachen.figures.operations import count_first_seen, forget_first_seen, post_deltas
from xiachen.incidents.models import Incident
from xiachen.mobilisation.figures import stays as figures
from xiachen.mobilisation.models.report_ins import Channel, ReportIn
from xiachen.mobilisation.models.stays import Dispatch
from xiachen.mobilisation.queries import stays
from xiachen.mobilisation.rules import stays as rules
from xiachen.people.models.members import Member
from xiachen.people.models.units import Organisation
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Role, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportInEntry:
    """One report-in: of a person through either channel, or of a unit at its contact point."""

    id: UUID
    community: int
    channel: str
    occurred_at: datetime
    member: UUID | None = None
    organisation: UUID | None = None


Key = tuple[int, str, UUID | None, UUID | None]


@transaction.atomic
def report_in(scope: Scope, *, entries: Sequence[ReportInEntry], at: datetime) -> list[Outcome]:
    """
    Take report-ins and answer for each; sent again, or sent by two devices, it counts once.

    Community and team report others in; a member only himself or herself.
    """
    scope.require(Can.REPORT_IN)
    incident = stays.working_incident(scope)
    known = _Known(scope, incident, entries)
    refused: list[Refused | None] = []
    facts: dict[UUID, ReportIn] = {}
    for entry in entries:
        same = known.content.get(entry.id) or _content(facts.get(entry.id))
        refusal = _refusal(scope, entry, same, known, at)
        refused.append(refusal)
        if refusal is None and same is None and not known.stands(entry):
            facts[entry.id] = _fact(scope, incident, entry, known.void_end(entry), at)
    written = append(list(facts.values())) if facts else set()
    new = [fact for fact in facts.values() if fact.pk in written]
    if new:
        _count(incident.pk, new)
        audit.record(scope, "mobilisation.report-in", targets=[fact.pk for fact in new])
    return [
        Outcome(id=entry.id, new=refusal is None and entry.id in written, refusal=refusal)
        for entry, refusal in zip(entries, refused, strict=True)
    ]


@transaction.atomic
def reverse_report_in(
    scope: Scope, *, community: int, report_in: UUID, at: datetime, reason: str
) -> None:
    """
    Take back a report-in that was recorded by mistake; it can be recorded anew later.

    :raises ReversedAlready: somebody has taken it back
    """
    scope.require(Can.CORRECT, community=community)
    incident = stays.working_incident(scope)
    words = rules.check_reason(reason)
    here = ReportIn.objects.filter(community=community, incident=incident)
    mistaken = here.filter(pk=report_in, void=False).first()
    if mistaken is None:
        raise NotFound(field="report_in")
    if mistaken.member:
        # The person's rows are counted below and must not change meanwhile.
        Member.objects.select_for_update(no_key=True).get(pk=mistaken.member)
    void = superseding(
        mistaken, by=scope.account, at=at, void=True, occurred_at=at, accepted_by=scope.account
    )
    if not append([void]):
        raise rules.ReversedAlready()
    _uncount(incident.pk, mistaken)
    audit.record(
        scope,
        "mobilisation.reverse-report-in",
        community=community,
        subject=mistaken.member,
        targets=(mistaken.pk, void.pk),
        reason=words,
    )


class _Known:
    """What is on record about everybody named in a batch, read once for all entries."""

    def __init__(self, scope: Scope, incident: Incident, entries: Sequence[ReportInEntry]) -> None:
        people = sorted({entry.member for entry in entries if entry.member})
        units = {entry.organisation for entry in entries if entry.organisation}
        places = {entry.community for entry in entries}
        rows = Member.objects.filter(pk__in=people).order_by("pk").select_for_update(no_key=True)
        self.homes = dict(rows.values_list("pk", "home_community_id"))
        self.contacts = dict(
            Organisation.objects.filter(pk__in=units).values_list("pk", "contact_community_id")
        )
        self.stays = stays.stays(scope, members=people)
        self.sent = set(
            Dispatch.objects.filter(incident=incident, organisation__in=units).values_list(
                "organisation_id", "community_id"
            )
        )
        self.places = stays.places_included(scope, places)
        self._read_rows(incident, entries, places)

    def _read_rows(
        self, incident: Incident, entries: Sequence[ReportInEntry], places: set[int]
    ) -> None:
        rows = ReportIn.objects.filter(community__in=places)
        ids = [entry.id for entry in entries]
        self.content = {row.pk: _content(row) for row in rows.filter(pk__in=ids)}
        of_people = rows.filter(incident=incident, member__in=list(self.homes))
        of_units = rows.filter(incident=incident, organisation__in=list(self.contacts))
        chain = [*of_people, *of_units]
        reversed_ids = {row.reverses_id for row in chain}
        self._ends = {_key(row): row for row in chain if row.pk not in reversed_ids}

    def stands(self, entry: ReportInEntry) -> bool:
        """Tell whether this report-in is on record under another id."""
        end = self._ends.get(_key_of(entry))
        return end is not None and not end.void

    def void_end(self, entry: ReportInEntry) -> UUID | None:
        """Return the row that took the same report-in back, which a new one supersedes."""
        end = self._ends.get(_key_of(entry))
        return end.pk if end is not None and end.void else None

    def enrolled(self, member: UUID, day: date) -> set[int]:
        """Return the communities where a person belongs on a day or will from then on."""
        return {
            community
            for community, last_day in self.stays.get(member, ())
            if last_day is None or last_day >= day
        }


def _refusal(
    scope: Scope,
    entry: ReportInEntry,
    same: tuple[object, ...] | None,
    known: _Known,
    at: datetime,
) -> Refused | None:
    try:
        if same is not None:
            _check_same(entry, same)
        else:
            _check(scope, entry, known, at)
    except Refused as refusal:
        return refusal
    return None


def _check(scope: Scope, entry: ReportInEntry, known: _Known, at: datetime) -> None:
    if scope.role is Role.MEMBER:
        if scope.member is None or entry.member != scope.member:
            raise rules.ReportsForSelfOnly()
    elif not scope.covers(entry.community):
        raise Forbidden()
    rules.check_time(entry.occurred_at, at)
    if entry.community not in known.places:
        raise rules.OutsideIncident(field="community")
    if entry.channel not in Channel.values:
        raise Invalid(field="channel", reason=entry.channel)
    if entry.member and not entry.organisation:
        _check_person(entry, entry.member, known)
    elif entry.organisation and not entry.member and entry.channel == Channel.UNIT:
        _check_unit(entry, entry.organisation, known)
    else:
        raise NotFound(field="member")


def _check_person(entry: ReportInEntry, member: UUID, known: _Known) -> None:
    if member not in known.homes:
        raise NotFound(field="member")
    if entry.channel == Channel.RESIDENCE:
        rules.check_home(entry.community, known.homes[member])
    else:
        day = clock.local_day(entry.occurred_at)
        rules.check_expected(entry.community, known.enrolled(member, day))


def _check_unit(entry: ReportInEntry, organisation: UUID, known: _Known) -> None:
    if organisation not in known.contacts:
        raise NotFound(field="organisation")
    sent_to = {community for unit, community in known.sent if unit == organisation}
    rules.check_contact_point(entry.community, known.contacts[organisation], sent_to)


def _check_same(entry: ReportInEntry, content: tuple[object, ...]) -> None:
    if (*_key_of(entry), entry.occurred_at) != content:
        raise rules.OtherContent()


def _fact(
    scope: Scope,
    incident: Incident,
    entry: ReportInEntry,
    supersedes: UUID | None,
    at: datetime,
) -> ReportIn:
    return ReportIn(
        id=entry.id,
        community_id=entry.community,
        incident=incident,
        channel=entry.channel,
        member=entry.member,
        organisation=entry.organisation,
        accepted_by=scope.account,
        occurred_at=entry.occurred_at,
        received_at=at,
        recorded_by=scope.account,
        reverses_id=supersedes,
    )


def _key(row: ReportIn) -> Key:
    return row.community_id, row.channel, row.member, row.organisation


def _key_of(entry: ReportInEntry) -> Key:
    return entry.community, entry.channel, entry.member, entry.organisation


def _content(row: ReportIn | None) -> tuple[object, ...] | None:
    return None if row is None else (*_key(row), row.occurred_at)


def _count(incident: UUID, new: Sequence[ReportIn]) -> None:
    """Post what the figures gain: each channel in 人次, each person once in 人."""
    places: dict[date, dict[UUID, int]] = defaultdict(dict)
    deltas = []
    for row in sorted(new, key=_arrival):
        if row.member is None:
            continue
        day = _day(row)
        deltas.append((row.community_id, figures.REPORT_INS.code, day, 1))
        places[day].setdefault(row.member, row.community_id)
    code = figures.PEOPLE_REPORTED.code
    for day, people in sorted(places.items()):
        first = count_first_seen(incident, code, day, people)
        deltas += [(people[member], code, day, 1) for member in first]
    post_deltas(incident, deltas)


def _uncount(incident: UUID, mistaken: ReportIn) -> None:
    if mistaken.member is None:
        return
    deltas = [(mistaken.community_id, figures.REPORT_INS.code, _day(mistaken), -1)]
    deltas += _moved(incident, mistaken, mistaken.member)
    post_deltas(incident, deltas)


def _moved(incident: UUID, mistaken: ReportIn, member: UUID) -> list[tuple[int, str, date, int]]:
    """Count a person where the first of the report-ins left is, if it was the one taken back."""
    code = figures.PEOPLE_REPORTED.code
    left = list(ReportIn.objects.standing().filter(incident=incident, member=member))
    counted_on = forget_first_seen(incident, code, [member]).get(member)
    if counted_on is None:
        return []
    there = [row for row in (*left, mistaken) if _day(row) == counted_on]
    counted = min(there, key=_arrival, default=mistaken)
    first = min(left, key=lambda row: (_day(row), *_arrival(row)), default=None)
    if counted.pk != mistaken.pk:
        first = counted
    deltas = [(counted.community_id, code, counted_on, -1)]
    if first is not None:
        count_first_seen(incident, code, _day(first), [member])
        deltas.append((first.community_id, code, _day(first), 1))
    return deltas


def _day(row: ReportIn) -> date:
    return clock.local_day(row.occurred_at)


def _arrival(row: ReportIn) -> tuple[datetime, UUID]:
    return row.received_at, row.pk
