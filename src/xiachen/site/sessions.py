"""Sessions end after 30 idle minutes and after 12 hours in any case."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from xiachen.base import clock

# Written at most this often, so that reading pages does not write to the database.
_TOUCH_SECONDS = 60


class SessionLimits:
    """Sign out whoever was idle, or signed in too long ago."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.session.session_key and "_auth_user_id" in request.session:
            self._limit(request)
        return self.get_response(request)

    def _limit(self, request: HttpRequest) -> None:
        moment = int(clock.now().timestamp())
        began = request.session.setdefault("began", moment)
        seen = request.session.get("seen", moment)
        if (
            moment - seen > settings.SESSION_IDLE_SECONDS
            or moment - began > settings.SESSION_COOKIE_AGE
        ):
            logout(request)
        elif "seen" not in request.session or moment - seen > _TOUCH_SECONDS:
            request.session["seen"] = moment
