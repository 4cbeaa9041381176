"""Looking at screens as somebody of the town."""

from django.test import Client

from tests.attendance.town import Town
from tests.world import prove_twice
from xiachen.privacy.scope import Role


def signed_in(town: Town, role: Role) -> Client:
    client = Client()
    client.force_login(
        town.world.accounts[role], "allauth.account.auth_backends.AuthenticationBackend"
    )
    prove_twice(client)
    return client


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]
