"""Whom a name means, with a phone, an identity number or a unit beside it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from xiachen.mobilisation.rules.recognising import (
    NumberDiffers,
    PersonDiffers,
    PersonOfOtherUnit,
    PersonUnclear,
    PersonUnknown,
    PersonUnsure,
    Said,
)
from xiachen.people import rules as people
from xiachen.people.models.members import Member, contact_index
from xiachen.people.models.units import Organisation
from xiachen.people.operations.members import IDENTITY_FAULTS, BadIdentity, BadPhone
from xiachen.people.queries.members import members_reached
from xiachen.people.queries.naming import NameBook
from xiachen.privacy.keyring.store import KeyMissing
from xiachen.privacy.scope import Scope

_AT_ONCE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A registered person as far as recognising needs it; `indexes` of the numbers on record."""

    id: UUID
    name: str
    organisation: UUID | None
    home: int | None
    indexes: Mapping[str, bytes]

    def differs(self, said: Mapping[str, bytes]) -> str:
        """Return which of the numbers said is another than the one on record; empty if none."""
        wrong = (name for name, index in said.items() if self.indexes.get(name, index) != index)
        return next(wrong, "")


class Directory:
    """
    The registered people whom a list may name, read once for the whole list.

    :param among: those who are meant; without it, everybody whom the scope reaches
    """

    def __init__(
        self, scope: Scope, said: Iterable[Said], *, among: QuerySet[Member] | None = None
    ) -> None:
        self._scope = scope
        self._units = NameBook.of_units(scope)
        self._above: dict[UUID, UUID | None] = {}
        self._named: dict[str, dict[UUID, Known]] = {}
        self._numbered: dict[bytes, Known] = {}
        rows = members_reached(scope) if among is None else among
        wanted = list(said)
        for start in range(0, len(wanted), _AT_ONCE):
            self._read(rows, wanted[start : start + _AT_ONCE])

    def find(self, said: Said) -> Known:
        """
        Return the one person who is meant.

        :raises PersonUnknown, PersonUnclear: nobody is, or several may be
        :raises Refused: what `candidates` raises
        """
        found = self.candidates(said)
        if not found:
            raise PersonUnknown(field="name")
        if len(found) > 1:
            raise PersonUnclear(field="name", count=len(found))
        return found[0]

    def candidates(self, said: Said) -> list[Known]:
        """
        Return who may be meant: one person by a number, else those of the name and the unit.

        What stands beside the name is never left aside: it agrees with the record, or is refused.

        :raises BadPhone, BadIdentity: a number cannot be right
        :raises PersonDiffers, NumberDiffers: a number is somebody else's, or not the one on record
        :raises PersonOfOtherUnit: nobody of the name belongs to the unit
        :raises PersonUnsure: neither number nor unit tells that a namesake is meant
        """
        numbers = _indexes(said)
        known = self._by_number(said, numbers)
        return self._by_name(said, numbers) if known is None else [known]

    def _by_number(self, said: Said, numbers: Mapping[str, bytes]) -> Known | None:
        """Return who has one of the numbers and contradicts none."""
        found: Known | None = None
        for name, index in numbers.items():
            holder = self._numbered.get(index)
            if holder is None:
                continue
            if said.name and people.name_key(holder.name) != people.name_key(said.name):
                raise PersonDiffers(field=name)
            if found is not None and found.id != holder.id:
                raise NumberDiffers(field=name)
            found = holder
        if found is not None and (wrong := found.differs(numbers)):
            raise NumberDiffers(field=wrong)
        return found

    def _by_name(self, said: Said, numbers: Mapping[str, bytes]) -> list[Known]:
        """Return those of the name whom neither number nor unit contradicts."""
        named = list(self._named.get(people.name_key(said.name), {}).values())
        fitting = [one for one in named if not one.differs(numbers)]
        if named and not fitting:
            raise NumberDiffers(field=named[0].differs(numbers))
        units = self._units_said(said)
        theirs = [one for one in fitting if any(self.belongs(one, unit) for unit in units)]
        if fitting and units and not theirs:
            raise PersonOfOtherUnit(field="unit")
        if fitting and numbers and not units:
            raise PersonUnsure(field="name")
        return theirs if units else fitting

    def belongs(self, one: Known, unit: UUID) -> bool:
        """Tell whether somebody belongs to a unit or to one below it."""
        if not self._above:
            self._above = dict(Organisation.objects.order_by().values_list("pk", "parent_id"))
        at, seen = one.organisation, set[UUID]()
        while at is not None and at != unit and at not in seen:
            seen.add(at)
            at = self._above.get(at)
        return at == unit

    def _read(self, rows: QuerySet[Member], said: list[Said]) -> None:
        indexes = [
            index
            for one in said
            for name, number in _numbers(one).items()
            if not _FAULTS[name](number) and (index := _index(name, number))
        ]
        names = {one.name for one in said} | {people.kept_name(one.name) for one in said}
        wanted = Q(name__in=names) | Q(phone_index__in=indexes) | Q(identity_index__in=indexes)
        columns = ("pk", "name", "organisation_id", "home_community_id")
        for pk, name, unit, home, *held in (
            rows.filter(wanted).order_by().values_list(*columns, "identity_index", "phone_index")
        ):
            pairs = zip(("identity", "phone"), held, strict=True)
            numbers = {which: bytes(index) for which, index in pairs if index is not None}
            known = Known(id=pk, name=name, organisation=unit, home=home, indexes=numbers)
            self._named.setdefault(people.name_key(name), {})[pk] = known
            for index in numbers.values():
                self._numbered[index] = known

    def _units_said(self, said: Said) -> frozenset[UUID]:
        """Return the unit of a sheet's cell, or those with which words of a chat begin."""
        if said.unit:
            return frozenset({self.unit(said.unit)})
        return frozenset().union(*(self._units.begins(word) for word in said.words.split()))

    def unit(self, text: str) -> UUID:
        """
        Return the unit that a text names.

        :raises UnitNotRegistered, UnitUnclear: none is called so, or several are
        """
        return self._units.find(text, about="unit")


def _numbers(said: Said) -> dict[str, str]:
    """Return the numbers said, as they are kept; which are empty are left out."""
    given = {"identity": people.plain(said.identity), "phone": people.phone_number(said.phone)}
    return {name: number for name, number in given.items() if number}


_FAULTS: Mapping[str, Callable[[str], object]] = {
    "identity": people.identity_fault,
    "phone": people.phone_fault,
}


def _indexes(said: Said) -> dict[str, bytes]:
    """Return what finds the numbers said; refuse one that cannot be right."""
    numbers = _numbers(said)
    if "identity" in numbers and (fault := people.identity_fault(numbers["identity"])):
        raise BadIdentity(field="identity", fault=IDENTITY_FAULTS[fault])
    if "phone" in numbers and people.phone_fault(numbers["phone"]):
        raise BadPhone(field="phone")
    return {name: _index(name, number) for name, number in numbers.items()}


def _index(name: str, number: str) -> bytes:
    """Return what finds a number without reading any; empty where nobody has a number yet."""
    try:
        return contact_index(name, number)
    except KeyMissing:
        return b""
