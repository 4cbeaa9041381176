"""Who lives behind a door: registered sealed, read masked, and every reading noted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xiachen.base import clock
from xiachen.base.errors import Invalid, NotFound, Outcome, Refused
from xiachen.people import rules
from xiachen.people.models.members import KEYRING
from xiachen.people.models.residents import Resident
from xiachen.people.operations.members import (
    IDENTITY_FAULTS,
    AlreadyRegistered,
    BadIdentity,
    BadPhone,
    EnteredOtherwise,
)
from xiachen.people.queries.residents import ResidentsPage, residents_page
from xiachen.places.models import Household
from xiachen.privacy import audit
from xiachen.privacy.classes import DataClass
from xiachen.privacy.keyring.store import KeyMissing
from xiachen.privacy.keyring.vault import vault
from xiachen.privacy.scope import Can, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentEntry:
    """A resident as the community's list names them."""

    id: UUID
    household: UUID
    name: str
    phone: str = ""
    identity_number: str = ""
    invented: bool = False


@transaction.atomic
def register_residents(
    scope: Scope, *, community: int, entries: Sequence[ResidentEntry], at: datetime
) -> list[Outcome]:
    """
    Register residents of one community; one outcome for each entry, in their order.

    An identity number stands once in a community; the same entry again is known already.
    """
    scope.require(Can.MANAGE_PLACES, community=community)
    scope.require(Can.SEE_PEOPLE)
    try:
        vault().keyring(KEYRING, DataClass.REGISTER)
    except KeyMissing:
        vault().create(KEYRING, at=at)
    homes = Household.objects.filter(
        community_id=community, pk__in={entry.household for entry in entries}
    )
    known = set(homes.values_list("pk", flat=True))
    outcomes = [_register(community, entry, known) for entry in entries]
    if written := [one.id for one in outcomes if one.new]:
        audit.record(scope, "people.register-residents", community=community, targets=written)
    return outcomes


@transaction.atomic
def view_residents(scope: Scope, *, community: int, household: UUID, at: datetime) -> ResidentsPage:
    """Return who lives behind a door, every value masked, and note whose values were shown."""
    scope.require(Can.SEE_PEOPLE, community=community)
    page = residents_page(scope, community=community, household=household, day=clock.local_day(at))
    audit.record(scope, "people.view-residents", community=community, targets=list(page.residents))
    return page


def _register(community: int, entry: ResidentEntry, homes: set[UUID]) -> Outcome:
    try:
        values = _values(entry, homes)
        row = _row(community, entry, values)
        alike = Q(pk=row.pk)
        if row.identity_index:
            alike |= Q(identity_index=row.identity_index)
        for other in Resident.objects.filter(alike, community_id=community).order_by("pk"):
            return _answer(entry, values, other)
        if not _written(row):
            raise AlreadyRegistered(field="identity_number")
    except Refused as refusal:
        return Outcome(entry.id, refusal=refusal)
    return Outcome(entry.id, new=True)


def _values(entry: ResidentEntry, homes: set[UUID]) -> dict[str, str]:
    if entry.household not in homes:
        raise NotFound(field="household")
    name = " ".join(entry.name.split())
    if not 1 <= len(name) <= 60:
        raise Invalid(field="name", reason=_("a name has 1 to 60 characters"))
    phone, identity = rules.phone_number(entry.phone), rules.plain(entry.identity_number)
    if phone and rules.phone_fault(phone):
        raise BadPhone(field="phone")
    if identity and (fault := rules.identity_fault(identity)):
        raise BadIdentity(field="identity_number", fault=IDENTITY_FAULTS[fault])
    return {"name": name, "phone": phone, "identity": identity}


def _row(community: int, entry: ResidentEntry, values: dict[str, str]) -> Resident:
    row = Resident(
        id=entry.id,
        community_id=community,
        household_id=entry.household,
        invented=entry.invented,
    )
    row.seal(values)
    return row


def _written(row: Resident) -> bool:
    """Tell whether the row was written by us: its sealed value, drawn anew each time, stands."""
    Resident.objects.bulk_create([row], ignore_conflicts=True)
    return Resident.objects.filter(
        pk=row.pk, community_id=row.community_id, sealed=row.sealed
    ).exists()


def _answer(entry: ResidentEntry, values: dict[str, str], other: Resident) -> Outcome:
    if other.pk != entry.id:
        raise AlreadyRegistered(field="identity_number")
    same = other.household_id == entry.household and other.opened() == values
    if not same or other.invented != entry.invented:
        raise EnteredOtherwise()
    return Outcome(entry.id)
