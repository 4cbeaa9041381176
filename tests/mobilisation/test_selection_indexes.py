"""The board and its jobs find their rows by index, however many calls and people there are."""

from datetime import timedelta

import psycopg

from tests.mobilisation.calling import call, office
from tests.mobilisation.cast import FIRST, MORNING, Cast
from xiachen.base.ids import uuid7
from xiachen.mobilisation.models.sign_ups import SignUp, State
from xiachen.mobilisation.operations.call_ups import QuotaEntry
from xiachen.mobilisation.queries.selection import Wanted, ranked
from xiachen.people.models.members import Member

_PEOPLE = 800


def test_pages_filters_and_overdue_offers_are_read_by_index(
    committed: Cast, owner_dsn: str
) -> None:
    units = [committed.department.pk, committed.office.pk]
    quotas = [QuotaEntry(organisation=unit) for unit in units]
    calls = [call(committed, number=f"枫组〔2020〕{n}号", quotas=quotas) for n in range(1, 11)]
    people = [Member(id=uuid7(), name="干事", sort_key=f"gan shi {n}") for n in range(_PEOPLE)]
    Member.objects.bulk_create(people)
    states = (State.READY, State.READY, State.REFUSED, State.WITHDRAWN)
    rows = [
        SignUp(
            id=uuid7(),
            call_up=made,
            member=person,
            organisation_id=units[number % 2],
            source="unit",
            state=states[number % 4],
            signed_at=MORNING + timedelta(seconds=number),
            from_day=FIRST,
            to_day=FIRST,
            score=number % 7,
            fits=number % 3 > 0,
        )
        for made in calls
        for number, person in enumerate(people)
    ]
    SignUp.objects.bulk_create(rows, batch_size=2000)
    with psycopg.connect(owner_dsn, autocommit=True) as owner:
        owner.execute("analyze mobilisation_signup")
    scope = office(committed)
    first = ranked(scope, call=calls[3], wanted=Wanted())[:50].explain()
    assert "sign_up_ranked" in first and "Sort" not in first, first
    narrow = Wanted(state=State.REFUSED, unit=units[0])
    plan = ranked(scope, call=calls[3], wanted=narrow)[:50].explain()
    assert "Seq Scan" not in plan, plan
    plan = SignUp.objects.filter(answer_until__lte=MORNING).explain()
    assert "sign_up_answer" in plan, plan
    plan = SignUp.objects.filter(call_up=calls[3], member=people[5]).explain()
    assert "Seq Scan" not in plan, plan
