"""Reads of teams, squads and assignments."""

from uuid import UUID

from django.db import connection


def teams_below(team: UUID | None) -> frozenset[UUID]:
    """Return a team and all teams within it; of none, nothing. For making a scope."""
    if team is None:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(
            "with recursive below(id) as (select %s::uuid union "
            "select child.id from deployment_team child join below on child.parent_id = below.id) "
            "select id from below",
            [team],
        )
        return frozenset(row[0] for row in cursor.fetchall())
