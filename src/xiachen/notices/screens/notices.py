"""Notices: one's own, those whose reading one follows, writing one, and chasing the readers."""

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiachen.base import clock
from xiachen.base.errors import NotFound
from xiachen.notices.forms.notices import NoticeForm
from xiachen.notices.models.notices import Notice
from xiachen.notices.operations import messages as sending
from xiachen.notices.operations import notices as operations
from xiachen.notices.queries import links
from xiachen.notices.queries import notices as queries
from xiachen.notices.queries.messages import has_group
from xiachen.notices.rules.notices import listed
from xiachen.papers.tables import Table
from xiachen.papers.ways_out import exported
from xiachen.people.operations.members import view_members
from xiachen.people.queries.members import Wanted, shown_names
from xiachen.privacy.doors import ScopedRequest, done
from xiachen.privacy.masking import mask_name
from xiachen.privacy.scope import Can

LINES = 50


@require_safe
def notices(request: ScopedRequest) -> HttpResponse:
    """What was sent to me: the unread first, then the latest."""
    shown = Paginator(queries.inbox(request.scope), LINES).get_page(request.GET.get("page"))
    context = {
        "lines": queries.inbox_lines(request.scope, list(shown)),
        "page": {"number": shown.number, "pages": shown.paginator.num_pages},
        "writes": request.scope.allows(Can.NOTIFY),
    }
    return render(request, "notices/notices.html", context)


@require_safe
def sent(request: ScopedRequest) -> HttpResponse:
    """Whose reading I follow: what I sent, and what went to my people."""
    request.scope.require(Can.NOTIFY)
    shown = Paginator(queries.followed(request.scope), LINES).get_page(request.GET.get("page"))
    context = {
        "lines": queries.followed_lines(request.scope, list(shown)),
        "page": {"number": shown.number, "pages": shown.paginator.num_pages},
    }
    return render(request, "notices/sent.html", context)


