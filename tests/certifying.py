"""Certificates for tests: somebody's own, and what becomes of a handshake."""

import ctypes
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

NOW = datetime.now(UTC).replace(microsecond=0)


def own_pair(
    folder: Path,
    *names: str,
    name: str = "own",
    begins: datetime = NOW - timedelta(days=1),
    ends: datetime = NOW + timedelta(days=60),
    passphrase: bytes | None = None,
    old_kind: bool = False,
) -> tuple[Path, Path]:
    """Write a certificate that signs itself, and its key, as an issuer would deliver them."""
    key = rsa.generate_private_key(65537, 2048) if old_kind else ec.generate_private_key(_CURVE)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(one) for one in names]), critical=False
        )
        .sign(key, SHA256())
    )
    certificate, private = folder / f"{name}.crt", folder / f"{name}.key"
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL
            if old_kind
            else serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(passphrase)
            if passphrase
            else serialization.NoEncryption(),
        )
    )
    private.chmod(0o600)
    return certificate, private


_CURVE = ec.SECP256R1()


def signed_by(authority: Path, authority_key: Path, folder: Path, host: str) -> tuple[Path, Path]:
    """Write what whoever stole an authority's key would make for a host of others."""
    issuer = x509.load_pem_x509_certificate(authority.read_bytes())
    signing = serialization.load_pem_private_key(authority_key.read_bytes(), None)
    assert isinstance(signing, ec.EllipticCurvePrivateKey)
    certificate, private = own_pair(folder, host, name="stolen")
    held = serialization.load_pem_private_key(private.read_bytes(), None)
    signed = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]))
        .issuer_name(issuer.subject)
        .public_key(held.public_key())  # type: ignore[arg-type]
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=20))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(signing, SHA256())
    )
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    return certificate, private


def handshake(trusted: Path, pair: tuple[Path, Path], host: str) -> None:
    """
    Let a client that trusts one authority meet a server, without any network.

    :raises ssl.SSLCertVerificationError: the client does not accept the server
    """
    client = ssl.create_default_context(cafile=str(trusted))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(*pair)
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    asking = client.wrap_bio(back, there, server_hostname=host)
    answering = server.wrap_bio(there, back, server_side=True)
    done: set[ssl.SSLObject] = set()
    while len(done) < 2:
        for side in (asking, answering):
            try:
                side.do_handshake()
                done.add(side)
            except ssl.SSLWantReadError:
                pass


class _Item(ctypes.Structure):
    _fields_ = (("kind", ctypes.c_int), ("data", ctypes.c_char_p), ("length", ctypes.c_uint))


def trust_in_browser(home: Path, certificate: Path) -> None:
    """
    Install an authority as somebody does in the browser's settings: in the user's own store.

    :param home: the folder that the browser is to take for the user's
    """
    store = home / ".pki" / "nssdb"
    store.mkdir(parents=True)
    nss = ctypes.CDLL("libnss3.so")
    for name in (
        "PK11_GetInternalKeySlot",
        "CERT_GetDefaultCertDB",
        "CERT_NewTempCertificate",
    ):
        getattr(nss, name).restype = ctypes.c_void_p
    written = ssl.PEM_cert_to_DER_cert(certificate.read_text("ascii"))
    assert nss.NSS_InitReadWrite(f"sql:{store}".encode()) == 0
    database = ctypes.c_void_p(nss.CERT_GetDefaultCertDB())
    slot = ctypes.c_void_p(nss.PK11_GetInternalKeySlot())
    if nss.PK11_NeedUserInit(slot):
        assert nss.PK11_InitPin(slot, None, b"") == 0
    item = _Item(0, written, len(written))
    held = ctypes.c_void_p(nss.CERT_NewTempCertificate(database, ctypes.byref(item), None, 0, 1))
    assert nss.PK11_ImportCert(slot, held, 0, b"xiachen", 0) == 0
    # CERTDB_VALID_CA | CERTDB_TRUSTED_CA, for servers alone.
    trust = (ctypes.c_uint * 3)(0x08 | 0x10, 0, 0)
    assert nss.CERT_ChangeCertTrust(database, held, trust) == 0
    nss.CERT_DestroyCertificate(held)
    nss.PK11_FreeSlot(slot)
    assert nss.NSS_Shutdown() == 0
