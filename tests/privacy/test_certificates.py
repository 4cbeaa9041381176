"""The local authority: good for this site alone, renewed in time, never replaced in silence."""

import ssl
from datetime import timedelta
from pathlib import Path

import pytest

from tests.certifying import NOW, handshake, own_pair, signed_by
from xiachen.privacy.certificates import Fault, LocalAuthority, Unusable, examine

HOSTS = ("xiachen.example", "192.168.1.20", "::1")


@pytest.fixture
def authority(tmp_path: Path) -> LocalAuthority:
    made = LocalAuthority(tmp_path / "https")
    made.keep(HOSTS, at=NOW)
    return made


@pytest.mark.parametrize("host", HOSTS)
def test_whoever_trusts_the_authority_accepts_the_site(
    host: str, authority: LocalAuthority
) -> None:
    handshake(authority.certificate, authority.pair, host)


def test_the_site_is_not_accepted_under_another_name(authority: LocalAuthority) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        handshake(authority.certificate, authority.pair, "192.168.1.21")


@pytest.mark.parametrize("hosts", [("xiachen.example",), ("192.168.1.20",), HOSTS])
def test_a_stolen_key_poses_as_nobody_else(hosts: tuple[str, ...], tmp_path: Path) -> None:
    authority = LocalAuthority(tmp_path / "https")
    authority.keep(hosts, at=NOW)
    key = authority.folder / "authority.key"
    stolen = signed_by(authority.certificate, key, tmp_path, "bank.example")
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        handshake(authority.certificate, stolen, "bank.example")
    if "xiachen.example" in hosts:  # the negative control: the same forgery for this very site
        forged = signed_by(authority.certificate, key, tmp_path, "xiachen.example")
        handshake(authority.certificate, forged, "xiachen.example")


def test_every_file_is_its_owners_alone(authority: LocalAuthority) -> None:
    assert authority.folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in authority.folder.iterdir()} == {0o600}


def test_a_phone_whose_clock_fell_back_a_year_still_accepts(authority: LocalAuthority) -> None:
    for path in (authority.certificate, authority.pair[0]):
        year_ago = NOW - timedelta(days=365)
        found = examine(path, path.with_suffix(".key"), at=year_ago)
        assert found.ends - found.begins <= timedelta(days=825) or path == authority.certificate


def test_the_authority_stays_and_what_it_signs_is_renewed_before_it_ends(
    authority: LocalAuthority,
) -> None:
    installed = authority.certificate.read_bytes()
    first = authority.keep(HOSTS, at=NOW)
    assert first.ends == NOW + timedelta(days=30)
    assert authority.keep(HOSTS, at=NOW + timedelta(days=19)) == first
    later = authority.keep(HOSTS, at=NOW + timedelta(days=20))
    assert later.ends == NOW + timedelta(days=50)
    assert authority.certificate.read_bytes() == installed


def test_a_power_cut_between_key_and_certificate_heals(authority: LocalAuthority) -> None:
    own_pair(authority.folder, "xiachen.example", name="other")
    (authority.folder / "other.key").replace(authority.pair[1])
    authority.keep(HOSTS, at=NOW)
    handshake(authority.certificate, authority.pair, "xiachen.example")


def test_a_name_below_a_served_one_is_covered(tmp_path: Path) -> None:
    authority = LocalAuthority(tmp_path / "https")
    found = authority.keep([".xiachen.example"], at=NOW)
    assert found.answers_for(".xiachen.example")
    handshake(authority.certificate, authority.pair, "phone.xiachen.example")


def test_another_host_needs_a_new_authority_and_is_told(authority: LocalAuthority) -> None:
    with pytest.raises(Unusable) as refused:
        authority.keep([*HOSTS, "10.0.0.9"], at=NOW)
    assert (refused.value.fault, refused.value.about) == (Fault.CONSTRAINED, "10.0.0.9")


def test_fewer_hosts_are_signed_anew_under_the_same_authority(authority: LocalAuthority) -> None:
    installed = authority.certificate.read_bytes()
    assert authority.keep(["192.168.1.20"], at=NOW).hosts == ("192.168.1.20",)
    assert authority.certificate.read_bytes() == installed


def test_an_authority_that_lost_its_key_is_not_replaced_in_silence(
    authority: LocalAuthority,
) -> None:
    (authority.folder / "authority.key").unlink()
    with pytest.raises(Unusable) as refused:
        authority.keep(HOSTS, at=NOW)
    assert refused.value.fault is Fault.KEY_MISSING


def test_an_authority_that_ended_is_told(authority: LocalAuthority) -> None:
    with pytest.raises(Unusable) as refused:
        authority.keep(HOSTS, at=NOW + timedelta(days=5 * 365 + 1))
    assert refused.value.fault is Fault.EXPIRED
