"""Setting up an authenticator app proves its possession: the session counts from then on."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.totp.views import ActivateTOTPView
from django.http import HttpResponse


class SetUp(ActivateTOTPView):  # type: ignore[misc]
    """
    allauth's page, which asks for a code of the app before it keeps it.

    The code is the second factor, entered in this very session after its password; asking for
    another one at once would prove nothing more. Other sessions of the account stay as they were.
    """

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep the app, and note the proof as signing in with a code notes it."""
        answer: HttpResponse = super().form_valid(form)
        record_authentication(self.request, self.request.user, method="mfa", type="totp")
        return answer
