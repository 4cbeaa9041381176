"""Residents of whom a list tells what was unknown."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from xiachen.base.errors import NotFound, Refused
from xiachen.base.owned.bulk import among, update_rows
from xiachen.people.models.residents import Resident
from xiachen.people.operations.completing.answers import Completion, SaidOtherwise
from xiachen.people.operations.members import AlreadyRegistered
from xiachen.people.operations.residents import ResidentEntry
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope


@transaction.atomic
def complete_residents(
    scope: Scope, *, community: int, entries: Sequence[ResidentEntry]
) -> list[Completion]:
    """
    Add phone and identity number to residents of whom they were unknown; an answer for each.

    An entry has the id of the resident; the name stays as it is registered.
    """
    scope.require(Can.MANAGE_PLACES, community=community)
    scope.require(Can.SEE_PEOPLE)
    ids = among([entry.id for entry in entries], "uuid")
    rows = Resident.objects.select_for_update().filter(community_id=community, pk__in=ids)
    held = {row.pk: row for row in rows.order_by("pk")}
    answers, changed = [], []
    for entry in entries:
        try:
            added = _added(held.get(entry.id), entry)
        except Refused as refusal:
            answers.append(Completion(refusal=refusal))
            continue
        if added:
            changed.append(held[entry.id])
        answers.append(Completion(completed=added))
    try:
        with transaction.atomic():
            update_rows(changed, ("sealed", "identity_index"))
    except IntegrityError:
        raise AlreadyRegistered(field="identity_number") from None
    if changed:
        targets = [row.pk for row in changed]
        audit.record(scope, "people.complete-residents", community=community, targets=targets)
    return answers


def _added(row: Resident | None, entry: ResidentEntry) -> bool:
    """Seal what the entry adds, and tell whether it adds anything."""
    if row is None or row.household_id != entry.household:
        raise NotFound()
    values, said = row.opened(), entry.kept()
    added = False
    for name, about in (("phone", "phone"), ("identity", "identity_number")):
        if said[name] and values[name] and said[name] != values[name]:
            raise SaidOtherwise(field=about)
        if said[name] and not values[name]:
            values[name] = said[name]
            added = True
    if added:
        row.seal(values)
    return added
