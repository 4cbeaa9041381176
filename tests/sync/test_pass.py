"""The work pass: whoever looks sees name, team and that it holds today, or that it does not."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.oracle import ORACLE, Kind
from tests.sync.holding import NOON, Holding, Phone
from tests.world import BEFORE, FENGLIN, LOCAL, SENT, WORKERS
from xiachen.attendance.operations.health import HealthEntry, state_health
from xiachen.base import clock
from xiachen.base.ids import uuid7
from xiachen.mobilisation.models.stays import Enrolment
from xiachen.mobilisation.operations.releases import release
from xiachen.people.operations.accounts import close_account
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import system_scope
from xiachen.sync.models.devices import Device
from xiachen.sync.queries.packs.passes import PATH, link_of

SYSTEM = system_scope()


def link(phone: Phone) -> str:
    """Return what the phone shows today."""
    phone.pull(clock.now())
    return str(phone.one("pass")["link"])


def look(path: str) -> tuple[int, str, set[str]]:
    """Open a pass as a resident does; return status, page and whom it names."""
    with ORACLE.expecting() as found:
        response = Client().get(path)
    assert "no-store" in response.headers["Cache-Control"]
    assert all(one.kind is Kind.NAME for one in found)
    return response.status_code, response.content.decode(), {one.canary for one in found}


def test_anybody_can_see_that_it_holds(holding: Holding) -> None:
    leader = holding.phone(holding.leader)
    status, page, named = look(link(leader))
    assert (status, named) == (200, {SENT[0]})
    assert "枫林工作队" in page and "今日有效" in page
    assert "省枫林观测局" not in page and "fenglin" not in page.lower()
    assert AuditEntry.objects.get(action="sync.show-pass").subject == holding.leader


def test_of_the_community_it_names_the_community(holding: Holding) -> None:
    status, page, named = look(link(holding.head))
    assert (status, named) == (200, {WORKERS[1]})
    assert "枫林上城社区" in page


@pytest.mark.parametrize("spoilt", ["spoilt", "AaIfhKLndfuMf8J2VJxPkgALQM0.x", "é.é"])
def test_what_was_not_made_here_does_not_hold(db: None, spoilt: str) -> None:
    assert look(PATH + spoilt)[::2] == (410, set())


def test_another_days_and_a_changed_one_do_not_hold(holding: Holding) -> None:
    phone = holding.local
    path = link(phone)
    today = clock.local_day(clock.now())
    for day in (today - timedelta(days=1), today + timedelta(days=1)):
        assert look(link_of(SYSTEM, device=phone.device, day=day))[::2] == (410, set())
    said, signature = path.removeprefix(PATH).split(".")
    other = link_of(SYSTEM, device=holding.head.device, day=today).removeprefix(PATH)
    assert look(f"{PATH}{other.split('.')[0]}.{signature}")[::2] == (410, set())
    assert look(f"{PATH}{said}.{signature}")[::2] == (200, {LOCAL})
    assert not AuditEntry.objects.filter(action="sync.show-pass").exclude(
        subject=holding.world.local
    )


def test_of_a_phone_struck_off_it_does_not_hold(holding: Holding) -> None:
    phone = holding.local
    path = link(phone)
    Device.objects.filter(pk=phone.device).update(revoked_at=NOON, revoked_by=phone.device)
    assert look(path)[::2] == (410, set())


def test_of_a_closed_account_it_does_not_hold(holding: Holding) -> None:
    phone = holding.local
    path = link(phone)
    close_account(SYSTEM, account=phone.known.account, at=clock.now())
    assert look(path)[::2] == (410, set())


def test_of_somebody_gone_home_it_does_not_hold(holding: Holding) -> None:
    phone = holding.local
    path = link(phone)
    stay = Enrolment.objects.get(member=holding.world.local)
    today = clock.local_day(clock.now())
    release(
        holding.town.secretary,
        enrolment=stay.pk,
        last_day=today - timedelta(days=1),
        at=clock.now(),
    )
    assert today > BEFORE
    assert look(path)[::2] == (410, set())
    phone.pull(clock.now())
    assert phone.bodies("pass") == []


def test_of_somebody_unwell_it_does_not_hold(holding: Holding) -> None:
    for phone in (holding.local, holding.head):
        path, now = link(phone), clock.now()
        said = HealthEntry(
            id=uuid7(),
            community=FENGLIN,
            member=phone.known.member,
            occurred_at=now,
            well=False,
        )
        (outcome,) = state_health(holding.town.worker, entries=[said], at=now)
        assert outcome.new, outcome.refusal
        assert look(path)[::2] == (410, set())
        phone.pull(clock.now())
        assert phone.bodies("pass") == []
