"""Supervision items: the list, one item, asking, answering, and the issuer's decision."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiachen.base import clock
from xiachen.base.errors import NotFound
from xiachen.command import forms
from xiachen.command.operations import supervision as operations
from xiachen.command.operations.supervision import Asked
from xiachen.command.queries import asking, tables
from xiachen.command.queries.supervision import SHOWN
from xiachen.notices.queries.documents import documents
from xiachen.papers.ways_out import exported
from xiachen.privacy.doors import ScopedRequest, done
from xiachen.privacy.scope import Can

KINDS = {
    asking.UNIT: gettext_lazy("a unit"),
    asking.TEAM: gettext_lazy("a team"),
    asking.PERSON: gettext_lazy("a person in charge"),
    asking.COMMUNITY: gettext_lazy("a community"),
}
CHOICES = {
    "": gettext_lazy("running"),
    "overdue": gettext_lazy("overdue"),
    "answered": gettext_lazy("to be closed"),
    "ended": gettext_lazy("ended"),
    "all": gettext_lazy("all"),
}


@require_safe
def supervisions(request: ScopedRequest) -> HttpResponse:
    """What is asked of whom until when, overdue items first."""
    show = request.GET.get("show", "")
    show = show if show in SHOWN else ""
    now = clock.now()
    if taken := exported(
        request, lambda: tables.supervision_table(request.scope, show=show, at=now)
    ):
        return taken
    page = request.GET.get("page", "")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 9 else 1
    found = operations.view_supervisions(request.scope, show=show, number=number, at=now)
    shown = {
        "page": found,
        "show": show,
        "choices": [(code, name, found.counts[code]) for code, name in CHOICES.items()],
        "issues": request.scope.allows(Can.SUPERVISE),
    }
    return render(request, "command/supervisions.html", shown)


@require_safe
def supervision(request: ScopedRequest, id: UUID) -> HttpResponse:
    """One item: what is asked, what was said to it, and what the reader may do."""
    return _item(request, id, {})


@require_http_methods(["GET", "HEAD", "POST"])
def issue_supervision(request: ScopedRequest) -> HttpResponse:
    """Ask something of a unit, a team, a person in charge or a community."""
    request.scope.require(Can.SUPERVISE)
    if request.scope.incident is None:
        raise NotFound()
    kind = request.GET.get("of", asking.UNIT)
    kind = kind if kind in asking.KINDS else asking.UNIT
    whom = operations.view_whom_to_ask(request.scope, kind=kind, day=request.day)
    grounds = [
        (str(one.pk), f"{one.number} {one.title}")
        for one in documents(request.scope, incident=request.scope.incident)
    ]
    form = forms.SupervisionForm(
        whom,
        grounds,
        request.POST if request.method == "POST" else None,
        initial={"term_day": clock.local_day(clock.now()), "term_time": "18:00"},
    )
    if request.method == "POST" and done(form, lambda: _issue(request, kind, form)):
        messages.success(request, _("Issued. Whoever is asked reads it on the first page."))
        return redirect("command:supervisions")
    page = {"form": form, "kind": kind, "kinds": KINDS.items(), "whom": whom}
    return render(request, "command/issue_supervision.html", page)


@require_POST
def answer_supervision(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Say what was done."""
    form = forms.AnswerForm(request.POST)
    return _said(
        request,
        id,
        form,
        "answer",
        lambda: operations.answer_supervision(
            request.scope, supervision=id, words=form.cleaned_data["words"], at=clock.now()
        ),
        _("Answered. It waits for whoever asked."),
    )


@require_POST
def send_back_supervision(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Send an answer back, with the reason."""
    form = forms.WhyForm(request.POST)
    return _said(
        request,
        id,
        form,
        "send_back",
        lambda: operations.send_back_supervision(
            request.scope, supervision=id, words=form.cleaned_data["words"], at=clock.now()
        ),
        _("Sent back; it is open again."),
    )


@require_POST
def withdraw_supervision(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Take an item back, with the reason."""
    form = forms.WhyForm(request.POST)
    return _said(
        request,
        id,
        form,
        "withdraw",
        lambda: operations.withdraw_supervision(
            request.scope, supervision=id, words=form.cleaned_data["words"], at=clock.now()
        ),
        _("Withdrawn; nothing is asked any more."),
    )


@require_POST
def close_supervision(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Close an item whose answer is enough."""
    operations.close_supervision(request.scope, supervision=id, at=clock.now())
    messages.success(request, _("Closed."))
    return redirect("command:supervision", id)


@require_POST
def remind_supervision(request: ScopedRequest) -> HttpResponse:
    """Remind whoever is asked of the items ticked."""
    ids = []
    for text in request.POST.getlist("items"):
        try:
            ids.append(UUID(text))
        except ValueError:
            continue
    outcomes = operations.remind_supervision(request.scope, supervisions=ids, at=clock.now())
    new = sum(one.new for one in outcomes)
    if new:
        words = ngettext("Reminded of %(n)d item.", "Reminded of %(n)d items.", new)
        messages.success(request, words % {"n": new})
    for words in {str(one.refusal) for one in outcomes if one.refusal}:
        messages.error(request, words)
    if len(ids) == 1:
        return redirect("command:supervision", ids[0])
    return redirect("command:supervisions")


def _issue(request: ScopedRequest, kind: str, form: forms.SupervisionForm) -> object:
    key, given = form.cleaned_data["asked"], form.cleaned_data
    asked = {
        asking.UNIT: lambda: Asked(organisation=UUID(key)),
        asking.TEAM: lambda: Asked(team=UUID(key)),
        asking.PERSON: lambda: Asked(member=UUID(key)),
        asking.COMMUNITY: lambda: Asked(community=int(key)),
    }[kind]()
    return operations.issue_supervision(
        request.scope,
        asked=asked,
        title=given["title"],
        details=given["details"],
        term=form.term,
        document=UUID(given["document"]) if given["document"] else None,
        at=clock.now(),
    )


def _said(
    request: ScopedRequest,
    id: UUID,
    form: forms.AnswerForm | forms.WhyForm,
    name: str,
    act: Callable[[], object],
    success: str,
) -> HttpResponse:
    if done(form, act):
        messages.success(request, success)
        return redirect("command:supervision", id)
    return _item(request, id, {name: form}, status=422)


def _item(
    request: ScopedRequest, id: UUID, more: dict[str, object], status: int = 200
) -> HttpResponse:
    page: dict[str, object] = {
        "story": operations.view_supervision(request.scope, id=id, at=clock.now()),
        "answer": forms.AnswerForm(),
        "send_back": forms.WhyForm(auto_id="back_%s"),
        "withdraw": forms.WhyForm(auto_id="withdraw_%s"),
    }
    return render(request, "command/supervision.html", page | more, status=status)
