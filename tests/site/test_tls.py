"""`xiachen serve --tls`: a whole site on HTTPS, met by a program and by a browser."""

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from bench.house import House, free_port, wait_until
from playwright.sync_api import Browser, Error

from tests.browser import CHROMIUM, QUIET
from tests.certifying import NOW, own_pair, trust_in_browser
from tests.prepared import prepared_home
from xiachen.site import tls
from xiachen.site.speaking import Stopped

OWN = "own.example"

# One house for all of them, though runs go side by side.
pytestmark = pytest.mark.xdist_group("tls")


class Secured(House):
    """A site that speaks HTTPS, and its page before it."""

    plain_port: int

    def begin(self, *options: str) -> None:
        self.plain_port = free_port()
        self.start("serve", "--tls", "--plain-port", str(self.plain_port), *options)

    @property
    def authority(self) -> Path:
        return self.home / "https" / "authority.crt"

    def asked(
        self, context: ssl.SSLContext, path: str = "/accounts/login/", host: str = "127.0.0.1"
    ) -> http.client.HTTPResponse:
        with closing(
            http.client.HTTPSConnection("127.0.0.1", self.port, context=context, timeout=20)
        ) as sent:
            sent.request("GET", path, headers={"Host": f"{host}:{self.port}"})
            with sent.getresponse() as answer:
                answer.read()
                return answer

    def plain(
        self, path: str, *, host: str = "127.0.0.1", language: str = "zh", method: str = "GET"
    ) -> tuple[int, dict[str, str], bytes]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.plain_port, timeout=20)) as sent:
            headers = {"Host": f"{host}:{self.plain_port}", "Accept-Language": language}
            sent.request(method, path, headers=headers)
            answer = sent.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()


@pytest.fixture(scope="module")
def house() -> Iterator[Secured]:
    house = Secured(prepared_home())
    try:
        house.begin()
        assert wait_until(lambda: _listens(house.plain_port), 60)
        yield house
    finally:
        house.stop()
        shutil.rmtree(house.home, ignore_errors=True)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def trusting(authority: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(authority))


def test_a_program_that_trusts_the_authority_gets_secure_cookies(house: Secured) -> None:
    answer = house.asked(trusting(house.authority))
    assert answer.status == 200
    assert "Secure" in answer.headers["Set-Cookie"]
    # Phones without the authority would be locked out of every port of this host.
    assert "Strict-Transport-Security" not in answer.headers


def test_a_program_that_does_not_trust_it_is_not_answered(house: Secured) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        house.asked(ssl.create_default_context())


def test_without_https_nothing_but_the_page_is_answered(house: Secured) -> None:
    for path in ("/accounts/login/?next=/", "/phone/", "/static/xiachen.css"):
        status, headers, _body = house.plain(path)
        assert status == 307
        assert headers["location"] == f"https://127.0.0.1:{house.port}{path}"
        assert "set-cookie" not in headers
    assert house.plain("/", method="POST")[0] == 307


def test_nobody_is_sent_on_to_a_host_of_others(house: Secured) -> None:
    _status, headers, _body = house.plain("/phone/", host="evil.example")
    assert headers["location"] == f"https://127.0.0.1:{house.port}/phone/"
    _status, headers, _body = house.plain("/phone/", host="localhost")
    assert headers["location"] == f"https://localhost:{house.port}/phone/"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ("安装本站的证书", "小米", "鸿蒙", "iPhone")),
        ("en", ("Install the certificate of this site", "Xiaomi", "HarmonyOS", "iPhone")),
    ],
)
def test_the_page_shows_how_to_install_the_authority(
    language: str, words: tuple[str, ...], house: Secured
) -> None:
    status, headers, body = house.plain("/", language=language)
    page = body.decode()
    assert (status, headers["cache-control"]) == (200, "no-store")
    assert all(word in page for word in words)
    assert "data:image/svg+xml" in page
    printed = re.search(r"Its fingerprint: ([0-9A-F ]+)", house.log.read_text("utf-8"))
    assert printed and printed[1].strip() in page


def test_the_download_is_the_authority_as_phones_take_it(house: Secured) -> None:
    _status, headers, body = house.plain("/xiachen-ca.crt")
    assert headers["content-type"] == "application/x-x509-ca-cert"
    assert ssl.PEM_cert_to_DER_cert(house.authority.read_text("ascii")) == body


