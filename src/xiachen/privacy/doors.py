"""What the doors of every area share: a request with its scope, days and refusals in forms."""

import secrets
from collections.abc import Callable
from datetime import date
from typing import Any

from django.forms import BaseForm, DateInput
from django.http import HttpRequest

from xiachen.base.errors import Forbidden, NotFound, Refused
from xiachen.privacy.scope import Scope

# So many searches can be gone back to.
_SEARCHES_KEPT = 10
_LONGEST_SEARCH = 80
_THIS_MACHINE = frozenset({"127.0.0.1", "::1"})


class ScopedRequest(HttpRequest):
    """
    A request of somebody who is signed in and acts in a role; `site.scoping` makes it one.

    :param scope: of the role in which the person acts now
    :param day: the working day that the person looks at
    """

    user: Any
    scope: Scope
    day: date


class Day(DateInput):
    """A day chosen from the browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def explain(form: BaseForm, refusal: Refused) -> None:
    """Show a refusal in the form it is about: beside its field where it names one."""
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))


def address_of(request: HttpRequest) -> str:
    """
    Return the address that a request comes from; limits count by it, and keep an index only.

    What a proxy on this machine says last, it has seen itself; anybody else could say anything.
    """
    seen: str = request.META.get("REMOTE_ADDR", "")
    said = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return said[:60] if said and seen in _THIS_MACHINE else seen


def keep_search(request: HttpRequest, text: str) -> str:
    """
    Keep what people are looked for by, and return the key under which `searched` finds it.

    Names and numbers of people do not belong in an address, which browsers and proxies remember;
    the key in their place says nothing, and nothing at all in another session.
    """
    key = secrets.token_urlsafe(6)
    kept = [*request.session.get("searches", []), [key, text.strip()[:_LONGEST_SEARCH]]]
    request.session["searches"] = kept[-_SEARCHES_KEPT:]
    return key


def searched(request: HttpRequest) -> str:
    """Return the text kept under the key in the address; without one, nothing."""
    kept: dict[str, str] = dict(request.session.get("searches", []))
    return kept.get(request.GET.get("found", ""), "")


def done(form: BaseForm, act: Callable[[], object]) -> bool:
    """
    Tell whether the form was right and the operation done; else the form says why not.

    What no other entry in the form could mend goes on and becomes a page of its own.
    """
    if not form.is_valid():
        return False
    try:
        act()
    except Refused as refusal:
        if isinstance(refusal, Forbidden | NotFound) and refusal.field is None:
            raise
        explain(form, refusal)
        return False
    return True
