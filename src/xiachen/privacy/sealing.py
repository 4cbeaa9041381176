"""
The keys of the house, and what they seal at rest; envelopes.py has what travels.

Three layers of keys:

    Master       one per installation; only wraps and unwraps keyrings
    Keyring      one per incident and class of data, random; lives outside the database
    subkeys      derived from the keyring: one per community for sealing, one per field for indexes

A sealed value holds one row's values of one class:

    algorithm (1 byte) · key id (8) · nonce (12) · ciphertext and tag

The associated data are that header, community, row, table and column, so a sealed value opens
only where it was sealed. No exception of this module carries a value.

    CannotOpen
    ├── WrongKey     sealed under another keyring or master key
    └── Tampered     altered, or moved to another row, column, table or community
"""

import hmac
import json
import os
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from json.encoder import encode_basestring
from typing import NamedTuple, NoReturn
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.utils.translation import gettext_lazy as _
from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics

from xiachen.base.errors import Refused
from xiachen.privacy.classes import DataClass

# A sealed value as drivers hand it over.
Sealed = bytes | memoryview

AES_256_GCM = 1

KEY_BYTES = 32
KEY_ID_BYTES = 8
NONCE_BYTES = 12
TAG_BYTES = 16
HEADER_BYTES = 1 + KEY_ID_BYTES
INDEX_BYTES = 16
SALT_BYTES = 16

# Keyrings keep this many communities' ciphers at hand: more than the largest city has.
COMMUNITIES_AT_HAND = 4096

# Sealed lengths come in steps, so that the length does not tell a short word from a long one.
PADDING = 32

SHARES = 3
SHARES_NEEDED = 2

# Few values, or values that everybody knows: an index over them would give the values away.
_NEVER_INDEXED = frozenset(
    {"name", "names", "surname", "fullname", "age", "class"}
    | {"birth", "birthday", "birthdate", "birthyear", "dob"}
)
_FIELD_NAME = re.compile(r"[a-z][a-z0-9]*([_.][a-z0-9]+)*")


class CannotOpen(Exception):
    """A sealed value or a wrapped keyring does not open."""


class WrongKey(CannotOpen):
    """It was sealed under another key."""


class Tampered(CannotOpen):
    """It was altered, or moved away from where it was sealed."""


class NeverIndexed(ValueError):
    """A blind index over this field would give its values away."""


class WrongShares(Refused):
    """The words do not make up a keyring."""

    code = "privacy.wrong-shares"
    message = _("These words do not belong together, or one of them is misspelt.")
    status = 422


class Cell(NamedTuple):
    """What sealing in one community needs; `context` begins the associated data."""

    cipher: AESGCM
    header: bytes
    context: bytes


