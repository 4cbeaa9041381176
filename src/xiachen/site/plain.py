"""
What is answered without HTTPS: the page from which phones install the certificate.

Everything else is sent on to HTTPS. A program of its own without database, sessions or accounts:
`python -m xiachen.site.plain HOST PORT`.
"""

import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.request import split_domain_port, validate_host
from django.shortcuts import render
from django.urls import path, re_path
from django.utils.cache import patch_vary_headers

from xiachen.papers.qr import qr_image
from xiachen.privacy import certificates
from xiachen.site.headers import POLICY
from xiachen.site.kinship import PARENT, end_with_parent
from xiachen.site.tls import grouped

_HERE = Path(__file__).parent


class _Moved(HttpResponseRedirect):
    """Sent on as it was asked; not for good, since the port may be another tomorrow."""

    status_code = 307


def application() -> Any:
    """Return the WSGI application; called once in the worker process."""
    end_with_parent()
    import django
    from django.core.handlers.wsgi import WSGIHandler

    configure()
    django.setup()
    return WSGIHandler()


def configure() -> None:
    """Set up as much of Django as a page with words needs."""
    settings.configure(
        ALLOWED_HOSTS=["*"],  # who comes under another name is sent to the right one
        ROOT_URLCONF=__name__,
        MIDDLEWARE=["django.middleware.locale.LocaleMiddleware"],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [_HERE / "templates"],
            }
        ],
        LANGUAGE_CODE="zh-hans",
        LANGUAGES=[("zh-hans", "中文"), ("en", "English")],
        LOCALE_PATHS=[_HERE / "locale"],
        USE_TZ=True,
    )


def page(request: HttpRequest) -> HttpResponse:
    """Show the certificate of the authority, or send on where there is none to install."""
    authority = _authority()
    if authority is None or request.method not in {"GET", "HEAD"}:
        return onward(request)
    here = f"http://{request.get_host()}/"
    context = {
        "qr": qr_image(here),
        "here": here,
        "there": _there(request) + "/",
        "fingerprint": grouped(certificates.described(authority).fingerprint),
    }
    answer = render(request, "site/plain.html", context)
    answer["Content-Security-Policy"] = POLICY
    answer["Cache-Control"] = "no-store"
    patch_vary_headers(answer, ["Accept-Language"])
    return answer


def certificate(request: HttpRequest) -> HttpResponse:
    """Hand out the certificate of the authority, as phones take it."""
    authority = _authority()
    if authority is None:
        return onward(request)
    return HttpResponse(
        certificates.downloaded(authority),
        content_type="application/x-x509-ca-cert",
        headers={
            "Content-Disposition": 'attachment; filename="xiachen-ca.crt"',
            "Cache-Control": "no-store",
        },
    )


def onward(request: HttpRequest) -> HttpResponse:
    """Send on to the same address by HTTPS."""
    return _Moved(_there(request) + request.get_full_path())


urlpatterns = [
    path("", page),
    path("xiachen-ca.crt", certificate),
    re_path("", onward),
]


def _authority() -> Path | None:
    named = os.environ.get("XIACHEN_AUTHORITY")
    return Path(named) if named else None


def _there(request: HttpRequest) -> str:
    """Return how HTTPS is reached under the name that was asked, if that is one of the site's."""
    public = urlsplit(os.environ["XIACHEN_ADDRESS"])
    asked, _port = split_domain_port(request.get_host())
    if not validate_host(asked, os.environ["XIACHEN_HOSTS"].split(",")):
        return f"https://{public.netloc}"
    return f"https://{asked}{f':{public.port}' if public.port else ''}"


def main() -> None:
    """Answer until told to stop."""
    end_with_parent()
    os.environ[PARENT] = str(os.getpid())
    from granian.constants import Interfaces, Loops
    from granian.log import LogLevels
    from granian.server import Server

    host, port = sys.argv[1:3]
    Server(
        "xiachen.site.plain:application",
        address=host,
        port=int(port),
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=1,
        loop=Loops.asyncio,
        websockets=False,
        log_level=LogLevels.error,
        workers_kill_timeout=5,
        factory=True,
    ).serve()


if __name__ == "__main__":
    main()
