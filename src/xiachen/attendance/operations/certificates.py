"""Issuing service certificates, withdrawing them, and showing them to whoever checks."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from xiachen.attendance.models.certificates import Certificate
from xiachen.attendance.queries import certificates as queries
from xiachen.attendance.queries import certified
from xiachen.attendance.rules import certificates as rules
from xiachen.attendance.rules.records import CorrectedAlready, check_reason, incident_of
from xiachen.base.errors import NotFound, Outcome
from xiachen.base.owned.appending import append, superseding
from xiachen.people.models.members import Member
from xiachen.people.queries.members import members_by_id
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
    :raises CertifiedFurther: the one that holds tells of days after this one
    :raises Forbidden, NotFound: it is somebody else whom the role does not certify
    """
    if member != scope.member:
        scope.require(Can.CERTIFY)
    (outcome,) = _issue(scope, [member], day, at)
    if outcome.refusal:
        raise outcome.refusal
    return queries.standing(scope, members=[member])[member]


@transaction.atomic
def issue_certificates(
    scope: Scope, *, members: Sequence[UUID], day: date, at: datetime
) -> list[Outcome]:
    """
    Certify what the records tell of several people, as `issue_certificate` does of one.

    An outcome's id is the person's.

    :raises Forbidden: the role certifies nobody
    """
    scope.require(Can.CERTIFY)
    return _issue(scope, members, day, at)


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
def view_certified(
    scope: Scope, *, day: date, group: certified.Group, number: int, size: int
) -> certified.CertifiedPage:
    """Return a page of whom of a group the reader can certify, and note whom it named."""
    page = certified.certified_page(scope, day=day, group=group, number=number, size=size)
    _note(scope, [line.hours.member for line in page.lines])
    return page


@transaction.atomic
def view_certificates(scope: Scope, *, day: date, group: certified.Group) -> list[queries.Shown]:
    """
    Return the certificates of a group to print, and note whose they are.

    :raises TooManyToCertify: they are more than are printed at once
    """
    found = certified.papers_of(scope, day=day, group=group)
    _note(scope, [one.certificate.member_id for one in found])
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


def _note(scope: Scope, named: list[UUID]) -> None:
    if named:
        audit.record(scope, "attendance.view-certificates", targets=named)


def _issue(scope: Scope, members: Sequence[UUID], day: date, at: datetime) -> list[Outcome]:
    incident = incident_of(scope)
    people = members_by_id(scope, members)
    _hold(people)
    served = queries.served(scope, members=people, day=day)
    last = queries.last_of(scope, members=people)
    made = {
        one: paper
        for one, person in people.items()
        if (paper := _made(scope, person, served[one], incident, at))
    }
    further = {one for one, paper in last.items() if paper.tells_further(day)}
    changed = [
        (paper, last.get(one))
        for one, paper in made.items()
        if one not in further and (one not in last or last[one].void or not _same(last[one], paper))
    ]
    for paper, former in changed:
        paper.reverses = former
    written = append([paper for paper, _former in changed]) if changed else set()
    new = {paper.member_id: paper for paper, _former in changed if paper.pk in written}
    audit.record_all(
        [
            audit.Act(
                scope=scope, action="attendance.issue-certificate", subject=one, targets=[paper.pk]
            )
            for one, paper in new.items()
        ]
    )
    missed = {paper.member_id for paper, _former in changed} - new.keys()

    def outcome(one: UUID) -> Outcome:
        if one not in people:
            return Outcome(one, refusal=NotFound(field="member"))
        if one not in made:
            return Outcome(one, refusal=rules.NothingServed())
        if one in further:
            return Outcome(one, refusal=rules.CertifiedFurther())
        return Outcome(one, new=one in new, refusal=CorrectedAlready() if one in missed else None)

    return [outcome(one) for one in members]


def _made(
    scope: Scope, person: Member, served: queries.Served, incident: UUID, at: datetime
) -> Certificate | None:
    total = served.total
    if total.first_day is None or total.last_day is None:
        return None
    return Certificate(
        incident_id=incident,
        member=person,
        number=_number(at),
        name=person.name,
        unit=str(person.organisation or "")[:120],
        places=served.places,
        first_day=total.first_day,
        last_day=total.last_day,
        days=total.days,
        days_without_sign_out=total.days_without_sign_out,
        minutes=total.minutes,
        times=served.service.times,
        persons_served=served.service.persons_served,
        role=scope.role.value,
        occurred_at=at,
        received_at=at,
        recorded_by=scope.account,
    )


def _hold(members: Collection[UUID]) -> None:
    """Of two who certify one person at once the second sees what the first has written."""
    rows = Member.objects.filter(pk__in=members).order_by("pk").select_for_update(no_key=True)
    list(rows.values_list("pk"))


def _same(known: Certificate, made: Certificate) -> bool:
    return all(getattr(known, name) == getattr(made, name) for name in _SAID)


def _number(at: datetime) -> str:
    drawn = "".join(secrets.choice(rules.ALPHABET) for _ in range(rules.LENGTH))
    return f"{at:%Y%m%d}-{drawn}"
