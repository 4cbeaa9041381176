"""Values are shown unmasked only after two people have decided so, and not for long."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from xiachen.base.errors import Forbidden, NotFound, Refused
from xiachen.privacy import operations
from xiachen.privacy.models import AuditEntry, Unmasking
from xiachen.privacy.operations import (
    ApprovalTooLate,
    AskedAlready,
    NotUnmasked,
    OwnApproval,
    ReasonMissing,
    approve_unmask,
    request_unmask,
    reveal,
)
from xiachen.privacy.queries import unmaskings_of, unmaskings_to_approve
from xiachen.privacy.scope import EVERYWHERE, ROLE_NAMES, Role, Scope, SecondFactorNeeded

AT = datetime(2020, 3, 1, 8, tzinfo=UTC)
ASKING = Scope(account=uuid4(), role=Role.SECRETARY, places=EVERYWHERE, incident=uuid4())
SECOND = replace(ASKING, account=uuid4(), role=Role.PRIVACY_OFFICER)
MEMBER = replace(ASKING, account=uuid4(), role=Role.MEMBER)
PERSON = uuid4()


def minutes(count: float) -> datetime:
    return AT + timedelta(minutes=count)


def ask(scope: Scope = ASKING, **changes: object) -> Unmasking:
    given = {"subject": PERSON, "about": "阚**", "reason": "to call her daughter", "at": AT}
    return request_unmask(scope, **given | changes)  # type: ignore[arg-type]


def asked() -> Unmasking:
    return ask()


def refused(kind: type[Refused], act: object, scope: Scope, **values: object) -> None:
    with pytest.raises(kind), transaction.atomic():
        act(scope, **values)  # type: ignore[operator]


def test_after_a_second_persons_approval_values_are_shown_for_ten_minutes(db: None) -> None:
    request = asked()
    refused(NotUnmasked, reveal, ASKING, subject=PERSON, at=minutes(1))
    approve_unmask(SECOND, unmasking=request.pk, at=minutes(2))
    assert reveal(ASKING, subject=PERSON, at=minutes(2)).pk == request.pk
    assert reveal(ASKING, subject=PERSON, at=minutes(11.9)).pk == request.pk
    refused(NotUnmasked, reveal, ASKING, subject=PERSON, at=minutes(12))


def test_the_approval_is_for_one_person_one_account_and_one_incident(db: None) -> None:
    approve_unmask(SECOND, unmasking=asked().pk, at=AT)
    refused(NotUnmasked, reveal, ASKING, subject=uuid4(), at=AT)
    refused(NotUnmasked, reveal, replace(ASKING, account=uuid4()), subject=PERSON, at=AT)
    refused(NotUnmasked, reveal, replace(ASKING, incident=uuid4()), subject=PERSON, at=AT)


def test_every_step_and_every_look_is_recorded_with_its_reason(db: None) -> None:
    approve_unmask(SECOND, unmasking=asked().pk, at=AT)
    reveal(ASKING, subject=PERSON, at=AT)
    reveal(ASKING, subject=PERSON, at=minutes(3))
    entries = AuditEntry.objects.filter(subject=PERSON).order_by("id")
    assert sorted((entry.action, entry.account) for entry in entries) == sorted(
        [
            ("privacy.request-unmask", ASKING.account),
            ("privacy.approve-unmask", SECOND.account),
            ("privacy.reveal", ASKING.account),
            ("privacy.reveal", ASKING.account),
        ]
    )
    assert {entry.reason for entry in entries.filter(action="privacy.reveal")} == {
        "to call her daughter"
    }


def test_nobody_approves_their_own_request(db: None) -> None:
    request = asked()
    both = replace(ASKING, role=Role.PRIVACY_OFFICER)
    refused(OwnApproval, approve_unmask, both, unmasking=request.pk, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Unmasking.objects.update(approved_by=ASKING.account, approved_at=AT)
    refused(NotUnmasked, reveal, ASKING, subject=PERSON, at=AT)


def test_a_request_without_a_reason_is_refused_and_leaves_nothing(db: None) -> None:
    with pytest.raises(ReasonMissing) as why:
        ask(reason="  ")
    assert why.value.field == "reason"
    assert not Unmasking.objects.exists()


def test_a_request_is_approved_once_and_within_a_day(db: None) -> None:
    request = asked()
    refused(ApprovalTooLate, approve_unmask, SECOND, unmasking=request.pk, at=minutes(24 * 60 + 1))
    approve_unmask(SECOND, unmasking=request.pk, at=AT)
    refused(ApprovalTooLate, approve_unmask, SECOND, unmasking=request.pk, at=minutes(5))


def test_only_others_open_requests_of_the_incident_wait_for_approval(db: None) -> None:
    request = asked()
    (waiting,) = unmaskings_to_approve(SECOND, at=minutes(1))
    assert waiting.unmasking.pk == request.pk
    assert (waiting.unmasking.about, waiting.role) == ("阚**", str(ROLE_NAMES[Role.SECRETARY]))
    both = replace(ASKING, role=Role.PRIVACY_OFFICER)
    assert unmaskings_to_approve(both, at=minutes(1)) == []
    assert unmaskings_to_approve(SECOND, at=minutes(24 * 60 + 1)) == []
    elsewhere = replace(SECOND, incident=uuid4())
    assert unmaskings_to_approve(elsewhere, at=minutes(1)) == []
    refused(NotFound, approve_unmask, elsewhere, unmasking=request.pk, at=AT)


def test_asking_and_approving_are_two_roles(db: None) -> None:
    request = asked()
    refused(Forbidden, ask, SECOND, subject=uuid4())
    refused(
        Forbidden, approve_unmask, replace(ASKING, account=uuid4()), unmasking=request.pk, at=AT
    )
    refused(Forbidden, reveal, SECOND, subject=PERSON, at=AT)


def test_who_reaches_nobodys_data_can_take_no_step(db: None) -> None:
    request = asked()
    refused(Forbidden, ask, MEMBER, reason="curious")
    refused(Forbidden, approve_unmask, MEMBER, unmasking=request.pk, at=AT)
    refused(Forbidden, reveal, MEMBER, subject=PERSON, at=AT)


def test_every_step_needs_a_second_factor(db: None) -> None:
    request = asked()
    once, second_once = (replace(one, second_factor=False) for one in (ASKING, SECOND))
    refused(SecondFactorNeeded, ask, once, subject=uuid4())
    refused(SecondFactorNeeded, approve_unmask, second_once, unmasking=request.pk, at=AT)
    approve_unmask(SECOND, unmasking=request.pk, at=AT)
    refused(SecondFactorNeeded, reveal, once, subject=PERSON, at=AT)


def test_one_request_about_a_person_counts_at_a_time(db: None) -> None:
    first = asked()
    refused(AskedAlready, ask, ASKING, at=minutes(1))
    ask(subject=uuid4(), at=minutes(1))
    approve_unmask(SECOND, unmasking=first.pk, at=minutes(2))
    assert unmaskings_of(ASKING, [PERSON], at=minutes(3)).keys() == {PERSON}
    assert unmaskings_of(ASKING, [PERSON], at=minutes(12)) == {}
    again = ask(at=minutes(12))
    assert unmaskings_of(ASKING, [PERSON], at=minutes(12)) == {PERSON: again}
    assert unmaskings_of(ASKING, [PERSON], at=minutes(12 + 24 * 60 + 1)) == {}


def test_a_step_whose_record_fails_is_not_taken(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_given: object, **_more: object) -> None:
        raise RuntimeError("the audit cannot be written")

    request = asked()
    monkeypatch.setattr(operations.audit, "record", broken)
    with pytest.raises(RuntimeError), transaction.atomic():
        approve_unmask(SECOND, unmasking=request.pk, at=AT)
    request.refresh_from_db()
    assert request.approved_at is None
