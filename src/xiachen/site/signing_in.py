"""How accounts are handled at sign-in: nobody registers alone, accounts are given."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse


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
