"""What to look for in the audit."""

from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from xiachen.privacy.doors import Day
from xiachen.privacy.queries import AuditFilters, account_named
from xiachen.privacy.scope import Scope


class AuditForm(forms.Form):
    """The filters of the audit; they stand in the address, so that a view can be passed on."""

    account = forms.CharField(label=_("Sign-in name"), required=False, max_length=40)
    action = forms.CharField(
        label=_("Act"),
        required=False,
        max_length=60,
        help_text=_("How its name begins, such as people. or attendance.check-in"),
    )
    # Not `day`, which changes the day of all pages.
    on = forms.DateField(
        label=_("On the day"),
        required=False,
        widget=Day,
    )
    person = forms.UUIDField(
        label=_("Person"), required=False, help_text=_("The id from a line below")
    )

    def __init__(self, scope: Scope, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self._scope = scope

    def clean_account(self) -> UUID | None:
        """Turn the sign-in name into the account's id."""
        name = self.cleaned_data["account"]
        if not name:
            return None
        found = account_named(self._scope, name)
        if found is None:
            raise forms.ValidationError(_("No account has this sign-in name. Is it spelt right?"))
        return found

    def filters(self) -> AuditFilters:
        """Return what is asked for by a form that is valid."""
        given = self.cleaned_data
        return AuditFilters(
            account=given["account"],
            action=given["action"],
            day=given["on"],
            person=given["person"],
        )
