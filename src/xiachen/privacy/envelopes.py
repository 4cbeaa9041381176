"""
What travels between a phone and the server: signed by the device, sealed to the incident.

Both sides stand here, so that tests, drills and benchmarks speak exactly as phones do.

    DeviceKey   a phone's own key (ECDSA P-256): signs requests
    Sealer      the phone's side of sealing: one ephemeral key for a session of the app
    SealingKey  the server's side, derived from the incident's keyring: it dies with it
    Opener      opens what one ephemeral key has sealed

A sealed item is nonce (12 bytes), ciphertext and tag of AES-256-GCM. The key is
HKDF-SHA256(ECDH(ephemeral, server), salt=ephemeral point, info="xiachen phone 1"), the associated
data are device (16 bytes), item (16) and the device's sequence number (8, big-endian): what is
moved to another device, id or place in the order does not open.
"""

import os
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from xiachen.privacy.sealing import NONCE_BYTES, TAG_BYTES, Keyring, Tampered

POINT_BYTES = 65
SIGNATURE_BYTES = 64

_CURVE = ec.SECP256R1()
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_SIGNED = ec.ECDSA(SHA256())
_HALF = SIGNATURE_BYTES // 2
# A phone keeps one ephemeral key while its app is open; a city's morning fits.
_OPENERS_AT_HAND = 4096


class NoPoint(ValueError):
    """These bytes are no point of the curve P-256 in uncompressed form."""


def request_text(path: str, stamp: int, body: bytes) -> bytes:
    """
    Return what a device signs of a request.

    :param stamp: milliseconds since 1970, by the server's clock as the phone knows it
    """
    return f"xiachen-sync-1\n{path}\n{stamp}\n{sha256(body).hexdigest()}".encode()


def is_signed(point: bytes, signature: bytes, text: bytes) -> bool:
    """
    Tell whether a device's key made this signature (r and s, 32 bytes each) over a text.

    :raises NoPoint: the key is none
    """
    if len(signature) != SIGNATURE_BYTES:
        return False
    r, s = (int.from_bytes(part, "big") for part in (signature[:_HALF], signature[_HALF:]))
    try:
        _public(point).verify(utils.encode_dss_signature(r, s), text, _SIGNED)
    except InvalidSignature:
        return False
    return True


class SealingKey:
    """The server's key of one incident, to which phones seal what they record."""

    __slots__ = ("_private", "opener", "point")

    def __init__(self, private: ec.EllipticCurvePrivateKey) -> None:
        self._private = private
        self.point = _point(private.public_key())
        self.opener = lru_cache(maxsize=_OPENERS_AT_HAND)(self._opener)

    @classmethod
    def of(cls, keyring: Keyring) -> "SealingKey":
        """Return the key that follows from a keyring; always the same one."""
        # Twice the order's length, so that reducing it leaves no number likelier than another.
        seed = keyring.subkey("phones a") + keyring.subkey("phones b")
        return cls(ec.derive_private_key(int.from_bytes(seed, "big") % (_ORDER - 1) + 1, _CURVE))

    def _opener(self, ephemeral: bytes) -> "Opener":
        return Opener(_shared(self._private, _public(ephemeral), ephemeral))


class Opener:
    """Opens what one ephemeral key has sealed."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def open(self, sealed: bytes, *, device: UUID, item: UUID, seq: int) -> bytes:
        """
        Return what was sealed.

        :raises Tampered: altered, sealed to another key, or moved to another device, id or seq
        """
        if len(sealed) < NONCE_BYTES + TAG_BYTES:
            raise Tampered("not a sealed item")
        place = _place(device, item, seq)
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place)
        except InvalidTag:
            raise Tampered("it does not open here") from None


class DeviceKey:
    """A phone's own key; the server knows its point."""

    __slots__ = ("_private", "point")

    def __init__(self, private: ec.EllipticCurvePrivateKey) -> None:
        self._private = private
        self.point = _point(private.public_key())

    @classmethod
    def new(cls) -> "DeviceKey":
        """Return a random key."""
        return cls(ec.generate_private_key(_CURVE))

    def sign(self, text: bytes) -> bytes:
        """Return the signature over a text: r and s, 32 bytes each."""
        r, s = utils.decode_dss_signature(self._private.sign(text, _SIGNED))
        return r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")


class Sealer:
    """Seals what a phone records, from one opening of the app to its end."""

    __slots__ = ("_cipher", "ephemeral")

    def __init__(
        self, server_point: bytes, ephemeral: ec.EllipticCurvePrivateKey | None = None
    ) -> None:
        """:raises NoPoint: the server's point is none"""
        private = ephemeral or ec.generate_private_key(_CURVE)
        self.ephemeral = _point(private.public_key())
        self._cipher = AESGCM(_shared(private, _public(server_point), self.ephemeral))

    def seal(self, plain: bytes, *, device: UUID, item: UUID, seq: int) -> bytes:
        """Return nonce, ciphertext and tag."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, _place(device, item, seq))


def _shared(
    private: ec.EllipticCurvePrivateKey, public: ec.EllipticCurvePublicKey, ephemeral: bytes
) -> bytes:
    secret = private.exchange(ec.ECDH(), public)
    return HKDF(SHA256(), 32, salt=ephemeral, info=b"xiachen phone 1").derive(secret)


def _place(device: UUID, item: UUID, seq: int) -> bytes:
    return device.bytes + item.bytes + seq.to_bytes(8, "big")


def _point(public: ec.EllipticCurvePublicKey) -> bytes:
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _public(point: bytes) -> ec.EllipticCurvePublicKey:
    if len(point) != POINT_BYTES:
        raise NoPoint("a point has 65 bytes")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, point)
    except ValueError:
        raise NoPoint("not on the curve") from None
