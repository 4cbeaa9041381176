"""Units and party organisations by the names that sheets write; an unknown name gets near ones."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from xiachen.base.errors import Refused
from xiachen.people.models.units import Organisation, PartyOrganisation, PartyOrganisationKind
from xiachen.places.rules.names import plain
from xiachen.privacy.scope import Scope

_OFFERED_AT_MOST = 30
_NEAR = 3
_ALIKE = 0.55


class UnitNotRegistered(Refused):
    """No unit, or no party organisation, has this name; what stands there is not repeated."""

    code = "people.unit-not-registered"
    message = _("Nothing is registered under this name. Register it first, or correct the name.")
    status = 422


class NearUnitRegistered(UnitNotRegistered):
    """Not registered, with similar names."""

    message = _(
        "Nothing is registered under this name. Similar names: %(names)s. "
        "Write one of them, or register the new one first."
    )


class UnitUnclear(Refused):
    """Several have this name."""

    code = "people.unit-unclear"
    message = _("Several are called this: %(names)s. Write the whole name, or the unit beside it.")
    status = 422


@dataclass(slots=True)
class NameBook:
    """
    What is registered, by what spellings of its name share.

    :param called: by whole and short name; `named` by the whole name only
    :param whole: the whole names, each once, to offer where a name is unknown
    :param told: how each is told apart from namesakes
    :param unit: the unit of each party organisation
    """

    called: dict[str, list[UUID]] = field(default_factory=dict)
    named: dict[str, list[UUID]] = field(default_factory=dict)
    whole: dict[str, str] = field(default_factory=dict)
    told: dict[UUID, str] = field(default_factory=dict)
    unit: dict[UUID, UUID | None] = field(default_factory=dict)
    _offered: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of_units(cls, scope: Scope) -> "NameBook":
        """Read the names of all units: they are on every document and no secret."""
        book = cls()
        rows = Organisation.objects.values_list("pk", "name", "short_name").order_by("name")
        for pk, name, short in rows:
            book.add(pk, name, told=name)
            if short:
                book.called.setdefault(plain(short), []).append(pk)
        return book

    @classmethod
    def of_party_organisations(cls, scope: Scope) -> "NameBook":
        """Read the names of the party organisations to which people can belong."""
        book = cls()
        rows = PartyOrganisation.objects.exclude(kind=PartyOrganisationKind.TEMPORARY)
        columns = rows.order_by("name").values_list(
            "pk", "name", "organisation_id", "organisation__name", "parent__name"
        )
        for pk, name, unit, of_unit, parent in columns:
            above = of_unit or parent or ""
            book.add(pk, name, told=f"{name}（{above}）" if above else name)
            book.unit[pk] = unit
        return book

    def add(self, pk: UUID, name: str, *, told: str = "") -> None:
        """Take in one more name."""
        key = plain(name)
        self.called.setdefault(key, []).append(pk)
        self.named.setdefault(key, []).append(pk)
        self.whole[key] = name
        self.told[pk] = told or name

    def find(self, text: str, *, about: str, unit: UUID | None = None) -> UUID:
        """
        Return the one that a text names.

        :param about: the field that a refusal is about
        :param unit: of several of one name, that of this unit is meant
        :raises UnitNotRegistered, UnitUnclear:
        """
        key = plain(text)
        found = list(dict.fromkeys(self.called.get(key, ())))
        if len(found) > 1:
            theirs = [pk for pk in found if unit is not None and self.unit.get(pk) == unit]
            found = theirs if len(theirs) == 1 else found
        if len(found) > 1:
            raise UnitUnclear(field=about, names=_listed(self.told[pk] for pk in found[:_NEAR]))
        if not found:
            near = self._near(key)
            if near:
                raise NearUnitRegistered(field=about, names=_listed(near))
            raise UnitNotRegistered(field=about)
        return found[0]

    def begins(self, word: str) -> frozenset[UUID]:
        """Return those with whose name a word begins, the longest name: 城建局已到 is 城建局."""
        key = plain(word)
        for end in range(len(key), 1, -1):
            if found := self.called.get(key[:end]):
                return frozenset(found)
        return frozenset()

    def _near(self, key: str) -> list[str]:
        if key not in self._offered and len(self._offered) < _OFFERED_AT_MOST:
            near = get_close_matches(key, self.whole, n=_NEAR, cutoff=_ALIKE)
            self._offered[key] = [self.whole[one] for one in near]
        return self._offered.get(key, [])


def _listed(names: Iterable[str]) -> str:
    return pgettext("between items", "; ").join(names)
