"""Whom a name means, with a phone, an identity number or a unit beside it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from xiachen.base.errors import Refused
from xiachen.mobilisation.queries.duties import with_below
from xiachen.mobilisation.rules.recognising import (
    PersonDiffers,
    PersonUnclear,
    PersonUnknown,
    Said,
)
from xiachen.people import rules as people
from xiachen.people.models.members import Member, contact_index
from xiachen.people.queries.members import members_reached
from xiachen.people.queries.naming import NameBook
from xiachen.privacy.keyring.store import KeyMissing
from xiachen.privacy.scope import Scope

_AT_ONCE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A registered person as far as recognising needs it."""

    id: UUID
    name: str
    organisation: UUID | None
    home: int | None


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
        self._below: dict[UUID, frozenset[UUID]] = {}
        self._named: dict[str, dict[UUID, Known]] = {}
        self._numbered: dict[bytes, Known] = {}
        rows = members_reached(scope) if among is None else among
        wanted = list(said)
        for start in range(0, len(wanted), _AT_ONCE):
            self._read(rows, wanted[start : start + _AT_ONCE])

    def find(self, said: Said) -> Known:
        """
        Return the one person who is meant.

        :raises PersonUnknown, PersonUnclear, PersonDiffers: nobody is, or it is not certain who
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

        :raises PersonDiffers: a number belongs to somebody of another name
        """
        for field, number in (
            ("identity", _number(said, "identity")),
            ("phone", _number(said, "phone")),
        ):
            index = _index(field, number)
            known = self._numbered.get(index) if index else None
            if known is None:
                continue
            if said.name and people.name_key(known.name) != people.name_key(said.name):
                raise PersonDiffers(field=field)
            return [known]
        named = list(self._named.get(people.name_key(said.name), {}).values())
        if len(named) > 1 and said.unit:
            unit = self._unit(said.unit)
            theirs = [one for one in named if one.organisation in unit]
            named = theirs or named
        return named

    def _read(self, rows: QuerySet[Member], said: list[Said]) -> None:
        indexes = [
            index
            for one in said
            for field in ("identity", "phone")
            if (index := _index(field, _number(one, field)))
        ]
        names = {one.name for one in said} | {people.kept_name(one.name) for one in said}
        wanted = Q(name__in=names) | Q(phone_index__in=indexes) | Q(identity_index__in=indexes)
        columns = ("pk", "name", "organisation_id", "home_community_id")
        for pk, name, unit, home, *numbers in (
            rows.filter(wanted).order_by().values_list(*columns, "phone_index", "identity_index")
        ):
            known = Known(id=pk, name=name, organisation=unit, home=home)
            self._named.setdefault(people.name_key(name), {})[pk] = known
            for number in numbers:
                if number is not None:
                    self._numbered[bytes(number)] = known

    def _unit(self, text: str) -> frozenset[UUID]:
        try:
            unit = self._units.find(text, about="unit")
        except Refused:
            return frozenset()
        if unit not in self._below:
            self._below[unit] = with_below(self._scope, [unit])
        return self._below[unit]

    def unit(self, text: str) -> UUID:
        """
        Return the unit that a text names.

        :raises UnitNotRegistered, UnitUnclear: none is called so, or several are
        """
        return self._units.find(text, about="unit")


def _number(said: Said, field: str) -> str:
    return people.plain(said.identity) if field == "identity" else people.phone_number(said.phone)


_FAULTS: dict[str, Callable[[str], object]] = {
    "identity": people.identity_fault,
    "phone": people.phone_fault,
}


def _index(field: str, number: str) -> bytes:
    """Return what finds a number without reading any; nothing for one that cannot be right."""
    if not number or _FAULTS[field](number):
        return b""
    try:
        return contact_index(field, number)
    except KeyMissing:
        return b""  # nobody was ever entered with a number
