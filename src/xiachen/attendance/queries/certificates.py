"""Service certificates: what they say, where they stand, and the link by which anybody checks."""

import base64
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import Min, QuerySet
from django.urls import reverse

from xiachen.attendance.models.certificates import Certificate
from xiachen.attendance.models.hours import HoursCorrection
from xiachen.attendance.models.records import CheckIn
from xiachen.attendance.queries.hours import HoursTotal, Service, hours_totals, services
from xiachen.attendance.rules.certificates import CertificateUnknown, State, state_of
from xiachen.attendance.rules.duty import tenths
from xiachen.base.errors import Forbidden, NotFound
from xiachen.people.queries.members import member as member_of
from xiachen.places.queries.communities import communities_by_id
from xiachen.privacy.scope import Can, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A certificate as it is printed or checked."""

    certificate: Certificate
    state: State

    @property
    def hours(self) -> Decimal:
        """Return the hours in tenths."""
        return tenths(Decimal(self.certificate.minutes) / 60)

    @property
    def holds(self) -> bool:
        """Tell whether nothing has taken its place."""
        return self.state is State.VALID


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What the records tell of a person's service up to a day."""

    total: HoursTotal
    service: Service
    places: list[str]


def served(scope: Scope, *, members: Collection[UUID], day: date) -> dict[UUID, Served]:
    """Return what certificates would say of people whom the caller reaches; of all of them."""
    totals = hours_totals(scope, members=members, day=day)
    work = services(scope, members=members, day=day)
    places = _places(scope, members, day)
    return {
        one: Served(
            total=totals.get(one, HoursTotal()),
            service=work.get(one, Service()),
            places=places.get(one, []),
        )
        for one in members
    }


def standing(scope: Scope, *, members: Collection[UUID]) -> dict[UUID, Certificate]:
    """Return the certificates that hold of people whom the caller reaches."""
    rows = last_of(scope, members=members)
    return {member: paper for member, paper in rows.items() if not paper.void}


def last_of(scope: Scope, *, members: Collection[UUID]) -> dict[UUID, Certificate]:
    """Return what stands last of people whom the caller reaches, be it a withdrawal."""
    rows = _rows().filter(incident=scope.incident, member__in=list(members), reversed_by=None)
    return {row.member_id: row for row in rows.order_by("sequence")}


def certificates(scope: Scope, *, member: UUID) -> list[Shown]:
    """
    Return a person's certificates of the incident, the latest first.

    :raises Forbidden: it is somebody else whom the reader does not answer for
    """
    if member != scope.member and not scope.allows(Can.SEE_PEOPLE):
        raise Forbidden()
    member_of(scope, member)
    rows = Certificate.objects.filter(incident=scope.incident, member=member, void=False)
    return [_shown(row) for row in rows.order_by("-sequence")]


def certificate(scope: Scope, id: UUID) -> Shown:
    """
    Return one certificate: one's own, or of somebody for whom the reader answers.

    :raises NotFound: there is none within reach
    """
    rows = _rows().filter(incident=scope.incident, pk=id, void=False)
    found = rows.first()
    if found is None:
        raise NotFound()
    if found.member_id != scope.member:
        if not scope.allows(Can.SEE_PEOPLE):
            raise NotFound()
        member_of(scope, found.member_id)
    return _shown(found)


def check_address(scope: Scope, id: UUID) -> str:
    """Return the address that the printed code leads to; the same each time."""
    token = _signer().sign(base64.urlsafe_b64encode(id.bytes).decode().rstrip("="))
    return f"{settings.PUBLIC_ADDRESS}{reverse('attendance:check-certificate', args=[token])}"


def checked(scope: Scope, token: str) -> Shown:
    """
    Return the certificate behind a printed code, whoever asks; also after the incident's closing.

    :raises CertificateUnknown: the link is forged or broken
    """
    try:
        id = UUID(bytes=base64.urlsafe_b64decode(_signer().unsign(token) + "=="))
    except (BadSignature, ValueError):
        raise CertificateUnknown() from None
    found = _rows().filter(pk=id, void=False).first()
    if found is None:
        raise CertificateUnknown()
    return _shown(found)


def _rows() -> QuerySet[Certificate]:
    return Certificate.objects.select_related("incident", "member")


def _shown(row: Certificate) -> Shown:
    later = row.reversed_by.values_list("void", flat=True).first()
    return Shown(certificate=row, state=state_of(reversed_by_void=later))


def _places(scope: Scope, members: Collection[UUID], day: date) -> dict[UUID, list[str]]:
    """Return the names of the communities served in, in the order of each one's first day there."""
    of_people = {"incident": scope.incident, "member__in": list(members), "day__lte": day}
    seen: dict[UUID, dict[int, date]] = {}
    for rows in (
        CheckIn.objects.standing().filter(**of_people),
        HoursCorrection.objects.standing().filter(**of_people),
    ):
        first_days = rows.order_by().values("member", "community_id").annotate(first=Min("day"))
        for member, code, first in first_days.values_list("member", "community_id", "first"):
            there = seen.setdefault(member, {})
            there[code] = min(first, there.get(code, first))
    names = communities_by_id(scope, {code for there in seen.values() for code in there})
    return {
        member: [
            names[code].name
            for code in sorted(there, key=lambda code: (there[code], code))
            if code in names
        ]
        for member, there in seen.items()
    }


def _signer() -> Signer:
    return Signer(salt="attendance.certificate", sep=".")
