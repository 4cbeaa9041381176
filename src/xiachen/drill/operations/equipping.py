"""Giving virtual phones to people of a played scenario, for an exercise on the running site."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiachen.drill.queries.crews import crews, played
from xiachen.drill.queries.files import scenario as read
from xiachen.drill.rules.faults import NobodyWorks
from xiachen.privacy.scope import system_scope
from xiachen.sync.operations.invitations import invite


@dataclass(frozen=True, slots=True)
class Equipped:
    """One person who gets a phone: where the person works, and the invitation's token."""

    member: UUID
    community: int
    token: str


@transaction.atomic
def equip(name_or_path: str, *, number: int, at: datetime) -> list[Equipped]:
    """
    Invite so many people who work somewhere in the scenario, today or on its own day.

    :raises NotPlayed: the scenario was not played here
    :raises NobodyWorks: nobody in it is in a team that works somewhere
    """
    held = played(name_or_path)
    # Most scenarios lie years back, and their teams have gone home.
    found = crews(name_or_path, day=at.date()) or crews(name_or_path, day=read(name_or_path).day)
    if not found:
        raise NobodyWorks()
    places = dict(found[:number])
    invited = invite(system_scope(held.incident_id), members=list(places), at=at)
    return [Equipped(one.member, places[one.member], one.token) for one in invited if one.token]
