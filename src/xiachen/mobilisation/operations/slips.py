"""Stamped slips (回执) of those who report in outside the incident's communities."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from xiachen.base import clock
from xiachen.base.errors import Forbidden, NotFound, Outcome, Refused
from xiachen.base.owned.appending import append, superseding
from xiachen.incidents.models import Incident, IncidentCommunity
from xiachen.mobilisation.models.slips import Slip
from xiachen.mobilisation.queries import stays
from xiachen.mobilisation.queries.slips import photos_open, slip_of
from xiachen.mobilisation.rules import duties as rules
from xiachen.mobilisation.rules import stays as staying
from xiachen.papers.operations.photos import keep_photo
from xiachen.papers.queries.photos import photo
from xiachen.people.models.members import Member
from xiachen.people.queries.members import members_reached, shown_names
from xiachen.places.models import Community
from xiachen.places.queries.communities import CommunityAmbiguous, CommunityUnknown, resolve
from xiachen.privacy import audit
from xiachen.privacy.classes import DataClass
from xiachen.privacy.scope import Can, Scope

LONGEST_PLACE = 120
_PHOTO = "mobilisation.slip"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipEntry:
    """
    One slip.

    :param place: the community that stamped it, as it stands on the slip
    """

    id: UUID
    member: UUID
    place: str
    day: date


@transaction.atomic
def enter_slips(scope: Scope, *, entries: Sequence[SlipEntry], at: datetime) -> list[Outcome]:
    """
    Accept slips and answer for each; the same slip entered again counts once.

    Whoever excuses people accepts their slips: the liaison and the sending office. What `place`
    says is looked up; where it names no community, or several, it stays as written.
    """
    scope.require(Can.EXCUSE)
    incident = stays.working_incident(scope)
    known = _Known(scope, incident, entries)
    refused: dict[int, Refused] = {}
    facts: dict[UUID, Slip] = {}
    for index, entry in enumerate(entries):
        try:
            if fact := _accepted(scope, incident, entry, known, at):
                facts[entry.member] = fact
                known.ends[entry.member] = fact
        except Refused as refusal:
            refused[index] = refusal
    written = append(list(facts.values())) if facts else set()
    if written:
        targets = [one for fact in facts.values() for one in (fact.pk, fact.member_id)]
        audit.record(scope, "mobilisation.enter-slip", targets=targets)
    return [
        Outcome(
            id=entry.id,
            new=entry.id in written and index not in refused,
            refusal=refused.get(index),
        )
        for index, entry in enumerate(entries)
    ]


@transaction.atomic
def enter_slip(
    scope: Scope, *, entry: SlipEntry, picture: bytes | None = None, at: datetime
) -> Slip | None:
    """
    Accept one slip with its photo, which is drawn anew and kept sealed; None of a known one.

    A slip that stands without a photo gets the one that is sent afterwards. Nothing is kept of a
    photo that belongs to no slip.

    :raises NoPhoto, PhotoTooLarge: the picture cannot be opened
    :raises OtherContent: another slip has this id
    """
    scope.require(Can.EXCUSE)
    incident = stays.working_incident(scope)
    known = _Known(scope, incident, [entry])
    fact, action = _accepted(scope, incident, entry, known, at), "mobilisation.enter-slip"
    if fact is None:
        standing = known.ends[entry.member]
        if picture is None or standing.photo is not None:
            return None
        fact, action = superseding(standing, by=scope.account, at=at), "mobilisation.add-slip-photo"
    if picture is not None:
        fact.photo = _kept(scope, incident, picture, at)
    if not append([fact]):
        raise staying.OtherContent()
    audit.record(scope, action, targets=[fact.pk, fact.member_id])
    return fact


def _kept(scope: Scope, incident: Incident, picture: bytes, at: datetime) -> UUID:
    kept = keep_photo(
        scope,
        content=picture,
        keyring=incident.pk,
        data_class=DataClass.SERVICE,
        purpose=_PHOTO,
        at=at,
    )
    return kept.pk


@transaction.atomic
def view_photo(scope: Scope, *, slip: UUID) -> bytes:
    """
    Return the photo of a slip as JPEG, and note the reading; see `photos_open` for who may.

    :raises NotFound: the scope does not reach the slip, or it has no photo
    :raises Forbidden: others answer for the person
    """
    scope.require(Can.SEE_PEOPLE)
    found = slip_of(scope, slip)
    if found.photo is None:
        raise NotFound()
    if not photos_open(scope, slips=[found.pk]):
        raise Forbidden()
    content = photo(scope, found.photo, purpose=_PHOTO)
    audit.record(
        scope, "mobilisation.view-slip-photo", subject=found.member_id, targets=(found.pk,)
    )
    return content


@transaction.atomic
def take_back_slip(scope: Scope, *, slip: UUID, at: datetime, reason: str) -> None:
    """
    Take back a slip that was entered by mistake or proved false.

    :raises ReversedAlready: somebody has taken it back
    """
    scope.require(Can.EXCUSE)
    incident = stays.working_incident(scope)
    words = staying.check_reason(reason)
    mistaken = Slip.objects.filter(pk=slip, incident=incident, void=False).first()
    if mistaken is None or not members_reached(scope).filter(pk=mistaken.member_id).exists():
        raise NotFound(field="slip")
    void = superseding(
        mistaken, by=scope.account, at=at, void=True, occurred_at=at, accepted_by=scope.account
    )
    if not append([void]):
        raise staying.ReversedAlready()
    audit.record(
        scope,
        "mobilisation.take-back-slip",
        subject=mistaken.member_id,
        targets=(mistaken.pk, void.pk),
        reason=words,
    )


@transaction.atomic
def view_slips(scope: Scope, *, rows: Sequence[Slip]) -> list[tuple[Slip, str]]:
    """Return slips of the scope with names, and note whom the list named."""
    scope.require(Can.SEE_PEOPLE)
    names = shown_names(scope, {one.member_id for one in rows})
    if rows:
        targets = {one.member_id for one in rows}
        audit.record(scope, "mobilisation.view-slips", targets=targets)
    return [(one, names.get(one.member_id, "")) for one in rows]


class _Known:
    """What is on record about everybody named in a batch of slips."""

    def __init__(self, scope: Scope, incident: Incident, entries: Sequence[SlipEntry]) -> None:
        people = {entry.member for entry in entries}
        reached = members_reached(scope).filter(pk__in=people).order_by().values("pk")
        rows = Member.objects.filter(pk__in=reached).order_by("pk")
        self.people = set(rows.select_for_update(no_key=True).values_list("pk", flat=True))
        chain = list(Slip.objects.filter(incident=incident, member__in=self.people))
        reversed_ids = {row.reverses_id for row in chain}
        self.ends = {row.member_id: row for row in chain if row.pk not in reversed_ids}
        listed = IncidentCommunity.objects.filter(incident=incident)
        self.inside = set(listed.values_list("community_id", flat=True))


def _accepted(
    scope: Scope, incident: Incident, entry: SlipEntry, known: _Known, at: datetime
) -> Slip | None:
    """Return the slip to write, None for one that is on record; refuse what cannot be right."""
    if entry.member not in known.people:
        raise NotFound(field="member")
    place = " ".join(entry.place.split())[:LONGEST_PLACE]
    if not place:
        raise rules.PlaceMissing(field="place")
    if not incident.began_on <= entry.day <= clock.local_day(at):
        raise rules.SlipOutsideDates(field="day", began=incident.began_on)
    end = known.ends.get(entry.member)
    if end is not None and not end.void:
        if (end.place, end.day) == (place, entry.day):
            return None
        raise rules.SlipAlready(field="member")
    community = _named(scope, place)
    if community is not None and community.pk in known.inside:
        raise rules.SlipInside(field="place", community=community.name)
    return Slip(
        id=entry.id,
        incident=incident,
        member_id=entry.member,
        community=community,
        place=place,
        day=entry.day,
        accepted_by=scope.account,
        occurred_at=at,
        received_at=at,
        recorded_by=scope.account,
        reverses_id=end.pk if end is not None else None,
    )


def _named(scope: Scope, place: str) -> Community | None:
    """Return the one community of the whole country that a slip names, if it names one."""
    try:
        return resolve(replace(scope, places=()), place)
    except (CommunityAmbiguous, CommunityUnknown):
        return None
