"""Records of phones that could not be taken in: mended, or dismissed with a reason."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiachen.base import clock
from xiachen.papers.ways_out import exported
from xiachen.privacy.doors import ScopedRequest, done
from xiachen.privacy.scope import Can
from xiachen.sync.forms.settling import MendForm, ReasonForm, kind_choices
from xiachen.sync.operations import mending
from xiachen.sync.operations.viewing import view_record, view_records
from xiachen.sync.queries import records as queries
from xiachen.sync.queries.records import RecordView, Show

LINES = 50


@require_safe
def records(request: ScopedRequest) -> HttpResponse:
    """What waits for a person, the oldest first; or what waits for another record, or is done."""
    scope = request.scope
    scope.require(Can.SETTLE_RECORDS)
    asked = request.GET.get("show", "")
    show = Show(asked) if asked in list(Show) else Show.TO_SETTLE
    device = _id(request.GET.get("phone", ""))
    rows = queries.records(scope, show=show, device=device, at=clock.now())
    if taken := exported(request, lambda: queries.records_table(scope, rows=list(rows))):
        return taken
    pages = Paginator(rows, LINES)
    found = pages.get_page(request.GET.get("page"))
    context = {
        "lines": view_records(scope, rows=list(found)),
        "page": {"number": found.number, "pages": pages.num_pages},
        "total": pages.count,
        "show": show.value,
        "phone": device,
    }
    return render(request, "sync/records.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def record(request: ScopedRequest, id: UUID) -> HttpResponse:
    """One record with all it says; what is wrong in it is mended, and it is taken in."""
    view = view_record(request.scope, record_id=id)
    if request.method != "POST" or not view.is_open:
        return _page(request, view)
    form = _mend_form(request, view, request.POST)
    if form is not None and done(form, lambda: _mend(request, view, form)):
        messages.success(request, _("The record is taken in; the phone will be told."))
        return redirect("sync:records")
    return _page(request, view, mend=form, status=422)


@require_POST
def dismiss(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Leave a record out, with the reason."""
    form = ReasonForm(request.POST, auto_id="dismiss_%s")

    def act() -> object:
        reason = form.cleaned_data["reason"]
        return mending.dismiss(request.scope, record=id, reason=reason, at=clock.now())

    if done(form, act):
        messages.success(request, _("The record is left out; the phone will be told."))
        return redirect("sync:records")
    return _page(request, view_record(request.scope, record_id=id), dismissal=form, status=422)


def _mend(request: ScopedRequest, view: RecordView, form: MendForm) -> object:
    return mending.mend(
        request.scope,
        record=view.line.row.pk,
        kind=form.kind,
        community=form.community(),
        body=form.body(),
        occurred_at=form.occurred_at(),
        reason=form.cleaned_data["reason"],
        at=clock.now(),
    )


def _mend_form(request: ScopedRequest, view: RecordView, data: QueryDict | None) -> MendForm | None:
    """Return the form for the kind of the record, or for the one that it is said to be."""
    kind = request.GET.get("kind", "") or view.line.row.kind
    if not view.is_open or kind not in dict(kind_choices()):
        return None
    return MendForm(request.scope, view, kind, data)


def _page(
    request: ScopedRequest,
    view: RecordView,
    *,
    mend: MendForm | None = None,
    dismissal: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    kinds = kind_choices()
    context = {
        "view": view,
        "mend": mend or _mend_form(request, view, None),
        "dismissal": dismissal or ReasonForm(auto_id="dismiss_%s"),
        "kinds": [] if view.line.row.kind in dict(kinds) else kinds,
        "chosen": request.GET.get("kind", ""),
    }
    return render(request, "sync/record.html", context, status=status)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
