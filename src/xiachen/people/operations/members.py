"""The people who work: entered in lists, found again by phone or identity number."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Forbidden, Invalid, NotFound, Outcome, Refused
from xiachen.base.owned.bulk import among, insert_new
from xiachen.people import rules
from xiachen.people.models.members import (
    KEYRING,
    Identity,
    IdentityKind,
    Member,
    PartyStanding,
    Skill,
)
from xiachen.people.models.units import Organisation, PartyOrganisation, PartyOrganisationKind
from xiachen.people.queries import members as queries
from xiachen.places.models import Community
from xiachen.privacy import audit
from xiachen.privacy.classes import DataClass
from xiachen.privacy.keyring.store import KeyMissing
from xiachen.privacy.keyring.vault import vault
from xiachen.privacy.scope import Can, Role, Scope

_INDEXES = {"phone": "phone_index", "identity_number": "identity_index"}
_LONGEST_NAME = 60
_KINDS = frozenset(IdentityKind.values)
_STANDINGS = frozenset(PartyStanding.values)


class BadPhone(Refused):
    """The text is no mobile number."""

    code = "people.bad-phone"
    message = _("This is no mobile number: it has 11 digits and begins with 13 to 19.")
    status = 422


class BadIdentity(Refused):
    """The text is no identity number."""

    code = "people.bad-identity"
    message = _("The identity number cannot be right: %(fault)s. Check it against the card.")
    status = 422


class AlreadyRegistered(Refused):
    """Somebody is registered with this phone or identity number."""

    code = "people.already-registered"
    message = _(
        "Somebody is registered with this number already. Look the person up by the number "
        "instead of entering them again."
    )


class EnteredOtherwise(Refused):
    """The same record was entered with other content."""

    code = "people.entered-otherwise"
    message = _("This person was entered before with other details. Open the record and compare.")


IDENTITY_FAULTS = {
    rules.IdentityFault.OLD: _("it has 15 digits; the card of today has 18"),
    rules.IdentityFault.SHAPE: _("it has 18 places, the last a digit or X"),
    rules.IdentityFault.BIRTH: _("places 7 to 14 are not a day of the calendar"),
    rules.IdentityFault.CHECK: _("the last place does not fit the others"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberEntry:
    """
    A person as a list names them.

    :param skills: codes of skills
    :param surname_reading: how the surname is read (pinyin), where it differs from the usual
    """

    id: UUID
    name: str
    organisation: UUID | None = None
    party_organisation: UUID | None = None
    party_standing: str = "none"
    home_community: int | None = None
    phone: str = ""
    identity_number: str = ""
    identities: Sequence[str] = ()
    skills: Sequence[str] = ()
    invented: bool = False
    surname_reading: str = ""

    def kept_name(self) -> str:
        """
        Return the name as it is kept.

        :raises NameNeeded: there is none
        :raises Invalid: it is too long
        """
        name = rules.kept_name(self.name)
        if not name:
            raise rules.NameNeeded(field="name")
        if len(name) > _LONGEST_NAME:
            raise Invalid(field="name", reason=_("a name has 1 to 60 characters"))
        return name

    def kept_contact(self) -> tuple[str, str]:
        """
        Return phone and identity number as they are kept, empty where there is none.

        :raises BadPhone, BadIdentity:
        """
        phone, identity = rules.phone_number(self.phone), rules.plain(self.identity_number)
        if phone and rules.phone_fault(phone):
            raise BadPhone(field="phone")
        if identity and (fault := rules.identity_fault(identity)):
            raise BadIdentity(field="identity_number", fault=IDENTITY_FAULTS[fault])
        return phone, identity


@dataclass(frozen=True, slots=True)
class References:
    """What the entries of a list refer to, read once for all; `units` with their divisions."""

    units: dict[UUID, int]
    party_organisations: set[UUID]
    communities: set[int]
    skills: dict[str, int]

    @classmethod
    def of(cls, entries: Sequence[MemberEntry]) -> "References":
        """Read what these entries refer to."""
        units = {entry.organisation for entry in entries if entry.organisation}
        parties = {entry.party_organisation for entry in entries if entry.party_organisation}
        homes = {entry.home_community for entry in entries if entry.home_community}
        skills = {code for entry in entries for code in entry.skills}
        regular = PartyOrganisation.objects.exclude(kind=PartyOrganisationKind.TEMPORARY)
        return cls(
            units=dict(Organisation.objects.filter(pk__in=units).values_list("pk", "division")),
            # Nobody's membership moves to a temporary branch.
            party_organisations=set(regular.filter(pk__in=parties).values_list("pk", flat=True)),
            communities=set(Community.objects.filter(pk__in=homes).values_list("pk", flat=True)),
            skills=dict(Skill.objects.filter(code__in=skills).values_list("code", "pk")),
        )

    def check(self, scope: Scope, entry: MemberEntry) -> None:
        """
        Refuse an entry that refers to what is not there, or to what the role does not enter.

        :raises NotFound, Invalid, Forbidden:
        """
        if entry.organisation and entry.organisation not in self.units:
            raise NotFound(field="organisation")
        if entry.party_organisation and entry.party_organisation not in self.party_organisations:
            raise NotFound(field="party_organisation")
        if entry.home_community and entry.home_community not in self.communities:
            raise NotFound(field="home_community")
        if not set(entry.skills) <= self.skills.keys():
            raise Invalid(field="skills", reason=_("there is no such skill"))
        if not set(entry.identities) <= _KINDS:
            raise Invalid(field="identities", reason=_("there is no such kind of person"))
        if entry.party_standing not in _STANDINGS:
            raise Invalid(field="party_standing", reason=_("there is no such party standing"))
        if not self._enters(scope, entry):
            raise Forbidden()

    def _enters(self, scope: Scope, entry: MemberEntry) -> bool:
        """A unit's liaison enters its own people, an office those of its units and places."""
        if scope.role is Role.SYSTEM or (entry.organisation in scope.organisations):
            return True
        places = [self.units[entry.organisation]] if entry.organisation else []
        places += [entry.home_community] if entry.home_community else []
        return any(scope.covers(place) for place in places)


