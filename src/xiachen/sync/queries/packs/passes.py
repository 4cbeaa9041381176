"""
The work pass that somebody shows at a door, and what the link in its QR code leads to.

The link names the phone and the day, signed; nothing of it is stored. Whether it holds is asked
anew whenever somebody looks: the phone may be struck off, the person gone home, the day over.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.core.signing import BadSignature, Signer

from xiachen.base import clock
from xiachen.people.models.members import Member
from xiachen.people.queries.fitness import off_duty_among
from xiachen.places.models import Community
from xiachen.privacy.scope import Scope, system_scope
from xiachen.sync.queries.devices import known_devices
from xiachen.sync.queries.packs.duties import DutyLine, duties_of
from xiachen.sync.queries.packs.reach import Reach, person_of, reach_of

PATH = "/pass/"
_DEVICE_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A pass that holds: name and team or community are shown, and nothing else."""

    incident: UUID
    member: UUID
    name: str
    team: str
    day: date


def link_of(scope: Scope, *, device: UUID, day: date) -> str:
    """Return the path that a pass shows as a QR code; the same all day long."""
    said = device.bytes + day.toordinal().to_bytes(4)
    return PATH + _signer().sign(base64.urlsafe_b64encode(said).decode().rstrip("="))


def team_shown(scope: Scope, *, reach: Reach, duties: Iterable[DutyLine], day: date) -> str | None:
    """
    Return the team, or else the community, for which somebody is out today; None for nobody's.

    Somebody sent is out where expected on the day; somebody of the community where the role is.
    Who is off duty, being unwell or hurt, is out nowhere.
    """
    if scope.member and off_duty_among(scope, members=[scope.member], day=day):
        return None
    for one in duties:
        if one.today:
            return one.team.name if one.team else one.community_name
    here = Community.objects.filter(pk__in=reach.posts[:1]).first() if reach.posts else None
    return here.name if here else None


def shown_by(scope: Scope, token: str, *, at: datetime) -> Shown | None:
    """
    Return what the pass behind a link tells now, whoever asks; None where it does not hold.

    It does not hold when it is forged, of another day, of a phone struck off or an account closed,
    or when the person is not expected anywhere today, or off duty.
    """
    named = _read(token)
    if named is None:
        return None
    id, day = named
    device = known_devices(system_scope(), [id]).get(id)
    if device is None or device.revoked or day != clock.local_day(at):
        return None
    reach = reach_of(person_of(scope, device), day=day)
    team = team_shown(reach.own, reach=reach, duties=duties_of(reach.own, day=day), day=day)
    member = Member.objects.filter(pk=device.member).first()
    if team is None or member is None:
        return None
    return Shown(incident=device.incident, member=member.pk, name=member.name, team=team, day=day)


def _signer() -> Signer:
    return Signer(salt="sync.pass", sep=".")


def _read(token: str) -> tuple[UUID, date] | None:
    try:
        said = base64.urlsafe_b64decode(_signer().unsign(token) + "==")
        return UUID(bytes=said[:_DEVICE_BYTES]), date.fromordinal(
            int.from_bytes(said[_DEVICE_BYTES:])
        )
    except (BadSignature, ValueError, OverflowError):
        return None
