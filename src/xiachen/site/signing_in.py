"""How accounts are handled at sign-in: nobody registers alone, accounts are given."""

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """allauth with open registration closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by an administrator, never by a visitor."""
        return False

    def pre_login(self, request: HttpRequest, user: Any, **how: Any) -> HttpResponse | None:
        """Note when the person was here before, which the sign-in is about to overwrite."""
        before = user.last_login
        if before:
            request.session["before"] = before.isoformat()
        answer: HttpResponse | None = super().pre_login(request, user, **how)
        return answer


class OwnLanguage:
    """Speak the language of the account until the reader chooses another on the page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        account: Any = request.user
        if account.is_authenticated and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(account.language)
            request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)
