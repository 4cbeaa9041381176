"""Who lives behind a door: registered sealed, read masked, and every reading noted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from xiachen.base import clock
from xiachen.base.errors import Invalid, NotFound, Outcome, Refused
from xiachen.base.owned.bulk import among, insert_new
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

LONGEST_NAME = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentEntry:
    """A resident as the community's list names them."""

    id: UUID
    household: UUID
    name: str
    phone: str = ""
    identity_number: str = ""
    invented: bool = False

    def kept(self) -> dict[str, str]:
        """
        Return name, phone and identity number as they are kept.

        :raises NameNeeded, Invalid, BadPhone, BadIdentity:
        """
        name = rules.kept_name(self.name)
        if not name:
            raise rules.NameNeeded(field="name")
        if len(name) > LONGEST_NAME:
            raise Invalid(field="name", reason=_("a name has 1 to 60 characters"))
        phone, identity = rules.phone_number(self.phone), rules.plain(self.identity_number)
        if phone and rules.phone_fault(phone):
            raise BadPhone(field="phone")
        if identity and (fault := rules.identity_fault(identity)):
            raise BadIdentity(field="identity_number", fault=IDENTITY_FAULTS[fault])
        return {"name": name, "phone": phone, "identity": identity}


@dataclass(slots=True)
class _Draft:
    """An entry on its way to a row; `values` in their kept form."""

    entry: ResidentEntry
    values: dict[str, str]
    row: Resident | None = None
    refusal: Refused | None = None
    new: bool = False


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
    _make_keyring(at)
    homes = Household.objects.filter(
        community_id=community, pk__in=among({entry.household for entry in entries}, "uuid")
    )
    known = set(homes.values_list("pk", flat=True))
    drafts = [_draft(community, entry, known) for entry in entries]
    _settle_known(community, drafts)
    _settle_repeated(drafts)
    written = insert_new([draft.row for draft in drafts if draft.row])
    for draft in drafts:
        if draft.row is not None:
            draft.new = draft.row.pk in written
            # Somebody else registered the same number meanwhile.
            draft.refusal = None if draft.new else AlreadyRegistered(field="identity_number")
    if written:
        audit.record(scope, "people.register-residents", community=community, targets=written)
    return [Outcome(one.entry.id, new=one.new, refusal=one.refusal) for one in drafts]


@transaction.atomic
def view_residents(scope: Scope, *, community: int, household: UUID, at: datetime) -> ResidentsPage:
    """Return who lives behind a door, every value masked, and note whose values were shown."""
    scope.require(Can.SEE_PEOPLE, community=community)
    page = residents_page(scope, community=community, household=household, day=clock.local_day(at))
    audit.record(scope, "people.view-residents", community=community, targets=list(page.residents))
    return page


def _make_keyring(at: datetime) -> None:
    try:
        vault().keyring(KEYRING, DataClass.REGISTER)
    except KeyMissing:
        vault().create(KEYRING, at=at)


def _draft(community: int, entry: ResidentEntry, homes: set[UUID]) -> _Draft:
    draft = _Draft(entry, {})
    try:
        if entry.household not in homes:
            raise NotFound(field="household")
        draft.values = entry.kept()
    except Refused as refusal:
        draft.refusal = refusal
        return draft
    draft.row = Resident(
        id=entry.id,
        community_id=community,
        household_id=entry.household,
        invented=entry.invented,
    )
    draft.row.seal(draft.values)
    return draft


def _settle_known(community: int, drafts: Sequence[_Draft]) -> None:
    """Answer for entries whose id or identity number is registered."""
    rows = [draft.row for draft in drafts if draft.row]
    held = Resident.objects.filter(community_id=community)
    standing = {one.pk: one for one in held.filter(pk__in=among([r.pk for r in rows], "uuid"))}
    indexes = [row.identity_index for row in rows if row.identity_index]
    numbers = {
        bytes(index)
        for index in held.filter(identity_index__in=among(indexes, "bytea")).values_list(
            "identity_index", flat=True
        )
        if index
    }
    for draft in drafts:
        if draft.row is None:
            continue
        found = standing.get(draft.row.pk)
        if found is not None:
            draft.refusal, draft.row = _compared(draft, found), None
        elif draft.row.identity_index in numbers:
            draft.refusal, draft.row = AlreadyRegistered(field="identity_number"), None


def _compared(draft: _Draft, found: Resident) -> Refused | None:
    same = found.household_id == draft.entry.household and found.opened() == draft.values
    return None if same and found.invented == draft.entry.invented else EnteredOtherwise()


def _settle_repeated(drafts: Sequence[_Draft]) -> None:
    """Answer for entries that stand twice in the list, or share a number with one above."""
    first: dict[UUID, _Draft] = {}
    numbers: set[bytes] = set()
    for draft in drafts:
        if draft.row is None:
            continue
        above = first.setdefault(draft.row.pk, draft)
        index = draft.row.identity_index
        if above is not draft:
            same = above.entry == draft.entry
            draft.refusal, draft.row = None if same else EnteredOtherwise(), None
        elif index in numbers:
            draft.refusal, draft.row = AlreadyRegistered(field="identity_number"), None
            del first[draft.entry.id]
        elif index:
            numbers.add(bytes(index))
