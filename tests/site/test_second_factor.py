"""Whoever has just set up an authenticator app need not sign in again to be believed."""

from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client

from tests.world import PASSWORD, World
from xiachen.privacy.scope import Role

ACTIVATE = "/accounts/2fa/totp/activate/"


def signed_in() -> Client:
    client = Client()
    given = {"login": Role.ADMINISTRATOR.value, "password": PASSWORD}
    assert client.post("/accounts/login/", given).status_code == 302
    return client


def code_for(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_the_code_of_a_new_app_proves_this_session_and_no_other(world: World) -> None:
    client, elsewhere = signed_in(), signed_in()
    assert client.get("/people/accounts/").status_code == 403
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    secret = client.get(ACTIVATE).context["form"].secret
    wrong = client.post(ACTIVATE, {"code": "000000"})
    assert wrong.status_code == 200
    assert client.get("/people/accounts/").status_code == 403
    secret = client.get(ACTIVATE).context["form"].secret
    assert client.post(ACTIVATE, {"code": code_for(secret)}).status_code == 302
    assert client.get("/people/accounts/").status_code == 200
    assert elsewhere.get("/people/accounts/").status_code == 403
