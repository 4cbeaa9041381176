"""
Members of a list: found again by number, or by name and unit, and completed where nothing stood.

Somebody is found by phone or identity number; without, by the name in the same unit (without a
unit, in the same home community) if nothing contradicts it. What the list adds to what was unknown
is written; what it says otherwise is refused, for a person to decide.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Model, Q
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused
from xiachen.base.owned.bulk import among, insert_new, update_rows
from xiachen.people import rules
from xiachen.people.models.members import Identity, Member, PartyStanding, contact_index
from xiachen.people.models.units import Organisation
from xiachen.people.operations.completing.answers import Completion, SaidOtherwise
from xiachen.people.operations.members import (
    AlreadyRegistered,
    MemberEntry,
    References,
    enter_members,
)
from xiachen.people.queries.members import members_reached
from xiachen.places.models import Community
from xiachen.privacy import audit
from xiachen.privacy.keyring.store import KeyMissing
from xiachen.privacy.scope import Can, Scope

# What a list may add where nothing stood, by field of the entry.
_COMPLETED = {
    "organisation": "organisation_id",
    "party_organisation": "party_organisation_id",
    "home_community": "home_community_id",
}
_INDEXES = {"phone": "phone_index", "identity_number": "identity_index"}
_SEALED = ("sealed", *_INDEXES.values())


class UnderAnotherName(Refused):
    """The number belongs to somebody who is registered under another name."""

    code = "people.under-another-name"
    message = _(
        "This number is registered under another name. Find out whose it is, and correct the "
        "sheet or the record."
    )


class SeveralOfThisName(Refused):
    """More than one person of this name is registered, and nothing tells which is meant."""

    code = "people.several-of-this-name"
    message = _(
        "Several people of this name are registered here. Add the phone or identity number, so "
        "that it is clear who is meant."
    )


@dataclass(slots=True)
class _Sought:
    """An entry while it is looked for; indexes are None where it has no such number."""

    entry: MemberEntry
    key: str
    indexes: dict[str, bytes]
    found: UUID | None = None
    refusal: Refused | None = None


@transaction.atomic
def enter_or_complete_members(
    scope: Scope, *, entries: Sequence[MemberEntry], at: datetime
) -> list[Completion]:
    """
    Enter those of a list who are not registered, and complete the others; an answer for each.

    An entry has an id of its own, which becomes the person's if they are new. No two entries may
    be the same person.
    """
    scope.require(Can.ENTER_PEOPLE)
    sought = [_Sought(entry, rules.name_key(entry.name), _indexes(entry)) for entry in entries]
    _find_by_numbers(scope, sought)
    _find_by_names(scope, [one for one in sought if not one.found and not one.refusal])
    fresh = [one.entry for one in sought if not one.found and not one.refusal]
    entered = iter(enter_members(scope, entries=fresh, at=at))
    known = [one for one in sought if one.found]
    completed = iter(_complete(scope, known))
    answers = []
    for one in sought:
        if one.refusal:
            answers.append(Completion(refusal=one.refusal))
        elif one.found:
            answers.append(replace(next(completed), member=one.found))
        else:
            outcome = next(entered)
            member = None if outcome.refusal else outcome.id
            answers.append(Completion(outcome.new, refusal=outcome.refusal, member=member))
    return answers


def _indexes(entry: MemberEntry) -> dict[str, bytes]:
    numbers = {
        "phone": rules.phone_number(entry.phone),
        "identity_number": rules.plain(entry.identity_number),
    }
    try:
        return {
            name: contact_index("phone" if name == "phone" else "identity", number)
            for name, number in numbers.items()
            if number
        }
    except KeyMissing:
        # Nobody was ever entered with a number.
        return {}


def _find_by_numbers(scope: Scope, sought: Sequence[_Sought]) -> None:
    held = {name: _holders(name, sought) for name in _INDEXES}
    ids = {pk for holders in held.values() for pk, _name in holders.values()}
    reached = set(
        members_reached(scope)
        .filter(pk__in=among(ids, "uuid"))
        .order_by()
        .values_list("pk", flat=True)
    )
    for one in sought:
        hits = {
            name: held[name][index] for name, index in one.indexes.items() if index in held[name]
        }
        for name, (pk, called) in hits.items():
            if pk not in reached:
                one.refusal = AlreadyRegistered(field=name)
            elif rules.name_key(called) != one.key:
                one.refusal = UnderAnotherName(field=name)
            elif one.found not in (None, pk):
                one.refusal = AlreadyRegistered(field=name)
            if one.refusal:
                one.found = None
                break
            one.found = pk


def _holders(name: str, sought: Sequence[_Sought]) -> dict[bytes, tuple[UUID, str]]:
    """Return who holds which of the numbers sought, by index."""
    wanted = [one.indexes[name] for one in sought if name in one.indexes]
    column = _INDEXES[name]
    rows = Member.objects.filter(**{f"{column}__in": among(wanted, "bytea")})
    return {
        bytes(index): (pk, called)
        for index, pk, called in rows.values_list(column, "pk", "name").order_by()
    }


def _find_by_names(scope: Scope, sought: Sequence[_Sought]) -> None:
    """Find those whose name is registered in the same unit or home, where nothing contradicts."""
    if not sought:
        return
    _await_others(sought)
    places: dict[tuple[str, object], list[Member]] = {}
    for row in _of_same_units(scope, sought):
        places.setdefault((rules.name_key(row.name), _place(row)), []).append(row)
    for one in sought:
        alike = places.get((one.key, one.entry.organisation or one.entry.home_community), [])
        fitting = [row for row in alike if not _contradicts(one, row)]
        if len(fitting) > 1:
            one.refusal = SeveralOfThisName(field="name")
        elif fitting:
            one.found = fitting[0].pk


def _await_others(sought: Sequence[_Sought]) -> None:
    """Have lists of the same units or homes wait for each other: names alone are not unique."""
    units = {one.entry.organisation for one in sought if one.entry.organisation}
    homes = {one.entry.home_community for one in sought if not one.entry.organisation}
    for model, wanted, kind in ((Organisation, units, "uuid"), (Community, homes, "bigint")):
        ids = among({one for one in wanted if one}, kind)
        rows = model._default_manager.select_for_update(no_key=True).filter(pk__in=ids)
        list(rows.order_by("pk").values_list("pk"))


def _of_same_units(scope: Scope, sought: Sequence[_Sought]) -> Iterable[Member]:
    units = {one.entry.organisation for one in sought if one.entry.organisation}
    lone = {one.entry.home_community for one in sought if not one.entry.organisation}
    names = {rules.kept_name(one.entry.name) for one in sought if not one.entry.organisation}
    where = Q(organisation_id__in=among(units, "uuid"))
    where |= Q(
        organisation=None,
        home_community_id__in=among({home for home in lone if home}, "bigint"),
    )
    if None in lone:
        where |= Q(organisation=None, home_community=None, name__in=among(names, "text"))
    columns = ("pk", "name", "organisation_id", "home_community_id", *_INDEXES.values())
    return members_reached(scope).filter(where).order_by().only(*columns)


def _place(row: Member) -> object:
    return row.organisation_id or row.home_community_id


def _contradicts(one: _Sought, row: Member) -> bool:
    """Tell whether the numbers or homes of two namesakes differ."""
    for name, column in _INDEXES.items():
        held = getattr(row, column)
        if held and name in one.indexes and bytes(held) != one.indexes[name]:
            return True
    home = one.entry.home_community
    return bool(home and row.home_community_id and home != row.home_community_id)


def _complete(scope: Scope, known: Sequence[_Sought]) -> list[Completion]:
    """Write what the entries add to the records found; one answer for each, in their order."""
    if not known:
        return []
    records = _Records.locked([one.found for one in known if one.found])
    references = References.of([one.entry for one in known])
    answers = []
    for one in known:
        try:
            references.check(scope, one.entry)
            answers.append(Completion(completed=records.complete(one, references)))
        except Refused as refusal:
            answers.append(Completion(refusal=refusal))
    records.write()
    if records.touched:
        audit.record(scope, "people.complete-members", targets=sorted(records.touched))
    return answers


@dataclass(slots=True)
class _Records:
    """The records that a list may complete, held until it is written."""

    rows: dict[UUID, Member]
    kinds: dict[UUID, set[str]]
    skills: dict[UUID, set[str]]
    changed: list[Member] = field(default_factory=list)
    more: list[Model] = field(default_factory=list)
    touched: set[UUID] = field(default_factory=set)

    @classmethod
    def locked(cls, ids: Sequence[UUID]) -> "_Records":
        wanted = among(ids, "uuid")
        rows = Member.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
        found = cls({row.pk: row for row in rows}, defaultdict(set), defaultdict(set))
        kinds = Identity.objects.filter(member_id__in=wanted)
        for member, kind in kinds.values_list("member_id", "kind"):
            found.kinds[member].add(kind)
        skills = Member.skills.through._default_manager.filter(member_id__in=wanted)
        for member, code in skills.values_list("member_id", "skill__code"):
            found.skills[member].add(code)
        return found

    def complete(self, one: _Sought, references: References) -> bool:
        """Take over what an entry adds, and tell whether it adds anything."""
        assert one.found is not None
        row = self.rows[one.found]
        filled = [*_filled(row, one.entry), *_numbers_filled(row, one)]
        kinds = sorted(set(one.entry.identities) - self.kinds[row.pk])
        skills = sorted(set(one.entry.skills) - self.skills[row.pk])
        self.more += [Identity(member_id=row.pk, kind=kind) for kind in kinds]
        link = Member.skills.through
        self.more += [link(member_id=row.pk, skill_id=references.skills[code]) for code in skills]
        for column, value in filled:
            setattr(row, column, value)
        if filled:
            self.changed.append(row)
        if filled or kinds or skills:
            self.touched.add(row.pk)
        return row.pk in self.touched

    def write(self) -> None:
        try:
            with transaction.atomic():
                update_rows(self.changed, (*_COMPLETED.values(), "party_standing", *_SEALED))
        except IntegrityError:
            # Somebody entered one of the numbers since we looked; a second look will tell whose.
            raise AlreadyRegistered() from None
        insert_new([one for one in self.more if isinstance(one, Identity)])
        insert_new([one for one in self.more if not isinstance(one, Identity)])


def _filled(row: Member, entry: MemberEntry) -> list[tuple[str, object]]:
    """Return the columns where nothing stood, with what the entry says."""
    filled: list[tuple[str, object]] = []
    for name, column in _COMPLETED.items():
        said, held = getattr(entry, name), getattr(row, column)
        if said and held is None:
            filled.append((column, said))
        elif said and said != held:
            raise SaidOtherwise(field=name)
    if entry.party_standing != PartyStanding.NONE:
        if row.party_standing == PartyStanding.NONE:
            filled.append(("party_standing", entry.party_standing))
        elif row.party_standing != entry.party_standing:
            raise SaidOtherwise(field="party_standing")
    return filled


def _numbers_filled(row: Member, one: _Sought) -> list[tuple[str, object]]:
    """Seal the numbers that were unknown beside the known one."""
    phone, identity = one.entry.kept_contact()
    added = set()
    for name, column in _INDEXES.items():
        held = getattr(row, column)
        if name in one.indexes and held is None:
            added.add(name)
        elif name in one.indexes and bytes(held) != one.indexes[name]:
            raise SaidOtherwise(field=name)
    if not added:
        return []
    known = row.opened_contact()
    after = copy(row)
    after.seal_contact(phone=known["phone"] or phone, identity=known["identity"] or identity)
    return [(column, getattr(after, column)) for column in _SEALED]
