"""The secrets of second factors, sealed like everything else that opens a door."""

from base64 import b64decode, b64encode
from typing import Any
from uuid import UUID

from allauth.mfa.adapter import DefaultMFAAdapter

from xiachen.base import clock
from xiachen.base.owned.models import CENTRE
from xiachen.people.models.members import KEYRING
from xiachen.privacy.classes import DataClass
from xiachen.privacy.keyring.vault import vault

_WHERE: dict[str, Any] = {
    "table": "mfa_authenticator",
    "column": "data",
    "community": CENTRE,
    # The library hands over the secret alone, not whose it is.
    "row": UUID(int=0),
}


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]
    """allauth with its secrets under our keys: a copy of the database opens no account."""

    def encrypt(self, text: str) -> str:
        """Return the sealed secret as text."""
        # Accounts may come before the first people; keyrings that are there stay.
        vault().create(KEYRING, at=clock.now())
        sealed = vault().seal(KEYRING, DataClass.SERVICE, {"secret": text}, **_WHERE)
        return b64encode(sealed).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret in clear."""
        sealed = b64decode(encrypted_text)
        return vault().open(KEYRING, DataClass.SERVICE, sealed, **_WHERE)["secret"]
