"""What the doors of every area share: a request with its scope, and a refusal shown in a form."""

from datetime import date
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest

from xiachen.base.errors import Refused
from xiachen.privacy.scope import Scope


class ScopedRequest(HttpRequest):
    """
    A request of somebody who is signed in and acts in a role; `site.scoping` makes it one.

    :param scope: of the role in which the person acts now
    :param day: the working day that the person looks at
    """

    user: Any
    scope: Scope
    day: date


def explain(form: BaseForm, refusal: Refused) -> None:
    """Show a refusal in the form it is about: beside its field where it names one."""
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
