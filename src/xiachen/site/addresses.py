"""The address on which the site answers."""

import errno
import http.client
import socket
import ssl
import time

from xiachen.site.speaking import Stopped, gettext

_ = gettext

_LINGER_SECONDS = 1.0  # a program that was killed frees its port a moment later


def require_free(host: str, port: int) -> None:
    """
    Refuse an address on which another program listens, or that this machine does not have.

    :raises Stopped: with the port, and how to choose another
    """
    until = time.monotonic() + _LINGER_SECONDS
    while True:
        try:
            _try(host, port)
            return
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise _why(error, host, port) from error
            if time.monotonic() > until:
                raise Stopped(
                    _(
                        "Port %(port)s on %(host)s is in use by another program. "
                        "End that program, or choose another port: --port %(other)s "
                        "(with make: make run PORT=%(other)s)"
                    )
                    % {"host": host, "port": port, "other": _other(host, port)}
                ) from error
        time.sleep(0.1)


def _try(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))


def _why(error: OSError, host: str, port: int) -> Stopped:
    if error.errno in (errno.EACCES, errno.EPERM):
        words = _("This account may not use port %(port)s. Choose one above 1023, such as 8000.")
    else:
        words = _("%(host)s is no address of this machine. Use 127.0.0.1, or 0.0.0.0 for all.")
    return Stopped(words % {"host": host, "port": port})


def _other(host: str, port: int) -> int:
    others: list[int] = [*range(port + 1, min(port + 20, 65536)), 8000]
    for other in others:
        try:
            _try(host, other)
        except OSError:
            continue
        return other
    return 8000


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches the address."""
    return host in {"localhost", "::1"} or host.startswith("127.")


def answers(host: str, port: int, *, secure: bool = False) -> bool:
    """Tell whether the site answers there; the first answer also warms it."""
    asked = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    try:
        connection = _connection(asked, port, secure=secure)
        connection.request("GET", "/accounts/login/", headers={"Host": f"127.0.0.1:{port}"})
        connection.getresponse().read()
        connection.close()
    except (OSError, http.client.HTTPException):
        return False
    return True


def _connection(host: str, port: int, *, secure: bool) -> http.client.HTTPConnection:
    if not secure:
        return http.client.HTTPConnection(host, port, timeout=10)
    # Asked is only whether our own program answers on this machine; nothing is confided to it.
    unverified = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unverified.check_hostname, unverified.verify_mode = False, ssl.CERT_NONE
    return http.client.HTTPSConnection(host, port, timeout=10, context=unverified)


def url(host: str, port: int) -> str:
    """Return what to type into a browser."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"
