"""
How a list leaves its page: as XLSX, as CSV, and as text to copy.

A screen asks first whether its list is to leave, and shows it otherwise:

    if taken := exported(request, lambda: queries.table(request.scope)):
        return taken

and its template has `{% include "papers/ways_out.html" %}` among the actions of the page, which
shows the three ways to the roles that may take data out, with the page's own filters. What stands
in the table is masked as whoever takes it may pass it on; the table is only made when it leaves.
"""

from collections.abc import Callable
from urllib.parse import quote

from django.http import Http404, HttpResponse
from django.shortcuts import render

from xiachen.base import clock
from xiachen.papers.tables import Kind, Paper, Table, export
from xiachen.privacy.doors import ScopedRequest
from xiachen.privacy.scope import Can


def exported(request: ScopedRequest, table: Callable[[], Table]) -> HttpResponse | None:
    """
    Return a page's list as `?as=xlsx`, `?as=csv` or `?as=text` asks for it; None without `as`.

    :raises Forbidden: the role may not take data out, or has not proven itself twice
    """
    asked = request.GET.get("as")
    if asked is None:
        return None
    if asked not in list(Kind):
        raise Http404
    request.scope.require(Can.EXPORT)
    kind = Kind(asked)
    paper = export(
        request.scope,
        table=table(),
        kind=kind,
        by=request.user.get_username(),
        at=clock.now(),
    )
    if kind is Kind.TEXT:
        return render(request, "papers/as_text.html", {"text": paper.content.decode()})
    return attached(paper)


def attached(paper: Paper) -> HttpResponse:
    """Hand over a file: to be kept, never to be shown by the browser."""
    answer = HttpResponse(paper.content, content_type=paper.media_type)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(paper.name)}"
    return answer