def test_a_browser_accepts_the_site_once_the_authority_is_installed(
    house: Secured, browser: Browser, tmp_path: Path
) -> None:
    address = f"https://127.0.0.1:{house.port}/accounts/login/"
    stranger = browser.new_page()
    with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
        stranger.goto(address)
    stranger.close()
    trust_in_browser(tmp_path, house.authority)
    with browser.browser_type.launch(
        executable_path=CHROMIUM, args=list(QUIET), env={**os.environ, "HOME": str(tmp_path)}
    ) as installed:
        context = installed.new_context()
        page = context.new_page()
        answer = page.goto(address)
        assert answer is not None and answer.ok
        # What no HTTPS means for a phone: no service worker, no cryptography, no work offline.
        page.goto(f"https://127.0.0.1:{house.port}/phone/")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        assert page.evaluate("isSecureContext && crypto.subtle !== undefined")
        shown = page.title()
        context.set_offline(True)
        page.reload()
        assert page.title() == shown


def test_the_page_before_https_fits_a_phone(house: Secured, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.goto(f"http://127.0.0.1:{house.plain_port}/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.close()


def test_doctor_looks_at_the_certificate_that_is_served(house: Secured) -> None:
    said = examined(house.home)
    assert any("is good until" in words for well, words in said if well)
    assert all(well for well, _words in said)
    key = house.home / "https" / "site.key"
    key.chmod(0o644)
    try:
        assert (False, f"Others can read the key {key}. Close it: chmod 600 {key}") in examined(
            house.home
        )
    finally:
        key.chmod(0o600)
    late = NOW + timedelta(days=31)
    assert any("ended on" in words for well, words in examined(house.home, late) if not well)


def examined(home: Path, at: object = NOW) -> list[tuple[bool, str]]:
    found = tls.findings(home, at)  # type: ignore[arg-type]
    assert found is not None
    return list(found)


# The last of the tests that use the running site: it goes on as another.
def test_own_files_are_shown_and_read_again_when_they_are_replaced(
    house: Secured, tmp_path: Path
) -> None:
    pair = own_pair(tmp_path, OWN, "127.0.0.1.example", old_kind=True)
    house.stop()
    house.environment |= {"XIACHEN_HOSTS": OWN, "XIACHEN_ADDRESS": f"https://{OWN}"}
    house.begin("--certificate", str(pair[0]), "--key", str(pair[1]))
    assert wait_until(lambda: _listens(house.plain_port), 60)
    answer = _own(house, pair[0])
    assert answer.headers["Strict-Transport-Security"] == f"max-age={180 * 24 * 3600}"
    assert house.plain("/", host=OWN)[1]["location"] == f"https://{OWN}/"
    assert house.plain("/xiachen-ca.crt")[0] == 307
    own_pair(tmp_path, OWN, ends=NOW + timedelta(days=90))
    renewed = ssl.PEM_cert_to_DER_cert(pair[0].read_text("ascii"))
    # Until the former worker has answered its last, either of the two may answer.
    assert wait_until(lambda: all(_shown(house) == renewed for _ in range(10)), 60)
    assert _own(house, pair[0]).status == 200


def _own(house: Secured, certificate: Path) -> http.client.HTTPResponse:
    raw = socket.create_connection(("127.0.0.1", house.port), 20)
    with closing(http.client.HTTPConnection(OWN)) as sent:
        sent.sock = trusting(certificate).wrap_socket(raw, server_hostname=OWN)
        sent.request("GET", "/accounts/login/")
        with sent.getresponse() as answer:
            answer.read()
            return answer


def _shown(house: Secured) -> bytes | None:
    looking = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    looking.check_hostname, looking.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection(("127.0.0.1", house.port), 5) as raw,
            looking.wrap_socket(raw) as wrapped,
        ):
            return wrapped.getpeercert(binary_form=True)
    except OSError:
        return None


# What is refused before anything starts.


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIACHEN_LANGUAGE", "en")


def prepared(home: Path, pair: tuple[Path, Path] | None, *hosts: str) -> tls.Tls:
    site = tls.Tls(
        home=home, hosts=hosts or (OWN,), address=f"https://{OWN}", own=pair, plain_port=1
    )
    site.prepare(NOW)
    return site


def garbage(folder: Path) -> tuple[Path, Path]:
    certificate, key = own_pair(folder, OWN)
    certificate.write_text("no certificate")
    return certificate, key


def no_key(folder: Path) -> tuple[Path, Path]:
    certificate, key = own_pair(folder, OWN)
    key.write_text("no key")
    return certificate, key


def missing(folder: Path) -> tuple[Path, Path]:
    return own_pair(folder, OWN)[0], folder / "nowhere.key"


def mismatching(folder: Path) -> tuple[Path, Path]:
    return own_pair(folder, OWN)[0], own_pair(folder, OWN, name="other")[1]


def expired(folder: Path) -> tuple[Path, Path]:
    return own_pair(folder, OWN, begins=NOW - timedelta(days=9), ends=NOW - timedelta(days=1))


def early(folder: Path) -> tuple[Path, Path]:
    return own_pair(folder, OWN, begins=NOW + timedelta(days=1))


def readable(folder: Path) -> tuple[Path, Path]:
    certificate, key = own_pair(folder, OWN)
    key.chmod(0o640)
    return certificate, key


def locked(folder: Path) -> tuple[Path, Path]:
    return own_pair(folder, OWN, passphrase=b"secret")


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (garbage, "holds no certificate in PEM form"),
        (no_key, "holds no private key in PEM form"),
        (missing, "nowhere.key cannot be read: No such file"),
        (mismatching, "does not belong to the certificate"),
        (expired, "Renew it."),
        (early, "Is the clock of this machine right?"),
        (readable, "chmod 600"),
        (locked, "openssl pkey -in"),
    ],
)
def test_files_that_cannot_be_used_are_refused_with_what_to_do(
    files: Callable[[Path], tuple[Path, Path]], words: str, tmp_path: Path
) -> None:
    with pytest.raises(Stopped, match=re.escape(words)):
        prepared(tmp_path, files(tmp_path))
    assert tls.findings(tmp_path, NOW) is None


