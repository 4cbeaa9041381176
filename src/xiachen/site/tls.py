"""
HTTPS without a proxy: which certificate the site shows, under which hosts, and when it is new.

With files of one's own the site shows those, and reads them again when they were replaced.
Without, an authority of this installation signs a certificate for the hosts served; phones
install the authority once, from a page that is answered without HTTPS.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from xiachen.privacy import certificates
from xiachen.privacy.certificates import Certificate, Fault, LocalAuthority
from xiachen.site import addresses
from xiachen.site.speaking import Stopped, complain, gettext, say

_ = gettext

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_EVERYWHERE = frozenset({"0.0.0.0", "::"})
_NOTE = "https.json"
_HTTPS_PORT = 443
# A certificate of one's own is renewed by whoever issued it; this is when to ask why not yet.
_ENDS_SOON = timedelta(days=14)


def authority(home: Path) -> LocalAuthority:
    """Return the authority of this installation, made or not."""
    return LocalAuthority(home / "https")


def hosts_served(host: str) -> tuple[str, ...]:
    """
    Return the names and addresses under which people reach the site, the first one for links.

    :raises Stopped: it listens everywhere, and nobody said under which names
    """
    named = [one.strip().lower() for one in os.environ.get("XIACHEN_HOSTS", "").split(",")]
    named = [one if one.isascii() else one.encode("idna").decode() for one in named if one]
    if "*" in named or (not named and host in _EVERYWHERE):
        raise Stopped(
            _(
                "A certificate names the hosts that it is for. List them: "
                "XIACHEN_HOSTS=192.168.1.20,xiachen.example.cn"
            )
        )
    if addresses.is_loopback(host):
        return tuple(dict.fromkeys([*named, *LOOPBACK]))
    return tuple(dict.fromkeys([*named, *([] if host in _EVERYWHERE else [_bracketed(host)])]))


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host.lower()


def public_address(hosts: tuple[str, ...], port: int) -> str:
    """Return how people reach the site, unless XIACHEN_ADDRESS says it."""
    said = os.environ.get("XIACHEN_ADDRESS")
    if said:
        return said.rstrip("/")
    return f"https://{hosts[0].removeprefix('.')}{'' if port == _HTTPS_PORT else f':{port}'}"


@dataclass
class Tls:
    """
    How one running site speaks HTTPS.

    :param own: certificate and key brought along; without them the local authority's are used
    :param plain_port: where whoever comes without HTTPS is answered
    """

    home: Path
    hosts: tuple[str, ...]
    address: str
    own: tuple[Path, Path] | None
    plain_port: int
    shown: Certificate | None = field(default=None, init=False)
    _seen: tuple[int, ...] = field(default=(), init=False)

    @property
    def pair(self) -> tuple[Path, Path]:
        """The files of certificate and key that the web server reads."""
        return self.own or authority(self.home).pair

    def environment(self) -> dict[str, str]:
        """Return what the site's programs must know of it."""
        # For HSTS browsers ask every port of the host by HTTPS: only where ours is the usual one,
        # and never under an authority that some phones do not have.
        lasting = self.own and urlsplit(self.address).port is None
        return {
            "XIACHEN_TLS": "1",
            "XIACHEN_HSTS": "1" if lasting else "0",
            "XIACHEN_HOSTS": ",".join(self.hosts),
            "XIACHEN_ADDRESS": self.address,
            "XIACHEN_AUTHORITY": "" if self.own else str(authority(self.home).certificate),
        }

    def prepare(self, at: datetime) -> None:
        """
        Have a certificate that can be used, and note what `doctor` should look at.

        :raises Stopped: there is none, and the words say what to do
        """
        try:
            self.shown = self._kept(at)
        except certificates.Unusable as unusable:
            raise Stopped(words(unusable)) from unusable
        self._seen = self._times()
        note = {"own": [str(path) for path in self.own or ()], "hosts": self.hosts}
        (self.home / _NOTE).write_text(json.dumps(note), "utf-8")
        for host in _unanswered(self.shown, self.hosts):
            complain(_("The certificate is not for %(host)s.") % {"host": host})

    def renewed(self, at: datetime) -> bool:
        """Have the certificate made anew if it is due; tell whether there is one to read again."""
        times = self._times()
        due = not self.own and self.shown is not None and self.shown.is_due(at)
        if times == self._seen and not due:
            return False
        try:
            self.shown = self._kept(at)
        except certificates.Unusable as unusable:
            # Two files are not replaced in one moment; the former ones go on being shown.
            self._seen = times
            complain(words(unusable))
            return False
        self._seen = self._times()
        say(_("The certificate is new; it ends on %(day)s.") % {"day": _day(self.shown.ends)})
        return True

    def introduce(self, host: str) -> None:
        """Say how phones come to trust the site."""
        if self.own:
            return
        shown = urlsplit(addresses.url(self._first(host), self.plain_port)).geturl()
        said = _("Phones install the certificate of this site once, from %(url)s")
        say(said % {"url": shown})
        mark = grouped(certificates.described(authority(self.home).certificate).fingerprint)
        say(_("Its fingerprint: %(mark)s") % {"mark": mark})

    def _first(self, host: str) -> str:
        return self.hosts[0].strip("[].") if host in _EVERYWHERE else host

    def _kept(self, at: datetime) -> Certificate:
        if self.own:
            return certificates.examine(*self.own, at=at)
        return authority(self.home).keep([host.strip("[]") for host in self.hosts], at=at)

    def _times(self) -> tuple[int, ...]:
        """Return when the files were written; for one that is just being replaced, zero."""
        return tuple(path.stat().st_mtime_ns if path.exists() else 0 for path in self.pair)