@require_safe
def notice(request: ScopedRequest, id: UUID) -> HttpResponse:
    """One notice; opening it is reading it. Its followers see who has read it."""
    # HEAD, and a browser that fetches ahead, look at nothing.
    looks = request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", "")
    found = operations.open_notice(request.scope, notice=id, at=clock.now(), reads=looks)
    if taken := exported(request, lambda: _table(request, found)):
        return taken
    own = queries.own_delivery(request.scope, found.pk)
    context: dict[str, object] = {
        "notice": found,
        "own": own,
        "receipt": queries.receipt_of(request.scope, own.pk) if own else None,
        "addressed": queries.addressed(request.scope, found.pk),
        "people_named": queries.people_named(request.scope, found.pk),
        "follows": request.scope.allows(Can.NOTIFY),
    }
    if context["follows"]:
        context |= _followed(request, found)
    return render(request, "notices/notice.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: ScopedRequest) -> HttpResponse:
    """
    Write a notice and choose whom it goes to.

    Other screens hand over people by posting `members`; nothing is sent before it is asked for.
    """
    request.scope.require(Can.NOTIFY)
    if request.scope.incident is None:
        raise NotFound()
    sending, now = "send" in request.POST, clock.now()
    form = NoticeForm(request.scope, now, request.POST if sending else None, request.POST)
    members = list(dict.fromkeys(_ids(request.POST.getlist("members"))))
    made: list[Notice] = []

    def act() -> None:
        made.append(_send(request, form, members))

    if sending and done(form, act):
        messages.success(request, _("Sent. Below is the text for the chat group."))
        return redirect("notices:notice", made[0].pk)
    context = {"form": form, "people": _people(request, members)}
    return render(request, "notices/write.html", context, status=422 if sending else 200)


@require_safe
def chase(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Who has not read it, as one text to copy, and a reminder to each."""
    request.scope.require(Can.NOTIFY)
    found = queries.notice(request.scope, id)
    names = operations.view_unread(request.scope, notice=id)
    text = _("“%(title)s” is not confirmed yet by %(n)s: %(names)s.\nPlease confirm it: %(link)s")
    values = {
        "title": found.title,
        "n": len(names),
        "names": listed(names, between=_(", ")),
        "link": _link(request, found),
    }
    context = {"notice": found, "names": names, "text": text % values}
    return render(request, "notices/chase.html", context)


@require_POST
def remind(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Send a reminder to each who has not read it."""
    told = operations.remind(request.scope, notice=id, site=_site(request), at=clock.now())
    words = [
        ngettext("%(n)d person was reminded.", "%(n)d people were reminded.", told.sent)
        % {"n": told.sent}
    ]
    if told.lately:
        words.append(_("Reminded less than half an hour ago: %(n)d.") % {"n": told.lately})
    if told.without_number:
        words.append(_("Without a number: %(n)d. Tell them yourself.") % {"n": told.without_number})
    messages.success(request, " ".join(words))
    return redirect("notices:notice", id)


@require_POST
def post(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Post a notice into the chat group that is connected."""
    found = queries.notice(request.scope, id)
    text = _group_text(request, found)
    sending.send_to_group(request.scope, text=text, purpose="notice", at=clock.now())
    messages.success(request, _("It is on its way into the chat group."))
    return redirect("notices:notice", id)


def _followed(request: ScopedRequest, found: Notice) -> dict[str, object]:
    rows = queries.deliveries(request.scope, notices=[found.pk])
    rows = rows.select_related("account", "member")
    shown = Paginator(rows, LINES).get_page(request.GET.get("page"))
    (counts,) = queries.followed_lines(request.scope, [found])
    return {
        "lines": operations.view_ledger(request.scope, rows=list(shown)),
        "page": {"number": shown.number, "pages": shown.paginator.num_pages},
        "counts": counts,
        "text": _group_text(request, found),
        "group": has_group(request.scope),
    }


def _group_text(request: ScopedRequest, found: Notice) -> str:
    """Return what is pasted into a chat group: the notice, its term, and the link that proves."""
    lines = [_("[Notice] %(title)s") % {"title": found.title}, found.body]
    if found.until:
        until = formats.date_format(localtime(found.until), "DATETIME_FORMAT")
        lines.append(_("Until: %(until)s") % {"until": until})
    if found.needs_receipt:
        lines.append(_("Open the link and confirm: %(link)s") % {"link": _link(request, found)})
    return "\n".join(lines)


def _link(request: ScopedRequest, found: Notice) -> str:
    return _site(request) + links.group_token(request.scope, found)


def _site(request: ScopedRequest) -> str:
    """Return what links begin with, as whoever opens them reaches the site."""
    address = request.build_absolute_uri(reverse("notices:read", args=["-"]))[:-1]
    # The proxy that speaks HTTPS to the outside speaks HTTP to us.
    secure = settings.SESSION_COOKIE_SECURE
    return f"https://{address.partition('://')[2]}" if secure else address


def _send(request: ScopedRequest, form: NoticeForm, members: list[UUID]) -> Notice:
    given = form.cleaned_data
    return operations.send_notice(
        request.scope,
        title=given["title"],
        body=given["body"],
        to=form.to(members),
        at=clock.now(),
        document=UUID(given["document"]) if given["document"] else None,
        needs_receipt=given["needs_receipt"],
        until=given["until"],
    )


def _people(request: ScopedRequest, chosen: list[UUID]) -> dict[str, object]:
    """Return the people ticked so far, and those found beside them."""
    text = request.POST.get("q", "").replace("\0", "")[:80]
    names = shown_names(request.scope, chosen)
    found = []
    if "find" in request.POST:
        page = view_members(request.scope, wanted=Wanted(text=text))
        found = [row for row in page.rows if row.member.pk not in names]
    return {"text": text, "chosen": sorted(names.items(), key=lambda one: one[1]), "found": found}


def _table(request: ScopedRequest, found: Notice) -> Table:
    rows = list(queries.deliveries(request.scope, notices=[found.pk]))
    lines = operations.view_ledger(request.scope, rows=rows)
    return Table(
        title=found.title,
        about=(f"{localtime(found.occurred_at):%Y-%m-%d %H:%M}",),
        headings=[_("Name"), _("Organisation"), _("Read"), _("How"), _("Last reminder")],
        tags=["#contact+name", "#org+name", "#date+read", "#channel", "#date+reminder"],
        lines=[
            (
                mask_name(line.name) if line.delivery.member_id else line.name,
                line.unit,
                line.receipt.occurred_at if line.receipt else None,
                line.receipt.get_how_display() if line.receipt else None,
                line.reminder.queued_at if line.reminder else None,
            )
            for line in lines
        ],
        records=[row.pk for row in rows],
    )


def _ids(texts: Iterable[str]) -> Iterable[UUID]:
    for text in texts:
        try:
            yield UUID(text)
        except ValueError:
            continue