class Master:
    """The key that wraps keyrings; `id` tells masters apart and reveals nothing of the key."""

    __slots__ = ("_cipher", "_secret", "id")

    def __init__(self, secret: bytes) -> None:
        """:raises ValueError: the secret does not have 32 bytes"""
        if len(secret) != KEY_BYTES:
            raise ValueError(f"a master key has {KEY_BYTES} bytes")
        self._secret = secret
        self._cipher = AESGCM(_derive(secret, b"wrap"))
        self.id = _derive(secret, b"id")[:KEY_ID_BYTES]

    @classmethod
    def new(cls) -> "Master":
        """Return a random master key."""
        return cls(os.urandom(KEY_BYTES))

    @classmethod
    def from_passphrase(cls, passphrase: str, salt: bytes) -> "Master":
        """Return the master key of a passphrase; takes 128 MB for about half a second."""
        kdf = Scrypt(salt=salt, length=KEY_BYTES, n=2**17, r=8, p=1)
        return cls(kdf.derive(passphrase.encode()))

    @classmethod
    def from_hex(cls, text: str) -> "Master":
        """
        Return the master key that `hex` wrote.

        :raises ValueError: the text is something else; the message does not quote it
        """
        try:
            return cls(bytes.fromhex(text))
        except ValueError:
            raise ValueError("this is not a master key") from None

    def hex(self) -> str:
        """Return the secret for the master key file."""
        return self._secret.hex()

    def wrap(self, keyring: "Keyring") -> bytes:
        """Return the keyring as it lies on disk: header, master id, key id, nonce, ciphertext."""
        head = bytes([AES_256_GCM]) + self.id + keyring.id
        nonce = os.urandom(NONCE_BYTES)
        place = _keyring_place(keyring.incident, keyring.data_class)
        return head + nonce + self._cipher.encrypt(nonce, keyring._secret, head + place)

    def wrapped(self, wrapped: bytes) -> bool:
        """Return whether this master key wrapped the keyring."""
        return wrapped[1 : 1 + KEY_ID_BYTES] == self.id

    def unwrap(self, wrapped: bytes, incident: UUID, data_class: DataClass) -> "Keyring":
        """
        Return the keyring that `wrap` wrote for this incident and class.

        :raises WrongKey: another master key wrapped it
        :raises Tampered: the bytes were altered, or are another incident's or class's keyring
        """
        if len(wrapped) != WRAPPED_BYTES or wrapped[0] != AES_256_GCM:
            raise Tampered("not a keyring")
        if not self.wrapped(wrapped):
            raise WrongKey("wrapped by another master key")
        head, rest = wrapped[:_WRAP_HEAD], wrapped[_WRAP_HEAD:]
        place = _keyring_place(incident, data_class)
        try:
            secret = self._cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], head + place)
        except InvalidTag:
            raise Tampered("the keyring does not open here") from None
        return Keyring(incident, data_class, secret)

    def __repr__(self) -> str:
        return f"<Master {self.id.hex()}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("keys are not pickled")


_WRAP_HEAD = 1 + KEY_ID_BYTES + KEY_ID_BYTES
WRAPPED_BYTES = _WRAP_HEAD + NONCE_BYTES + KEY_BYTES + TAG_BYTES


class Keyring:
    """The keys of one incident and class; `id` follows from the secret and reveals nothing."""

    __slots__ = ("_root", "_secret", "cell", "data_class", "id", "incident", "index_key")

    def __init__(self, incident: UUID, data_class: DataClass, secret: bytes) -> None:
        """:raises ValueError: the class has no keys, or the secret does not have 32 bytes"""
        if data_class is DataClass.NONE or len(secret) != KEY_BYTES:
            raise ValueError(f"a keyring has a class and {KEY_BYTES} bytes")
        self.incident = incident
        self.data_class = data_class
        self._secret = secret
        # All keys follow from the secret and from what it is for: shares that are put together
        # for another incident make keys that open nothing.
        self._root = _derive(secret, b"keyring " + _keyring_place(incident, data_class))
        self.id = _derive(self._root, b"id")[:KEY_ID_BYTES]
        # One cache per keyring: a keyring that is let go takes its derived keys with it.
        self.cell = lru_cache(maxsize=COMMUNITIES_AT_HAND)(self._cell)
        self.index_key = lru_cache(maxsize=64)(self._index_key)

    @classmethod
    def new(cls, incident: UUID, data_class: DataClass) -> "Keyring":
        """Return a keyring with a random secret."""
        return cls(incident, data_class, os.urandom(KEY_BYTES))

    @classmethod
    def join(cls, incident: UUID, data_class: DataClass, words: Sequence[str]) -> "Keyring":
        """
        Return the keyring that two of its three shares make up.

        :raises WrongShares: too few, misspelt, or from different sets
        """
        try:
            secret = combine_mnemonics(words)
        except MnemonicError:
            raise WrongShares from None
        if len(secret) != KEY_BYTES:
            raise WrongShares
        return cls(incident, data_class, secret)

    def split(self) -> list[str]:
        """Return three shares (SLIP-39, 33 words each); any two make up the keyring."""
        shares: list[str]
        [shares] = generate_mnemonics(1, [(SHARES_NEEDED, SHARES)], self._secret)
        return shares

    def subkey(self, purpose: str) -> bytes:
        """Return 32 bytes for a use that is neither sealing rows nor indexing; they die with it."""
        return _derive(self._root, b"use " + purpose.encode())

    def forget(self) -> None:
        """Drop what was derived; the keyring is not used any more."""
        self.cell.cache_clear()
        self.index_key.cache_clear()

    def _cell(self, community: int) -> Cell:
        place = community.to_bytes(8, "big")
        cipher = AESGCM(_derive(self._root, b"row " + place))
        header = bytes([AES_256_GCM]) + self.id
        return Cell(cipher, header, header + place)

    def _index_key(self, field: str) -> bytes:
        if not _FIELD_NAME.fullmatch(field) or _NEVER_INDEXED & set(re.split(r"[_.]", field)):
            raise NeverIndexed(field)
        return _derive(self._root, b"index " + field.encode())

    def __repr__(self) -> str:
        return f"<Keyring {self.id.hex()} {self.data_class}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("keys are not pickled")