@dataclass(slots=True)
class _Draft:
    """An entry on its way to a row."""

    entry: MemberEntry
    row: Member | None = None
    refusal: Refused | None = None
    new: bool = False
    extras: tuple[frozenset[str], frozenset[str]] = field(default=(frozenset(), frozenset()))


@transaction.atomic
def enter_members(scope: Scope, *, entries: Sequence[MemberEntry], at: datetime) -> list[Outcome]:
    """
    Enter people; one outcome for each entry, in the order of the entries.

    The same id with the same content is known already; with other content it is refused, and so
    is another id with the phone or identity number of somebody who is registered.
    """
    scope.require(Can.ENTER_PEOPLE)
    if not entries:
        return []
    _make_keyring(at)
    known = References.of(entries)
    drafts = [_draft(scope, entry, known) for entry in entries]
    _settle_known(drafts)
    _settle_repeated(drafts)
    _write(drafts)
    _write_extras(drafts, known)
    written = [draft.entry.id for draft in drafts if draft.new]
    if written:
        audit.record(scope, "people.enter-members", targets=written)
    return [Outcome(d.entry.id, new=d.new, refusal=d.refusal) for d in drafts]


@transaction.atomic
def change_phone(scope: Scope, *, member: UUID, phone: str) -> Member:
    """
    Correct somebody's phone number; the person may do it, or whoever manages people.

    :raises BadPhone, AlreadyRegistered:
    """
    if member != scope.member:
        scope.require(Can.MANAGE_PEOPLE)
    found = queries.member(scope, member)
    kept = rules.phone_number(phone)
    if rules.phone_fault(kept):
        raise BadPhone(field="phone")
    row = Member.objects.select_for_update().get(pk=found.pk)
    row.seal_contact(phone=kept, identity=row.opened_contact()["identity"])
    try:
        with transaction.atomic():
            row.save(update_fields=["sealed", "phone_index"])
    except IntegrityError:
        raise AlreadyRegistered(field="phone") from None
    audit.record(scope, "people.change-phone", subject=row.pk, targets=[row.pk])
    return row


@transaction.atomic
def view_member(scope: Scope, *, member: UUID) -> queries.MemberCard:
    """Return a person's page, numbers masked, and note who looked."""
    card = queries.member_card(scope, member)
    audit.record(scope, "people.view-member", subject=member, targets=[member])
    return card


@transaction.atomic
def view_members(scope: Scope, *, wanted: queries.Wanted, page: int = 1) -> queries.MemberPage:
    """Return a page of the people reached, and note whose names were shown."""
    shown = queries.member_page(scope, wanted, page)
    audit.record(scope, "people.view-members", targets=[row.member.pk for row in shown.rows])
    return shown


def _make_keyring(at: datetime) -> None:
    """The first people of an installation make the keyring; a lost one is never replaced."""
    try:
        vault().keyring(KEYRING, DataClass.SERVICE)
    except KeyMissing:
        vault().create(KEYRING, at=at)


def _draft(scope: Scope, entry: MemberEntry, known: References) -> _Draft:
    draft = _Draft(entry, extras=(frozenset(entry.identities), frozenset(entry.skills)))
    try:
        known.check(scope, entry)
        draft.row = _row(entry)
    except Refused as refusal:
        draft.refusal = refusal
    return draft


