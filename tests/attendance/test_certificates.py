"""Service certificates: from the records, one sheet, checked by anybody, true after the closing."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.test import Client

from tests.attendance.screens import signed_in, text
from tests.attendance.test_duty import LATER, serve
from tests.attendance.test_hours import correct
from tests.attendance.town import Town, arrive
from tests.oracle import ORACLE
from tests.world import DAY, LOCAL, SENT, World
from xiachen.attendance.models.certificates import Certificate
from xiachen.attendance.operations.certificates import (
    issue_certificate,
    show_certificate,
    withdraw_certificate,
)
from xiachen.attendance.queries.certificates import certificates, check_address
from xiachen.attendance.rules.certificates import CertificateUnknown, NothingServed, State
from xiachen.attendance.rules.records import CorrectedAlready
from xiachen.base.errors import Forbidden, NotFound
from xiachen.incidents.operations import close_incident
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role, system_scope

LAST = DAY + timedelta(days=9)


def token_of(made: Certificate) -> str:
    return check_address(system_scope(), made.pk).rpartition("/")[2]


def test_the_person_asks_and_gets_what_the_records_tell(town: Town) -> None:
    me = town.world.local
    serve(town, me, 0, 3, until=17)
    town.sign_in([town.world.sent[0]])
    town.work([me], served=12)
    made = issue_certificate(town.local, member=me, day=LAST, at=LATER)
    assert (made.name, made.days, made.minutes, made.persons_served) == (LOCAL, 3, 27 * 60, 12)
    assert (made.first_day, made.last_day) == (DAY, DAY + timedelta(days=2))
    assert len(made.places) == 1 and "枫林上城" in made.places[0]
    assert re.fullmatch(r"\d{8}-[2-9A-HJ-NP-Z]{6}", made.number)
    assert made.role == Role.MEMBER


def test_asked_for_again_with_nothing_changed_it_is_the_same(town: Town) -> None:
    serve(town, town.world.local, 0, 1, until=17)
    first = issue_certificate(town.local, member=town.world.local, day=LAST, at=LATER)
    again = issue_certificate(town.liaison, member=town.world.local, day=LAST, at=LATER)
    assert first.pk == again.pk and Certificate.objects.count() == 1


def test_a_later_one_takes_the_place_of_the_former(town: Town) -> None:
    me = town.world.local
    serve(town, me, 0, 1, until=17)
    first = issue_certificate(town.local, member=me, day=LAST, at=LATER)
    assert correct(town, me, 60).new
    second = issue_certificate(town.local, member=me, day=LAST, at=LATER)
    assert second.minutes == 10 * 60
    assert show_certificate(system_scope(), token=token_of(first)).state is State.SUPERSEDED
    assert show_certificate(system_scope(), token=token_of(second)).state is State.VALID
    assert [one.holds for one in certificates(town.local, member=me)] == [True, False]


def test_a_withdrawn_one_does_not_hold(town: Town) -> None:
    serve(town, town.world.sent[0], 0, 1, until=17)
    made = issue_certificate(town.liaison, member=town.world.sent[0], day=LAST, at=LATER)
    with pytest.raises(Forbidden):
        withdraw_certificate(town.local, certificate=made.pk, at=LATER, reason="不对")
    withdraw_certificate(town.liaison, certificate=made.pk, at=LATER, reason="记录有误")
    assert show_certificate(system_scope(), token=token_of(made)).state is State.WITHDRAWN
    with pytest.raises(CorrectedAlready):
        withdraw_certificate(town.liaison, certificate=made.pk, at=LATER, reason="记录有误")
    again = issue_certificate(town.liaison, member=town.world.sent[0], day=LAST, at=LATER)
    assert show_certificate(system_scope(), token=token_of(again)).holds


def test_nobody_else_is_certified_and_nothing_is_certified_of_nothing(town: Town) -> None:
    serve(town, town.world.sent[0], 0, 1)
    with pytest.raises(NothingServed):
        issue_certificate(town.local, member=town.world.local, day=LAST, at=LATER)
    with pytest.raises(Forbidden):
        issue_certificate(town.local, member=town.world.sent[0], day=LAST, at=LATER)
    with pytest.raises(Forbidden):
        issue_certificate(town.secretary, member=town.world.sent[0], day=LAST, at=LATER)
    with pytest.raises(NotFound):
        issue_certificate(town.liaison, member=town.world.members["阚沐阳"], day=LAST, at=LATER)


def test_anybody_checks_it_by_the_code_and_reads_no_more_than_the_paper(town: Town) -> None:
    serve(town, town.world.local, 0, 2, until=17)
    made = issue_certificate(town.local, member=town.world.local, day=LAST, at=LATER)
    address = f"/attendance/c/{token_of(made)}"
    with ORACLE.expecting() as found:
        answer = Client().get(address, headers={"Accept-Language": "en"})
    page = text(answer)
    assert {one.canary for one in found} == {LOCAL}, "the name, and neither phone nor identity"
    assert "genuine and valid" in page and made.number in page and "18.0 h" in page
    assert "省枫林观测局" not in page and "no-store" in answer.headers["Cache-Control"]
    assert AuditEntry.objects.get(action="attendance.check-certificate").subject == made.member_id


@pytest.mark.parametrize("spoilt", ["x", "AZ.x", "AZyxf3hvdGVzdGVzdHM.AAAA", "é"])
def test_a_forged_code_names_nobody(db: None, spoilt: str) -> None:
    answer = Client().get(f"/attendance/c/{spoilt}", headers={"Accept-Language": "en"})
    assert answer.status_code == 404 and "no certificate of this operation" in text(answer)
    with pytest.raises(CertificateUnknown):
        show_certificate(system_scope(), token=spoilt)


def test_it_survives_the_closing_of_the_incident(town: Town) -> None:
    serve(town, town.world.local, 0, 1, until=17)
    made = issue_certificate(town.local, member=town.world.local, day=LAST, at=LATER)
    close_incident(town.world.system, incident=town.incident, at=LATER)
    assert show_certificate(system_scope(), token=token_of(made)).holds
    serve_after = issue_certificate(town.local, member=town.world.local, day=LAST, at=LATER)
    assert serve_after.pk == made.pk


def test_the_sheet_is_printed_with_its_code_in_both_languages(town: Town) -> None:
    serve(town, town.world.sent[0], 0, 2, until=17)
    client = signed_in(town, Role.LIAISON)
    client.get(f"/attendance/hours/?day={LAST}")
    answer = client.post(f"/attendance/hours/{town.world.sent[0]}/certificate", follow=True)
    page = text(answer)
    assert answer.status_code == 200 and SENT[0] in page and "data:image/svg+xml" in page
    assert "Report-in liaison" in page and "18.0 h" in page
    made = Certificate.objects.get()
    assert f"/attendance/certificates/{made.pk}/" in text(
        client.get(f"/attendance/hours/{town.world.sent[0]}/")
    )
    client.cookies["django_language"] = "zh-hans"
    answer = client.post(f"/attendance/certificates/{made.pk}/withdraw", {"reason": "记录有误"})
    assert answer.status_code == 302
    assert (
        client.post(f"/attendance/certificates/{made.pk}/withdraw", {"reason": "再来"}).status_code
        == 409
    )
    other = Client()
    other.force_login(
        town.world.outsider.account, "allauth.account.auth_backends.AuthenticationBackend"
    )
    assert other.get(f"/attendance/certificates/{made.pk}/").status_code == 404
    mine = signed_in(town, Role.MEMBER)
    assert mine.get(f"/attendance/certificates/{made.pk}/").status_code == 404


def test_days_that_count_no_time_are_said_before_and_on_the_paper(town: Town) -> None:
    me = town.world.local
    serve(town, me, 0, 1, until=17)
    client = signed_in(town, Role.MEMBER)
    before = f"/attendance/hours/mine?day={LAST}"
    assert "no sign-out" not in text(client.get(before))
    first = issue_certificate(town.local, member=me, day=LAST, at=LATER)
    assert "not counted" not in text(client.get(f"/attendance/certificates/{first.pk}/"))
    serve(town, me, 1, 2)
    assert "2 days lack a sign-out, and that time does not count. Ask your leader" in text(
        client.get(before)
    )
    answer = client.post(f"/attendance/hours/{me}/certificate", follow=True)
    assert "9.0 h (time without a sign-out on 2 days not counted)" in text(answer)
    made = Certificate.objects.order_by("sequence").last()
    assert made is not None
    with ORACLE.expecting():
        checked = Client().get(
            f"/attendance/c/{token_of(made)}", headers={"Accept-Language": "zh-hans"}
        )
    assert "9.0小时（2天有未签退，该段未计入）" in text(checked), text(checked)


def test_two_who_press_at_once_make_one(committed_world: World) -> None:
    from django.db import connections

    town = arrive(committed_world)
    serve(town, town.world.local, 0, 1, until=17)
    local = town.local

    def press(_number: int) -> str:
        try:
            made = issue_certificate(local, member=town.world.local, day=LAST, at=LATER)
            return str(made.pk)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(press, range(8)))) == 1
    assert Certificate.objects.count() == 1
