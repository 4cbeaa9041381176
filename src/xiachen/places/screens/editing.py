"""What the screens of registration share: a form asked, an operation done, a conflict shown."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from xiachen.base.errors import Refused
from xiachen.places.forms import EditForm
from xiachen.places.operations.editing import ChangedMeanwhile
from xiachen.privacy.doors import ScopedRequest, explain
from xiachen.privacy.scope import Can


def done(form: Form, act: Callable[[], object]) -> bool:
    """Tell whether the form was right and the operation done; else the form says why not."""
    if not form.is_valid():
        return False
    try:
        act()
    except Refused as refusal:
        explain(form, refusal)
        if isinstance(refusal, ChangedMeanwhile) and isinstance(form, EditForm):
            form.now_shows(refusal.version)
        return False
    return True


def ask(request: ScopedRequest, form: Form, title: str, verb: str, back: str) -> HttpResponse:
    """Show a form with its title and the verb on its button."""
    return render(
        request, "places/form.html", {"form": form, "title": title, "verb": verb, "back": back}
    )


def correct(
    request: ScopedRequest, form: EditForm, act: Callable[[], object], title: str, back: str
) -> HttpResponse:
    """Show or save a correction; whoever comes second sees both and can save again."""
    if request.method == "POST" and done(form, act):
        messages.success(request, _("The correction is saved."))
        return redirect(back)
    return ask(request, form, title, _("Save the correction"), back)


def address(community: int, page: str = "community", id: UUID | None = None) -> str:
    """Return the address of a community's page, or of one of its places."""
    return reverse(f"places:{page}", args=[community] if id is None else [community, id])


def manages(request: ScopedRequest, community: int) -> bool:
    """Tell whether the role may register and correct here."""
    return request.scope.allows(Can.MANAGE_PLACES, community=community)
