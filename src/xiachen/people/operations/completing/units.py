"""Units and party organisations of a list: found again by name, completed where nothing stood."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Forbidden, Invalid, NotFound, Refused
from xiachen.base.owned.bulk import insert_new, update_rows
from xiachen.people.models.units import (
    Organisation,
    OrganisationLevel,
    PartyOrganisation,
    PartyOrganisationKind,
)
from xiachen.people.operations.completing.answers import Completion, SaidOtherwise
from xiachen.people.operations.units import (
    PartyOrganisationExists,
    TemporaryBranchIsFormed,
    UnitExists,
)
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Role, Scope

_Unit = Organisation | PartyOrganisation


class SuperiorRefused(Refused):
    """What stands above could not be entered."""

    code = "people.superior-refused"
    message = _("What stands above it in this sheet cannot be entered. Mend that line first.")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationEntry:
    """A unit as a list names it; `parent` is registered or an entry of the same list."""

    id: UUID
    name: str
    short_name: str = ""
    level: str
    parent: UUID | None = None
    division: int
    contact_community: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyOrganisationEntry:
    """A party organisation as a list names it; `parent` as in OrganisationEntry."""

    id: UUID
    name: str
    kind: str
    organisation: UUID | None = None
    parent: UUID | None = None


@transaction.atomic
def enter_or_complete_organisations(
    scope: Scope, *, entries: Sequence[OrganisationEntry]
) -> list[Completion]:
    """
    Enter those units of a list that are not registered, and complete the others.

    An id that is registered means that unit; no two entries have the same name.
    """
    scope.require(Can.MANAGE_PEOPLE)
    listed = _List(Organisation, {entry.id for entry in entries})
    for entry in entries:
        with listed.answering(entry.id):
            row = Organisation(
                id=entry.id,
                name=_kept(entry.name, 80, "name"),
                short_name=_kept(entry.short_name, 40, "short_name") if entry.short_name else "",
                level=entry.level,
                parent_id=entry.parent,
                division=entry.division,
                contact_community_id=entry.contact_community,
            )
            if entry.level not in OrganisationLevel.values:
                raise Invalid(field="level", reason=_("there is no such level"))
            if not (scope.covers(entry.division) or entry.parent in scope.organisations):
                raise Forbidden(field="division")
            listed.take(row, same=("level", "division"), filled=_OF_UNITS)
    listed.write("people.enter-organisations", scope, _OF_UNITS, UnitExists)
    return [listed.answers[entry.id] for entry in entries]


@transaction.atomic
def enter_or_complete_party_organisations(
    scope: Scope, *, entries: Sequence[PartyOrganisationEntry]
) -> list[Completion]:
    """Enter those party organisations of a list that are not registered, complete the others."""
    scope.require(Can.MANAGE_PEOPLE)
    listed = _List(PartyOrganisation, {entry.id for entry in entries})
    wanted = {entry.organisation for entry in entries if entry.organisation}
    divisions = dict(Organisation.objects.filter(pk__in=wanted).values_list("pk", "division"))
    for entry in entries:
        with listed.answering(entry.id):
            if entry.kind == PartyOrganisationKind.TEMPORARY:
                raise TemporaryBranchIsFormed(field="kind")
            _check_unit(scope, entry.organisation, divisions)
            row = PartyOrganisation(
                id=entry.id,
                name=_kept(entry.name, 80, "name"),
                kind=entry.kind,
                organisation_id=entry.organisation,
                parent_id=entry.parent,
            )
            listed.take(row, same=("kind",), filled=_OF_PARTY)
    listed.write("people.enter-party-organisations", scope, _OF_PARTY, PartyOrganisationExists)
    return [listed.answers[entry.id] for entry in entries]


# What a list may add where nothing stood: the column, and the sheet's field.
_OF_UNITS = {
    "short_name": "short_name",
    "parent_id": "parent",
    "contact_community_id": "contact_community",
}
_OF_PARTY = {"organisation_id": "organisation", "parent_id": "parent"}


class _List:
    """Entries on their way to rows of one model, with the answers."""

    def __init__(self, model: type[_Unit], ids: set[UUID]) -> None:
        self.model = model
        self.answers: dict[UUID, Completion] = {}
        rows = model._default_manager.select_for_update().filter(pk__in=ids).order_by("pk")
        self.held: dict[UUID, _Unit] = {row.pk: row for row in rows}
        self.fresh: dict[UUID, _Unit] = {}
        self.changed: list[_Unit] = []

    def answering(self, id: UUID) -> "_Answering":
        """Keep what is refused inside as the answer of an entry."""
        return _Answering(self, id)

    def take(self, row: _Unit, *, same: Sequence[str], filled: dict[str, str]) -> None:
        """Take a row as new, or compare it with the one of its id and complete that."""
        held = self.held.get(row.pk)
        if held is None:
            self.fresh[row.pk] = row
            return
        for name in same:
            if getattr(held, name) != getattr(row, name):
                raise SaidOtherwise(field=name)
        added = {}
        for column, about in filled.items():
            said, stands = getattr(row, column), getattr(held, column)
            if said and not stands:
                added[column] = said
            elif said and said != stands:
                raise SaidOtherwise(field=about)
        for column, said in added.items():
            setattr(held, column, said)
        if added:
            self.changed.append(held)
        self.answers[row.pk] = Completion(completed=bool(added))

    def write(
        self, action: str, scope: Scope, filled: dict[str, str], exists: type[Refused]
    ) -> None:
        """Write what was taken; those below an entry that was refused are refused too."""
        self._refuse_below()
        written = insert_new(list(self.fresh.values()))
        for id, row in self.fresh.items():
            self.answers[id] = (
                Completion(new=True)
                if id in written
                else Completion(refusal=exists(field="name", name=row.name))
            )
        update_rows(self.changed, list(filled))
        if touched := [*written, *(row.pk for row in self.changed)]:
            audit.record(scope, action, targets=sorted(touched))

    def _refuse_below(self) -> None:
        while below := [
            row for row in (*self.fresh.values(), *self.changed) if self._is_refused(row.parent_id)
        ]:
            for row in below:
                self.fresh.pop(row.pk, None)
                self.answers[row.pk] = Completion(refusal=SuperiorRefused(field="parent"))
            self.changed = [row for row in self.changed if row not in below]

    def _is_refused(self, id: UUID | None) -> bool:
        return id is not None and id in self.answers and bool(self.answers[id].refusal)


class _Answering:
    def __init__(self, listed: _List, id: UUID) -> None:
        self._listed, self._id = listed, id

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, Refused):
            self._listed.answers[self._id] = Completion(refusal=error)
            return True
        return False


def _check_unit(scope: Scope, unit: UUID | None, divisions: dict[UUID, int]) -> None:
    """A unit's own office, or an office above the unit, enters its party organisations."""
    if unit is None:
        if scope.role is Role.LIAISON:
            raise Forbidden(field="organisation")
        return
    if unit not in divisions:
        raise NotFound(field="organisation")
    if not (unit in scope.organisations or scope.covers(divisions[unit])):
        raise Forbidden(field="organisation")


def _kept(text: str, longest: int, about: str) -> str:
    kept = " ".join(text.split())
    if not kept:
        raise Invalid(field=about, reason=_("the name is missing"))
    if len(kept) > longest:
        raise Invalid(field=about, reason=_("the name is too long"))
    return kept
