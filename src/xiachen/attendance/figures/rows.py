"""Rows of the figures of attendance as they are shown: people and places by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from xiachen.figures.figure import Column
from xiachen.people.queries import members as people
from xiachen.places.queries import communities as places
from xiachen.privacy.masking import mask_name
from xiachen.privacy.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a figure as it is shown."""

    record: Any
    name: str
    community: str


def _present(person: str, scope: Scope, rows: Sequence[Any]) -> list[Row]:
    members = people.members_by_id(scope, [getattr(row, person) for row in rows])
    communities = places.communities_by_id(scope, {row.community_id for row in rows})
    return [
        Row(
            record=row,
            name=_name(members, getattr(row, person)),
            community=communities[row.community_id].name if row.community_id in communities else "",
        )
        for row in rows
    ]


def _name(members: dict[UUID, Any], member: UUID) -> str:
    return members[member].name if member in members else ""


def of_places(scope: Scope, rows: Sequence[Any]) -> list[Row]:
    communities = places.communities_by_id(scope, {row.community_id for row in rows})
    return [Row(record=row, name="", community=communities[row.community_id].name) for row in rows]


NAME = Column(heading=_("Name"), cell=lambda row: row.name, tag="#contact+name", mask=mask_name)
COMMUNITY_NAME = Column(heading=_("Community"), cell=lambda row: row.community, tag="#adm5+name")
of_stays = partial(_present, "member_id")
of_facts = partial(_present, "member")


def of_members(scope: Scope, rows: Sequence[Any]) -> list[Row]:
    """Present people as rows of themselves, with their unit where a place would stand."""
    found = people.members_by_id(scope, [row.pk for row in rows])
    return [
        Row(
            record=row,
            name=_name(found, row.pk),
            community=str(found[row.pk].organisation or "") if row.pk in found else "",
        )
        for row in rows
    ]