def test_a_renewal_that_cannot_be_used_leaves_the_former_in_place(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pair = own_pair(tmp_path, OWN)
    site = prepared(tmp_path, pair)
    assert not site.renewed(NOW)
    time.sleep(0.02)
    other = own_pair(tmp_path, OWN, name="other")
    other[0].replace(pair[0])
    assert not site.renewed(NOW)
    assert "does not belong" in capfd.readouterr().err
    assert not site.renewed(NOW)
    assert capfd.readouterr().err == ""
    other[1].replace(pair[1])
    assert site.renewed(NOW)


def test_the_local_certificate_is_made_anew_while_the_site_runs(tmp_path: Path) -> None:
    site = prepared(tmp_path, None, "127.0.0.1")
    assert not site.renewed(NOW + timedelta(days=19))
    assert site.renewed(NOW + timedelta(days=21))
    assert not site.renewed(NOW + timedelta(days=21))


def test_another_host_under_the_same_authority_is_refused_with_what_to_do(tmp_path: Path) -> None:
    prepared(tmp_path, None, "127.0.0.1")
    with pytest.raises(Stopped, match=r"may not answer for 10\.0\.0\.9.*move the folder"):
        prepared(tmp_path, None, "127.0.0.1", "10.0.0.9")


def test_a_certificate_for_other_hosts_is_a_finding(tmp_path: Path) -> None:
    prepared(tmp_path, own_pair(tmp_path, "other.example"))
    assert (False, f"The certificate is not for {OWN}.") in examined(tmp_path)
    soon = examined(tmp_path, NOW + timedelta(days=50))
    assert any("Renew it now" in words for well, words in soon if not well)


@pytest.mark.parametrize(
    ("named", "host", "expected"),
    [
        ("", "127.0.0.1", ("127.0.0.1", "localhost", "[::1]")),
        ("", "192.168.1.20", ("192.168.1.20",)),
        ("", "fd00::1", ("[fd00::1]",)),
        ("Xiachen.Example, 10.0.0.1", "0.0.0.0", ("xiachen.example", "10.0.0.1")),
        ("下沉.中国", "0.0.0.0", ("xn--ghq465e.xn--fiqs8s",)),
    ],
)
def test_the_hosts_come_from_the_address_and_the_setting(
    named: str, host: str, expected: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIACHEN_HOSTS", named)
    assert tls.hosts_served(host) == expected


@pytest.mark.parametrize(("named", "host"), [("", "0.0.0.0"), ("", "::"), ("*", "127.0.0.1")])
def test_no_certificate_is_for_everything(
    named: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIACHEN_HOSTS", named)
    with pytest.raises(Stopped, match="names the hosts"):
        tls.hosts_served(host)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--certificate", "a"], "are used with --tls"),
        (["--tls", "--certificate", "a"], "give --certificate and --key"),
        (["--tls", "--port", "8080"], "need two ports"),
        (["--tls", "--certificate", "a", "--key", "b"], "cannot be read"),
    ],
)
def test_the_command_refuses_options_that_contradict_each_other(
    options: list[str], words: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "xiachen", "serve", *options],
        env={**os.environ, "XIACHEN_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert words in done.stderr
