"""The parts of somebody's pack and what each is made of, read as late and as seldom as possible."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from xiachen.privacy.scope import Scope
from xiachen.sync.queries.devices import KnownDevice
from xiachen.sync.queries.packs import grounds, marks, teams
from xiachen.sync.queries.packs.own import own_communities, own_docs
from xiachen.sync.queries.packs.reach import ME, Ground, LedTeam, Reach
from xiachen.sync.rules import packs as rules
from xiachen.sync.rules.bodies import Doc


@dataclass(frozen=True, slots=True)
class Reading:
    """
    A part as it was found.

    :ivar mark: of the records behind it
    :ivar docs: gives all docs; they are never older than the mark
    """

    mark: bytes
    docs: Callable[[], dict[str, Doc]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """
    A part that somebody may hold.

    :ivar part: its name on the phone
    :ivar key: its name here, where every phone has its own "me"
    :ivar scope: of the role in which the person sees it
    :ivar secret: the key of its digests
    :ivar read: reads what it is made of, each time anew
    """

    part: str
    key: str
    scope: Scope
    secret: bytes = field(repr=False)
    read: Callable[[], Reading]
    community: int | None = None


def sources_of(
    scope: Scope, reach: Reach, *, device: KnownDevice, day: date, key: bytes
) -> list[Source]:
    """
    Return the parts of a phone's pack, in the order in which they are locked.

    :param key: under which digests are made
    """
    found = [
        Source(
            part=ME,
            key=f"{ME}:{device.id}",
            scope=reach.own,
            secret=key,
            read=partial(_own, reach, device, day),
        )
    ]
    found += [
        Source(
            part=one.part,
            key=one.part,
            scope=one.scope,
            secret=key,
            read=partial(_team, one, day),
        )
        for one in reach.teams
    ]
    found += [
        Source(
            part=one.part,
            key=one.part,
            scope=one.scope,
            secret=key,
            read=partial(_ground, one, day),
            community=one.community,
        )
        for one in reach.grounds
    ]
    return sorted(found, key=lambda one: one.key)


def _own(reach: Reach, device: KnownDevice, day: date) -> Reading:
    own = reach.own
    mark = rules.mark(
        marks.own_mark(own, posts=reach.posts, communities=own_communities(own)),
        day,
        device.language,
        *reach.roles,
        *own.places,
    )
    return Reading(mark, lambda: _by_id(own_docs(reach.own, reach=reach, device=device, day=day)))


def _team(team: LedTeam, day: date) -> Reading:
    mark = rules.mark(marks.team_mark(team.scope, day=day), day)
    return Reading(mark, lambda: _by_id(teams.people(team.scope, day=day)))


def _ground(ground: Ground, day: date) -> Reading:
    found = marks.ground_mark(
        ground.scope, community=ground.community, grid=ground.grid, building=ground.building
    )
    return Reading(
        rules.mark(found, day),
        lambda: _by_id(
            [
                *grounds.people(ground.scope, ground=ground, day=day),
                *grounds.doors(ground.scope, ground=ground),
            ]
        ),
    )


def _by_id(docs: list[Doc]) -> dict[str, Doc]:
    return {one.id: one for one in docs}