def forget(home: Path) -> None:
    """Note that the site is not served with certificates of its own."""
    (home / _NOTE).unlink(missing_ok=True)


def grouped(fingerprint: str) -> str:
    """Return a fingerprint as people compare it."""
    capital = fingerprint.upper()
    return " ".join(capital[start : start + 4] for start in range(0, len(capital), 4))


def findings(home: Path, at: datetime) -> Iterator[tuple[bool, str]] | None:
    """
    Return what `doctor` says of the certificate served last, each with whether it is well.

    Nothing at all where the site was not served with one.
    """
    note = home / _NOTE
    if not note.exists():
        return None
    said = json.loads(note.read_text("utf-8"))
    return _examined(home, said["own"], said["hosts"], at)


def _examined(
    home: Path, own: list[str], hosts: list[str], at: datetime
) -> Iterator[tuple[bool, str]]:
    local = authority(home)
    pair = (Path(own[0]), Path(own[1])) if own else local.pair
    try:
        shown = certificates.examine(*pair, at=at)
        until = shown.ends if own else local.examined(at=at).ends
    except certificates.Unusable as unusable:
        yield False, words(unusable)
        return
    yield True, _("Only its owner can read the key %(path)s.") % {"path": pair[1]}
    day = {"day": _day(until)}
    if until - at > _ENDS_SOON:
        yield True, _("The certificate is good until %(day)s.") % day
    elif own:
        yield False, _("The certificate ends on %(day)s. Renew it now.") % day
    else:
        words_soon = _("The authority that phones have installed ends on %(day)s.") % day
        yield False, words_soon + " " + _anew(local.folder)
    outside = _unanswered(shown, hosts)
    for host in outside:
        yield False, _("The certificate is not for %(host)s.") % {"host": host}
    if not outside:
        yield True, _("The certificate is for every host that is served.")


def _unanswered(shown: Certificate, hosts: list[str] | tuple[str, ...]) -> list[str]:
    return [host for host in hosts if not shown.answers_for(host.strip("[]"))]


def words(unusable: certificates.Unusable) -> str:
    """Return what is wrong with files, and what to do."""
    said = {
        Fault.CERTIFICATE_MISSING: _("The certificate %(path)s cannot be read: %(about)s."),
        Fault.CERTIFICATE_SHAPE: _(
            "%(path)s holds no certificate in PEM form (it begins with -----BEGIN CERTIFICATE)."
        ),
        Fault.KEY_MISSING: _("The key %(path)s cannot be read: %(about)s."),
        Fault.KEY_SHAPE: _("%(path)s holds no private key in PEM form."),
        Fault.KEY_LOCKED: _(
            "The key %(path)s is locked by a passphrase. Write it without one: "
            "openssl pkey -in %(path)s -out NEW, then chmod 600 NEW"
        ),
        Fault.KEY_OPEN: _("Others can read the key %(path)s. Close it: chmod 600 %(path)s"),
        Fault.MISMATCH: _("The key does not belong to the certificate %(path)s."),
        Fault.EXPIRED: _("The certificate %(path)s ended on %(about)s. Renew it."),
        Fault.NOT_YET: _(
            "The certificate %(path)s begins on %(about)s. Is the clock of this machine right?"
        ),
        Fault.CONSTRAINED: _(
            "The authority that phones have installed may not answer for %(about)s."
        ),
    }[unusable.fault] % {"path": unusable.path, "about": unusable.about}
    of_authority = unusable.path.name.startswith("authority.")
    return f"{said} {_anew(unusable.path.parent)}" if of_authority else said


def _anew(folder: Path) -> str:
    return _(
        "For a new authority move the folder %(folder)s away and start again; "
        "every phone then installs it once more."
    ) % {"folder": folder}


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
