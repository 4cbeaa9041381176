"""
Certificates of HTTPS: those that an installation brings, and a local authority that makes them.

A local authority is made once. It is constrained to the hosts that it was made for, so that
whoever steals its key can pose as this site alone and as nobody else whom the phones visit. What
it signs ends after 30 days and is made anew before.

Nothing here speaks: faults are told by their kind, and the command line has the words.
"""

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from xiachen.privacy.keyring import files

AUTHORITY_LASTS = timedelta(days=5 * 365)
LEAF_LASTS = timedelta(days=30)
RENEWED_BEFORE = timedelta(days=10)
# The clock of a cheap phone whose battery ran out stands in the past. Apple's phones take nothing
# that is valid for more than 825 days.
_BACK = timedelta(days=400)

_AUTHORITY_KEY, _AUTHORITY = "authority.key", "authority.crt"
_KEY, _CERTIFICATE = "site.key", "site.crt"

# What an authority may never sign when it was made for no names, or for no addresses: a kind of
# name that no constraint speaks of is free.
_NO_NAME = x509.DNSName("invalid")
_NO_ADDRESSES = (
    x509.IPAddress(ip_network("0.0.0.0/0")),
    x509.IPAddress(ip_network("::/0")),
)


class Fault(StrEnum):
    """Why files cannot be used for HTTPS."""

    CERTIFICATE_MISSING = "certificate-missing"
    CERTIFICATE_SHAPE = "certificate-shape"
    KEY_MISSING = "key-missing"
    KEY_SHAPE = "key-shape"
    KEY_LOCKED = "key-locked"
    KEY_OPEN = "key-open"
    MISMATCH = "mismatch"
    EXPIRED = "expired"
    NOT_YET = "not-yet"
    CONSTRAINED = "constrained"


class Unusable(Exception):
    """
    The files are there, or should be, and HTTPS cannot be spoken with them.

    :param path: the file at fault
    :param about: what the words need beside: a day, or hosts
    """

    def __init__(self, fault: Fault, path: Path, about: str = "") -> None:
        super().__init__(fault.value)
        self.fault, self.path, self.about = fault, path, about


@dataclass(frozen=True)
class Certificate:
    """A certificate as far as somebody must know it."""

    hosts: tuple[str, ...]
    begins: datetime
    ends: datetime
    fingerprint: str

    def answers_for(self, host: str) -> bool:
        """Tell whether browsers accept it under the host; `.example.cn` is all names below."""
        if host in self.hosts:
            return True
        if host.startswith("."):
            return {f"*{host}", host[1:]} <= set(self.hosts)
        _label, _dot, above = host.partition(".")
        return f"*.{above}" in self.hosts and _address(host) is None

    def is_due(self, at: datetime) -> bool:
        """Tell whether it should be made anew."""
        return at >= self.ends - RENEWED_BEFORE


def examine(certificate: Path, key: Path, *, at: datetime) -> Certificate:
    """
    Return what a certificate says once it and its key can be used.

    :raises Unusable: one is missing, unreadable, of another pair, or out of its time
    """
    own = _read_certificate(certificate)
    private = _read_key(key)
    if private.public_key() != own.public_key():
        raise Unusable(Fault.MISMATCH, certificate)
    if at >= own.not_valid_after_utc:
        raise Unusable(Fault.EXPIRED, certificate, f"{own.not_valid_after_utc:%Y-%m-%d}")
    if at < own.not_valid_before_utc:
        raise Unusable(Fault.NOT_YET, certificate, f"{own.not_valid_before_utc:%Y-%m-%d}")
    return _described(own)


