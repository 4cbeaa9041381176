"""The server's key of each incident, to which phones seal what they record."""

from uuid import UUID

from xiachen.base.errors import NotFound
from xiachen.privacy.classes import DataClass
from xiachen.privacy.envelopes import SealingKey
from xiachen.privacy.keyring.vault import vault
from xiachen.privacy.scope import Role, Scope

# By incident: the keyring's id beside the key that follows from it, which is dear to make.
_MADE: dict[UUID, tuple[bytes, SealingKey]] = {}


def sealing_key(scope: Scope, *, incident: UUID) -> SealingKey:
    """
    Return the key of an incident; for the door of phones.

    :raises KeyDestroyed, KeyMissing: the incident's data are gone, and its key with them
    """
    if scope.role is not Role.SYSTEM:
        raise NotFound()
    try:
        keyring = vault().keyring(incident, DataClass.SERVICE)
    except Exception:
        _MADE.pop(incident, None)
        raise
    made = _MADE.get(incident)
    if made is None or made[0] != keyring.id:
        made = keyring.id, SealingKey.of(keyring)
        _MADE[incident] = made
    return made[1]
