"""What stands around every page: who may come in, in which role, on which day."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.sessions.models import Session
from django.db import transaction
from django.test import Client, RequestFactory
from django.utils import timezone

from tests.world import DAY, FENGLIN, PASSWORD, World
from xiachen.figures.operations import post_deltas
from xiachen.privacy.scope import Can, Role, SecondFactorNeeded
from xiachen.site.refusing import RefusalsAsPages


def enter(world: World, role: Role) -> Client:
    client = Client()
    client.force_login(world.accounts[role])
    return client


def test_a_visitor_is_led_to_the_sign_in(world: World) -> None:
    answer = Client().get("/people/")
    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=/people/"


def test_a_wrong_password_says_so_and_lets_nobody_in(world: World) -> None:
    client = Client()
    answer = client.post("/accounts/login/", {"login": "secretary", "password": "not-this-one"})
    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session
    assert b'role="alert"' in answer.content


def test_the_right_password_leads_to_the_first_page(world: World) -> None:
    client = Client()
    answer = client.post("/accounts/login/", {"login": "Secretary", "password": PASSWORD})
    assert answer.status_code == 302
    assert answer["Location"] == "/"
    assert "Successfully" not in client.get("/").content.decode()


def test_many_wrong_passwords_are_stopped(world: World) -> None:
    client = Client()
    wrong = {"login": "secretary", "password": "not-this-one"}
    answers = [client.post("/accounts/login/", wrong) for _ in range(8)]
    assert "_auth_user_id" not in client.session
    right = client.post("/accounts/login/", {"login": "secretary", "password": PASSWORD})
    assert right.status_code != 302, [answer.status_code for answer in answers]


def test_every_role_has_a_first_page(world: World) -> None:
    assert len(world.accounts) >= 12
    for role in world.accounts:
        answer = enter(world, role).get("/")
        assert answer.status_code == 200, role
        assert "What needs me now" in answer.content.decode()


def test_an_account_without_a_role_sees_only_that(world: World) -> None:
    world.grants[Role.MEMBER].delete()
    answer = enter(world, Role.MEMBER).get("/mobilisation/")
    assert answer.status_code == 403
    assert "No role yet" in answer.content.decode()


def test_the_day_asked_for_stays_until_another_is_asked_for(world: World) -> None:
    client = enter(world, Role.SECRETARY)
    client.get(f"/?day={DAY.isoformat()}")
    assert client.get("/").wsgi_request.day == DAY  # type: ignore[attr-defined]


def test_a_day_that_does_not_exist_shows_today(world: World) -> None:
    answer = enter(world, Role.SECRETARY).get("/?day=2020-02-30")
    assert answer.status_code == 200
    assert "“2020-02-30” is not a day that can be looked at" in answer.content.decode()
    assert answer.wsgi_request.day == timezone.localdate()  # type: ignore[attr-defined]


def test_a_role_of_somebody_else_cannot_be_taken(world: World) -> None:
    client = enter(world, Role.SECRETARY)
    client.post("/role", {"grant": str(world.grants[Role.HEADQUARTERS].pk)})
    assert client.get("/").wsgi_request.scope.role is Role.SECRETARY  # type: ignore[attr-defined]


def test_the_language_is_the_accounts_until_the_reader_chooses(world: World) -> None:
    client = enter(world, Role.SECRETARY)
    assert '<html lang="en">' in client.get("/").content.decode()
    client.post("/language/setlang/", {"language": "zh-hans", "next": "/"})
    page = client.get("/").content.decode()
    assert '<html lang="zh-CN">' in page
    assert "现在要做的事" in page


def test_an_idle_session_ends(world: World, settings: object) -> None:
    client = enter(world, Role.SECRETARY)
    client.get("/")
    session = client.session
    session["seen"] = int((timezone.now() - timedelta(minutes=31)).timestamp())
    session.save()
    assert client.get("/").status_code == 302


def test_a_session_ends_after_twelve_hours_in_any_case(world: World) -> None:
    client = enter(world, Role.SECRETARY)
    client.get("/")
    session = client.session
    session["began"] = int((timezone.now() - timedelta(hours=12, minutes=1)).timestamp())
    session.save()
    assert client.get("/").status_code == 302


def test_what_lets_data_out_asks_for_the_second_factor(world: World) -> None:
    request = enter(world, Role.SECRETARY).get("/").wsgi_request
    with pytest.raises(SecondFactorNeeded):
        request.scope.require(Can.EXPORT)  # type: ignore[attr-defined]


def test_a_refusal_is_a_page_or_for_a_part_of_one_a_message(world: World) -> None:
    request = enter(world, Role.SECRETARY).get("/").wsgi_request
    doorkeeper = RefusalsAsPages(lambda _: None)  # type: ignore[arg-type,return-value]
    whole = doorkeeper.process_exception(request, SecondFactorNeeded())
    request.META["HTTP_HX_REQUEST"] = "true"
    del request.__dict__["headers"]
    part = doorkeeper.process_exception(request, SecondFactorNeeded())
    assert whole is not None and part is not None
    assert whole.status_code == part.status_code == 403
    assert b"<html" in whole.content and b"<html" not in part.content
    assert part["HX-Retarget"] == "#messages"
    assert b"privacy.second-factor-needed" in part.content


def test_a_defect_is_not_dressed_up_as_a_refusal() -> None:
    request = RequestFactory().get("/")
    doorkeeper = RefusalsAsPages(lambda _: None)  # type: ignore[arg-type,return-value]
    assert doorkeeper.process_exception(request, ValueError()) is None


def test_pages_load_nothing_from_elsewhere(world: World) -> None:
    answer = enter(world, Role.SECRETARY).get("/")
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    page = answer.content.decode()
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page


def test_an_operation_that_is_over_opens_on_its_last_day_for_every_role(world: World) -> None:
    world.incident.demonstration = True
    world.incident.save()
    with transaction.atomic():
        post_deltas(world.incident.pk, [(FENGLIN, "attendance.signed-in", DAY, 1)])
    for role in (Role.SECRETARY, Role.LIAISON, Role.AUDITOR):
        request = enter(world, role).get("/").wsgi_request
        assert request.day == DAY, role  # type: ignore[attr-defined]


def test_the_secret_of_a_second_factor_lies_sealed(world: World) -> None:
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(world.accounts[Role.SECRETARY], secret)
    (kept,) = Authenticator.objects.values_list("data", flat=True)
    assert secret not in str(kept)
    code = format_hotp_value(hotp_value(secret, yield_hotp_counters_from_time().__next__()))
    held = Authenticator.objects.get().wrap()
    assert held.validate_code(code)


@pytest.mark.parametrize("page", ["email/", "confirm-email/", "password/set/"])
def test_pages_for_mail_are_not_there(world: World, page: str) -> None:
    assert enter(world, Role.SECRETARY).get(f"/accounts/{page}").status_code == 404


def test_a_forgotten_password_is_nobodys_to_reset_by_mail(world: World) -> None:
    assert Client().get("/accounts/password/reset/").status_code == 200
    answer = Client().post("/accounts/password/reset/", {"email": "somebody@example.org"})
    assert answer.status_code == 405


def test_a_session_that_has_run_out_or_was_ended_lets_nobody_in(world: World) -> None:
    for end in ({"expire_date": timezone.now()}, None):
        client = enter(world, Role.SECRETARY)
        assert client.get("/").status_code == 200
        rows = Session.objects.filter(session_key=client.session.session_key)
        rows.update(**end) if end else rows.delete()
        assert client.get("/").status_code == 302
