"""People at the desks of the back office, for the tests of its screens."""

from django.test import Client

from tests.world import prove_twice
from xiachen.people.models.accounts import Account


def desk(username: str, *, twice: bool = False) -> Client:
    """Return a browser of somebody who is signed in, proven twice if so asked."""
    client = Client()
    client.force_login(
        Account.objects.get(username=username),
        "allauth.account.auth_backends.AuthenticationBackend",
    )
    if twice:
        prove_twice(client)
    return client