def _row(entry: MemberEntry) -> Member:
    name = entry.kept_name()
    phone, identity = entry.kept_contact()
    row = Member(
        id=entry.id,
        name=name,
        sort_key=rules.sort_key(name, surname_reading=entry.surname_reading),
        organisation_id=entry.organisation,
        party_organisation_id=entry.party_organisation,
        party_standing=entry.party_standing,
        home_community_id=entry.home_community,
        invented=entry.invented,
    )
    row.seal_contact(phone=phone, identity=identity)
    return row


def _settle_known(drafts: Sequence[_Draft]) -> None:
    """Answer for entries whose id, phone or identity number is registered."""
    rows = [draft.row for draft in drafts if draft.row]
    standing = _standing(rows)
    extras = _extras_of(standing)
    numbers = _registered_numbers(rows)
    for draft in drafts:
        if draft.row is None:
            continue
        found = standing.get(draft.row.pk)
        if found is not None:
            same = _content(found) == _content(draft.row) and extras[found.pk] == draft.extras
            draft.refusal = None if same else EnteredOtherwise()
            draft.row = None
        elif taken := [key for key in _numbers(draft.row) if key in numbers]:
            draft.refusal, draft.row = AlreadyRegistered(field=taken[0][0]), None


def _standing(rows: Sequence[Member]) -> dict[UUID, Member]:
    """Return the people who are registered under the ids of these rows."""
    ids = among([row.pk for row in rows], "uuid")
    return {row.pk: row for row in Member.objects.filter(pk__in=ids)}


def _registered_numbers(rows: Sequence[Member]) -> set[tuple[str, bytes]]:
    """Return those numbers of these rows that belong to somebody who is registered."""
    wanted: dict[str, list[bytes]] = {"phone": [], "identity_number": []}
    for row in rows:
        for name, index in _numbers(row):
            wanted[name].append(index)
    found = set()
    for name, column in _INDEXES.items():
        held = Member.objects.filter(**{f"{column}__in": among(wanted[name], "bytea")})
        found |= {(name, bytes(index)) for index in held.values_list(column, flat=True)}
    return found


def _extras_of(members: Collection[UUID]) -> dict[UUID, tuple[frozenset[str], frozenset[str]]]:
    kinds: dict[UUID, set[str]] = {member: set() for member in members}
    skills: dict[UUID, set[str]] = {member: set() for member in members}
    whose = {"member_id__in": among(list(members), "uuid")}
    for member, kind in Identity.objects.filter(**whose).values_list("member_id", "kind"):
        kinds[member].add(kind)
    linked = Member.skills.through._default_manager.filter(**whose)
    for member, code in linked.values_list("member_id", "skill__code"):
        skills[member].add(code)
    return {one: (frozenset(kinds[one]), frozenset(skills[one])) for one in members}


def _settle_repeated(drafts: Sequence[_Draft]) -> None:
    """Answer for entries that stand twice in the list, or share a number with one above."""
    first: dict[UUID, _Draft] = {}
    numbers: set[tuple[str, bytes]] = set()
    for draft in drafts:
        if draft.row is None:
            continue
        above = first.setdefault(draft.row.pk, draft)
        if above is not draft:
            same = above.entry == draft.entry
            draft.refusal, draft.row = None if same else EnteredOtherwise(), None
        elif taken := [key for key in _numbers(draft.row) if key in numbers]:
            draft.refusal, draft.row = AlreadyRegistered(field=taken[0][0]), None
            del first[draft.entry.id]
        else:
            numbers.update(_numbers(draft.row))


def _write(drafts: Sequence[_Draft]) -> None:
    written = insert_new([draft.row for draft in drafts if draft.row])
    for draft in drafts:
        draft.new = draft.row is not None and draft.row.pk in written
    # Somebody else has entered the others meanwhile.
    _settle_known([draft for draft in drafts if draft.row and not draft.new])


def _write_extras(drafts: Sequence[_Draft], known: References) -> None:
    new = [draft for draft in drafts if draft.new]
    insert_new(
        [Identity(member_id=d.entry.id, kind=kind) for d in new for kind in sorted(d.extras[0])]
    )
    link = Member.skills.through
    insert_new(
        [
            link(member_id=d.entry.id, skill_id=known.skills[code])
            for d in new
            for code in sorted(d.extras[1])
        ]
    )


def _numbers(row: Member) -> Iterable[tuple[str, bytes]]:
    if row.phone_index:
        yield "phone", bytes(row.phone_index)
    if row.identity_index:
        yield "identity_number", bytes(row.identity_index)


def _content(row: Member) -> tuple[object, ...]:
    return (
        row.name,
        row.sort_key,
        row.organisation_id,
        row.party_organisation_id,
        row.party_standing,
        row.home_community_id,
        row.invented,
        *_numbers(row),
    )
