"""Issuing service certificates, withdrawing them, and showing them to whoever checks."""

import secrets
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from xiachen.attendance.models.certificates import Certificate
from xiachen.attendance.queries import certificates as queries
from xiachen.attendance.rules import certificates as rules
from xiachen.attendance.rules.records import CorrectedAlready, check_reason, incident_of
from xiachen.base.owned.appending import append, superseding
from xiachen.people.queries.members import member as member_of
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope

# What a certificate says of the person and the service; where none of it has changed, it stands.
_SAID = (
    "name",
    "unit",
    "places",
    "first_day",
    "last_day",
    "days",
    "days_without_sign_out",
    "minutes",
    "times",
    "persons_served",
)


@transaction.atomic
def issue_certificate(scope: Scope, *, member: UUID, day: date, at: datetime) -> Certificate:
    """
    Certify what the records tell of a person's service up to a day; also after the closing.

    Whoever asks for oneself gets it: it says what the records say, and nobody decides. A later one
    takes the place of the former; where nothing has changed, the former stands.

    :raises NothingServed: no day on duty is recorded
    :raises Forbidden, NotFound: it is somebody else whom the role does not certify
    """
    if member != scope.member:
        scope.require(Can.CERTIFY)
    incident = incident_of(scope)
    person = member_of(scope, member)
    type(person).objects.select_for_update(no_key=True).get(pk=person.pk)
    served = queries.served(scope, member=member, day=day)
    if served.total.first_day is None or served.total.last_day is None:
        raise rules.NothingServed()
    made = Certificate(
        incident_id=incident,
        member=person,
        number=_number(at),
        name=person.name,
        unit=str(person.organisation or "")[:120],
        places=served.places,
        first_day=served.total.first_day,
        last_day=served.total.last_day,
        days=served.total.days,
        days_without_sign_out=served.total.days_without_sign_out,
        minutes=served.total.minutes,
        times=served.service.times,
        persons_served=served.service.persons_served,
        role=scope.role.value,
        occurred_at=at,
        received_at=at,
        recorded_by=scope.account,
    )
    last = _last(incident, member)
    if last is not None and not last.void and _same(last, made):
        return last
    made.reverses = last
    if not append([made]):
        raise CorrectedAlready()
    audit.record(scope, "attendance.issue-certificate", subject=member, targets=[made.pk])
    return made


@transaction.atomic
def withdraw_certificate(
    scope: Scope, *, certificate: UUID, at: datetime, reason: str
) -> Certificate:
    """
    Withdraw a certificate that should not have been issued; whoever checks it is told so.

    :raises CorrectedAlready: another has taken its place, or it was withdrawn before
    :raises NotFound: there is none within reach
    """
    scope.require(Can.CERTIFY)
    reason = check_reason(reason)
    found = queries.certificate(scope, certificate)
    if not found.holds:
        raise CorrectedAlready()
    gone = superseding(found.certificate, by=scope.account, at=at, void=True)
    if not append([gone]):
        raise CorrectedAlready()
    audit.record(
        scope,
        "attendance.withdraw-certificate",
        subject=found.certificate.member_id,
        targets=(found.certificate.pk, gone.pk),
        reason=reason[:200],
    )
    return gone


@transaction.atomic
def view_certificate(scope: Scope, *, certificate: UUID) -> queries.Shown:
    """Return a certificate to print, and note whose it is where it is not the reader's own."""
    found = queries.certificate(scope, certificate)
    if found.certificate.member_id != scope.member:
        audit.record(
            scope,
            "attendance.view-certificate",
            subject=found.certificate.member_id,
            targets=[found.certificate.pk],
        )
    return found


@transaction.atomic
def show_certificate(scope: Scope, *, token: str) -> queries.Shown:
    """
    Return what a printed code leads to, and note that it was looked at.

    :param scope: of background work, as whoever looks has no account here
    :raises CertificateUnknown: the link is forged or broken
    """
    found = queries.checked(scope, token)
    audit.record(
        replace(scope, incident=found.certificate.incident_id),
        "attendance.check-certificate",
        subject=found.certificate.member_id,
        targets=[found.certificate.pk],
    )
    return found


def _last(incident: UUID, member: UUID) -> Certificate | None:
    rows = Certificate.objects.filter(incident=incident, member=member, reversed_by=None)
    return rows.order_by("-sequence").first()


def _same(known: Certificate, made: Certificate) -> bool:
    return all(getattr(known, name) == getattr(made, name) for name in _SAID)


def _number(at: datetime) -> str:
    drawn = "".join(secrets.choice(rules.ALPHABET) for _ in range(rules.LENGTH))
    return f"{at:%Y%m%d}-{drawn}"