def seal(
    keyring: Keyring,
    values: Mapping[str, str],
    *,
    table: str,
    column: str,
    community: int,
    row: UUID,
) -> bytes:
    """
    Return one row's values sealed to its place; lengths come in steps of 32 bytes.

    :raises TypeError: a key or a value is not text
    """
    cipher, header, context = keyring.cell(community)
    nonce = os.urandom(NONCE_BYTES)
    data = context + row.bytes + _column(table, column)
    return header + nonce + cipher.encrypt(nonce, _payload(values), data)


def open_sealed(
    keyring: Keyring, sealed: Sealed, *, table: str, column: str, community: int, row: UUID
) -> dict[str, str]:
    """
    Return the values that `seal` sealed at this place.

    :raises WrongKey: they were sealed under another keyring
    :raises Tampered: they were altered or sealed at another place
    """
    cipher, header, context = keyring.cell(community)
    if sealed[:HEADER_BYTES] != header:
        _refuse_header(sealed)
    data = context + row.bytes + _column(table, column)
    try:
        payload = cipher.decrypt(sealed[HEADER_BYTES:_BODY], sealed[_BODY:], data)
    except (InvalidTag, ValueError):
        raise Tampered("it does not open here") from None
    values: dict[str, str] = _read(payload.decode("utf-8", "surrogatepass"))[0]
    return values


_BODY = HEADER_BYTES + NONCE_BYTES
_read = json.JSONDecoder().raw_decode


def key_id(sealed: Sealed) -> bytes:
    """Return the id of the keyring under which a value was sealed."""
    return bytes(sealed[1:HEADER_BYTES])


def wrapped_id(wrapped: bytes) -> bytes:
    """Return the id of the keyring in a wrapped one, without opening it."""
    return wrapped[1 + KEY_ID_BYTES : _WRAP_HEAD]


def blind_index(keyring: Keyring, *, field: str, value: str) -> bytes:
    """
    Return 16 bytes that are equal for equal values of a field and tell nothing else.

    The value must come in its canonical form; two spellings have two indexes.

    :raises NeverIndexed: the field is a name, a birth or a class, or no field name at all
    """
    key = keyring.index_key(field)
    return hmac.digest(key, value.encode("utf-8", "surrogatepass"), "sha256")[:INDEX_BYTES]


def _derive(secret: bytes, purpose: bytes) -> bytes:
    """HKDF-SHA256; the purpose keeps keys of different uses apart."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"xiachen 1 " + purpose).derive(secret)


def _keyring_place(incident: UUID, data_class: DataClass) -> bytes:
    return incident.bytes + data_class.value.encode()


@lru_cache(maxsize=1024)
def _column(table: str, column: str) -> bytes:
    """Table and column with their lengths: what precedes them has fixed length."""
    names = (table.encode(), column.encode())
    return b"".join(len(name).to_bytes(2, "big") + name for name in names)


def _payload(values: Mapping[str, str]) -> bytes:
    """Compact JSON, padded with blanks. Written out because it is the hot part of sealing."""
    quote = encode_basestring
    text = ",".join([f"{quote(name)}:{quote(value)}" for name, value in values.items()])
    payload = f"{{{text}}}".encode("utf-8", "surrogatepass")
    return payload.ljust(-(-len(payload) // PADDING) * PADDING)


def _refuse_header(sealed: Sealed) -> NoReturn:
    if len(sealed) < _BODY + TAG_BYTES or sealed[0] != AES_256_GCM:
        raise Tampered("not a sealed value of a known algorithm")
    raise WrongKey("sealed under another keyring")
