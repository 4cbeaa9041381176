"""Registering, changing and closing the places at which people sign in, and their posters."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from xiachen.attendance.models.signing import SignInPlace, WrongCode
from xiachen.attendance.rules import codes
from xiachen.attendance.rules import records as rules
from xiachen.attendance.rules import signing as signing_rules
from xiachen.attendance.rules.records import OutsideOperation
from xiachen.base import clock
from xiachen.base.errors import Forbidden, NotFound
from xiachen.base.ids import uuid7
from xiachen.incidents.models import IncidentCommunity
from xiachen.places.operations.editing import RefusedWhen, rewrite
from xiachen.privacy import audit
from xiachen.privacy.scope import Scope

_WRONG_CODES_KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceEntry:
    """
    What a place to sign in at is.

    :param latitude, longitude: WGS-84, in degrees; both or neither
    :param radius: metres within which a phone is near
    """

    name: str
    latitude: float | None = None
    longitude: float | None = None
    radius: int = 150


@transaction.atomic
def register_place(scope: Scope, *, community: int, entry: PlaceEntry, at: datetime) -> SignInPlace:
    """
    Register a place at which people of a community sign in, with a secret of its own.

    :raises Forbidden: the scope keeps no places there
    :raises PlaceTaken: the community has one of that name
    :raises Invalid: no place can be like that
    """
    incident = rules.incident_of(scope)
    if not signing_rules.keeps_places(scope, community):
        raise Forbidden()
    listed = IncidentCommunity.objects.filter(incident=incident, community=community)
    if not listed.exists():
        raise OutsideOperation(field="community")
    place = SignInPlace(
        id=uuid7(),
        community_id=community,
        incident_id=incident,
        name=_name(entry),
        latitude=entry.latitude,
        longitude=entry.longitude,
        radius=entry.radius,
    )
    place.seal(secrets.token_bytes(codes.SECRET_BYTES))
    with _taken(entry):
        place.save(force_insert=True)
    _note(scope, place, "attendance.register-place")
    return place


@transaction.atomic
def change_place(
    scope: Scope, *, community: int, place: UUID, version: int, entry: PlaceEntry, at: datetime
) -> SignInPlace:
    """
    Change a place's name, point or radius, if it still has the version that was shown.

    :raises ChangedMeanwhile: somebody else has changed it since
    :raises PlaceTaken, Invalid: as for a new one
    """
    held = _held(scope, community, place)
    former = held.version
    with _taken(entry):
        rewrite(
            scope,
            held,
            version=version,
            name=_name(entry),
            latitude=entry.latitude,
            longitude=entry.longitude,
            radius=entry.radius,
        )
    if held.version != former:
        _note(scope, held, "attendance.change-place")
    return held


@transaction.atomic
def renew_poster(scope: Scope, *, community: int, place: UUID, at: datetime) -> SignInPlace:
    """
    Give a place another poster, because the former one has got about.

    Whoever still uses the former code is signed in and marked to be looked at.
    """
    held = _held(scope, community, place)
    held.poster += 1
    _keep(held, "poster")
    _note(scope, held, "attendance.renew-poster")
    return held


@transaction.atomic
def close_place(scope: Scope, *, community: int, place: UUID, at: datetime) -> SignInPlace:
    """Let nobody sign in at a place from now on; what was recorded stays."""
    held = _held(scope, community, place)
    held.closed_at = at
    _keep(held, "closed_at")
    _note(scope, held, "attendance.close-place")
    return held


@transaction.atomic
def forget_wrong_codes(scope: Scope, *, at: datetime) -> int:
    """
    Forget the wrong codes of days that are over; return how many there were.

    :raises Forbidden: asked by anybody but the installation itself
    """
    scope.require_house()
    over = WrongCode.objects.filter(day__lt=clock.local_day(at) - _WRONG_CODES_KEPT)
    gone, _ = over.delete()
    if gone:
        audit.record(scope, "attendance.forget-wrong-codes")
    return gone


def _held(scope: Scope, community: int, place: UUID) -> SignInPlace:
    """Return an open place, locked."""
    incident = rules.incident_of(scope)
    if not signing_rules.keeps_places(scope, community):
        raise Forbidden()
    rows = SignInPlace.objects.select_for_update().filter(
        community_id=community, incident=incident, pk=place, closed_at=None
    )
    held = rows.first()
    if held is None:
        raise NotFound(field="place")
    return held


def _keep(place: SignInPlace, *fields: str) -> None:
    place.version += 1
    place.save(update_fields=[*fields, "version"])


def _name(entry: PlaceEntry) -> str:
    return signing_rules.check_place(
        name=entry.name,
        latitude=entry.latitude,
        longitude=entry.longitude,
        radius=entry.radius,
    )


def _taken(entry: PlaceEntry) -> RefusedWhen:
    taken = signing_rules.PlaceTaken(field="name", name=entry.name.strip())
    return RefusedWhen(sign_in_place_name=taken)


def _note(scope: Scope, place: SignInPlace, action: str) -> None:
    audit.record(scope, action, community=place.community_id, targets=(place.pk,))