@dataclass(frozen=True)
class LocalAuthority:
    """The authority of one installation, in a folder that is closed to others."""

    folder: Path

    @property
    def certificate(self) -> Path:
        """What phones install."""
        return self.folder / _AUTHORITY

    @property
    def pair(self) -> tuple[Path, Path]:
        """The certificate that the site shows, and its key."""
        return self.folder / _CERTIFICATE, self.folder / _KEY

    def keep(self, hosts: Sequence[str], *, at: datetime) -> Certificate:
        """
        Return a certificate for the hosts that is good for days; make what is missing for it.

        :raises Unusable: the authority that phones have installed may not sign for a host, has
            ended, or its files are damaged; it is never replaced in silence
        """
        files.keep_directory(self.folder)
        if not self.certificate.exists():
            self._make_authority(hosts, at)
        described = self.examined(at=at)
        authority = _read_certificate(self.certificate)
        outside = [host for host in hosts if not _permits(authority, host)]
        if outside:
            raise Unusable(Fault.CONSTRAINED, self.certificate, ", ".join(outside))
        found = self._leaf(authority, at)
        if found is None or set(found.hosts) != set(_names(hosts)):
            return self._sign(hosts, authority, described.ends, at)
        return found

    def examined(self, *, at: datetime) -> Certificate:
        """
        Return what the authority's own certificate says.

        :raises Unusable: it cannot sign any more, or its files are damaged
        """
        return examine(self.certificate, self.folder / _AUTHORITY_KEY, at=at)

    def _leaf(self, authority: x509.Certificate, at: datetime) -> Certificate | None:
        """Return the site's certificate unless it must be made anew."""
        try:
            found = examine(*self.pair, at=at)
            _read_certificate(self.pair[0]).verify_directly_issued_by(authority)
        except (Unusable, ValueError, TypeError, InvalidSignature):
            return None
        return None if found.is_due(at) else found

    def _make_authority(self, hosts: Sequence[str], at: datetime) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name(f"xiachen {hosts[0]} {at:%Y-%m-%d}")
        signed = (
            _begun(name, name, key, at - _BACK, at + AUTHORITY_LASTS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs=True), critical=True)
            .add_extension(_constraints(hosts), critical=True)
            .sign(key, SHA256())
        )
        # The key first: a certificate that is there was made whole.
        _write_key(self.folder / _AUTHORITY_KEY, key)
        _write_certificate(self.certificate, signed)

    def _sign(
        self, hosts: Sequence[str], authority: x509.Certificate, until: datetime, at: datetime
    ) -> Certificate:
        issuer = _read_key(self.folder / _AUTHORITY_KEY)
        key = ec.generate_private_key(ec.SECP256R1())
        ends = min(at + LEAF_LASTS, until)
        signed = (
            _begun(_name(hosts[0]), authority.subject, key, at - _BACK, ends)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName(_general(hosts)), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()),
                critical=False,
            )
            .sign(issuer, SHA256())
        )
        certificate, path = self.pair
        _write_key(path, key)
        _write_certificate(certificate, signed)
        return _described(signed)


def described(certificate: Path) -> Certificate:
    """
    Return what a certificate says, whether or not it can be used.

    :raises Unusable: it cannot be read
    """
    return _described(_read_certificate(certificate))


def downloaded(certificate: Path) -> bytes:
    """
    Return a certificate as phones take it: DER, whose kind no phone has to guess.

    :raises Unusable: it cannot be read
    """
    return _read_certificate(certificate).public_bytes(serialization.Encoding.DER)


def _read_certificate(path: Path) -> x509.Certificate:
    """Return the first certificate of a file, as servers do; the others are its chain."""
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())[0]
    except OSError as error:
        raise Unusable(Fault.CERTIFICATE_MISSING, path, os.strerror(error.errno or 0)) from error
    except ValueError as error:
        raise Unusable(Fault.CERTIFICATE_SHAPE, path) from error


def _read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """Return a private key that its owner alone can read, of whatever kind certificates have."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            written = file.read()
    except OSError as error:
        raise Unusable(Fault.KEY_MISSING, path, os.strerror(error.errno or 0)) from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Unusable(Fault.KEY_OPEN, path)
    try:
        return serialization.load_pem_private_key(written, None)  # type: ignore[return-value]
    except TypeError as error:
        raise Unusable(Fault.KEY_LOCKED, path) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Unusable(Fault.KEY_SHAPE, path) from error


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    files.write(
        path,
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )


def _write_certificate(path: Path, certificate: x509.Certificate) -> None:
    files.write(path, certificate.public_bytes(serialization.Encoding.PEM))


def _described(certificate: x509.Certificate) -> Certificate:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        hosts = (
            *names.get_values_for_type(x509.DNSName),
            *(str(one) for one in names.get_values_for_type(x509.IPAddress)),
        )
    except x509.ExtensionNotFound:
        hosts = ()
    return Certificate(
        hosts=tuple(hosts),
        begins=certificate.not_valid_before_utc,
        ends=certificate.not_valid_after_utc,
        fingerprint=certificate.fingerprint(SHA256()).hex(),
    )


def _begun(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    begins: datetime,
    ends: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _names(hosts: Sequence[str]) -> list[str]:
    """Return what a certificate says for hosts: a leading dot is the name and all below it."""
    said = []
    for host in hosts:
        said += [host[1:], f"*{host}"] if host.startswith(".") else [host]
    return said


def _general(hosts: Sequence[str]) -> list[x509.GeneralName]:
    return [
        x509.DNSName(name) if (address := _address(name)) is None else x509.IPAddress(address)
        for name in _names(hosts)
    ]


def _constraints(hosts: Sequence[str]) -> x509.NameConstraints:
    addresses = [found for host in hosts if (found := _address(host))]
    names = [host.removeprefix(".") for host in hosts if _address(host) is None]
    return x509.NameConstraints(
        permitted_subtrees=[
            *([x509.DNSName(name) for name in names] or [_NO_NAME]),
            *(x509.IPAddress(ip_network(one)) for one in addresses),
        ],
        excluded_subtrees=None if addresses else list(_NO_ADDRESSES),
    )


def _permits(authority: x509.Certificate, host: str) -> bool:
    """Tell whether phones would accept what the authority signs for the host."""
    constraints = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    permitted = [str(one.value) for one in constraints.permitted_subtrees or []]
    address = _address(host)
    if address is not None:
        return str(ip_network(address)) in permitted
    name = host.removeprefix(".")
    return any(name == one or name.endswith(f".{one}") for one in permitted)
