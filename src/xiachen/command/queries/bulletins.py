"""Bulletins as issued: revisions, what changed between them, and the text to copy."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from xiachen.base.errors import Forbidden, NotFound
from xiachen.command.models import Bulletin, DeclaredFigure, FrozenFigure
from xiachen.command.queries import house
from xiachen.command.rules.template import DAILY
from xiachen.command.rules.views import (
    DeclaredLine,
    SectionView,
    as_of_said,
    language,
    local,
    period_said,
    titles_of,
    views_of,
)
from xiachen.command.rules.wording import Stated, late_text, prose
from xiachen.figures.figure import Cutoff
from xiachen.figures.numbers import Language
from xiachen.figures.units import unit
from xiachen.places.models import Community
from xiachen.privacy.scope import Can, Scope

DECLARED = "declared."


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """
    A figure that two revisions state differently, as each prints it.

    Before, and `late`, less `taken_back`, is after; of another period neither is told.
    """

    title: str
    before: str
    after: str
    late: int
    taken_back: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinView:
    """
    One revision of a bulletin, ready to show, copy and print.

    :param late: what was received late (补报) or taken back (核减) since the former revision
    :param former_period: what time the former revision spoke of, where it spoke of another
    :param revisions: all of the place and day, the latest first
    :param changes: what it states differently from the revision before
    """

    bulletin: Bulletin
    place: str
    title: str
    period: str
    occurred: str
    received: str
    prose: str
    late: str
    former_period: str
    sections: list[SectionView]
    declared: list[DeclaredLine]
    expected: int
    silent: list[Community]
    revisions: list[Bulletin]
    changes: list[Change]

    @property
    def text(self) -> str:
        """All of it as plain text, to copy and send."""
        return "\n".join(_text_lines(self)) + "\n"

    @property
    def latest(self) -> bool:
        """Whether no later revision of it stands."""
        return self.bulletin.revision == self.revisions[0].revision

    @property
    def heard(self) -> int:
        """Of how many communities something was heard."""
        return self.expected - len(self.silent)


def bulletins(scope: Scope, *, division: int | None = None) -> QuerySet[Bulletin]:
    """Return the latest revision of each bulletin whose place lies in the scope, newest first."""
    if scope.incident is None or not scope.allows(Can.SEE_FIGURES):
        return Bulletin.objects.none()
    rows = Bulletin.objects.filter(scope.within("division"), incident_id=scope.incident)
    if division is not None:
        rows = rows.filter(division=division)
    later = Bulletin.objects.filter(
        incident=OuterRef("incident"),
        division=OuterRef("division"),
        day=OuterRef("day"),
        revision__gt=OuterRef("revision"),
    )
    return rows.filter(~Exists(later)).order_by("-day", "division")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A bulletin in a list, by the name of its place and the time that it speaks of."""

    bulletin: Bulletin
    place: str
    period: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinPage:
    """
    A page of bulletins; `number` counts from 1.

    :param elsewhere: bulletins stand, though none of a place in the scope
    """

    rows: list[Listed]
    elsewhere: bool
    number: int
    pages: int


def listed(scope: Scope, *, number: int, size: int) -> BulletinPage:
    """Return a page of the latest revisions; a number beyond the last gives the last."""
    pages = Paginator(bulletins(scope), size)
    page = pages.get_page(number)
    rows = [
        Listed(
            bulletin=one,
            place=house.place_name(scope, division=one.division, day=one.day),
            period=period_said(one.day, one.occurred_until),
        )
        for one in page
    ]
    elsewhere = scope.incident is not None and not rows and _any_stands(scope.incident)
    return BulletinPage(rows=rows, elsewhere=elsewhere, number=page.number, pages=pages.num_pages)


def _any_stands(incident: UUID) -> bool:
    return Bulletin.objects.filter(incident_id=incident).exists()


def issued(scope: Scope, id: UUID) -> Bulletin:
    """
    Return a bulletin as recorded.

    :raises NotFound: there is none, or it speaks of more than the scope covers
    """
    found = Bulletin.objects.filter(pk=id).first()
    if found is None or found.incident_id != scope.incident:
        raise NotFound()
    try:
        house.narrowed(scope, found.division)
    except Forbidden:
        raise NotFound() from None
    return found


def bulletin(scope: Scope, id: UUID) -> BulletinView:
    """
    Return one revision of a bulletin, in the language of the page.

    :raises NotFound: there is none, or it speaks of more than the scope covers
    """
    found = issued(scope, id)
    place = house.place_name(scope, division=found.division, day=found.day)
    stated = {
        row.figure: _stated(row) for row in found.figures.exclude(figure__startswith=DECLARED)
    }
    stated = house.with_names(scope, stated)
    complete = found.completeness
    figures = {code: house.figure(code) for code in stated}
    return BulletinView(
        bulletin=found,
        place=place,
        title=_("%(place)s: daily bulletin of those sent down") % {"place": place},
        period=period_said(found.day, found.occurred_until),
        occurred=as_of_said(found.occurred_until),
        received=as_of_said(found.received_until),
        prose=prose(DAILY, stated, language()),
        late=late_text(titles_of(figures), stated, language()),
        former_period=_former_period(scope, found),
        sections=views_of(DAILY, stated, figures),
        declared=_declared_in(found),
        expected=len(complete["expected"]),
        silent=house.communities(scope, set(complete["expected"]) - set(complete["heard"])),
        revisions=list(revisions(scope, found)),
        changes=difference(scope, id),
    )


def revisions(scope: Scope, bulletin: Bulletin) -> QuerySet[Bulletin]:
    """Return all revisions of the bulletin of that place and day, the latest first."""
    return revisions_of(scope, division=bulletin.division, cutoff=bulletin.cutoff)


def revisions_of(scope: Scope, *, division: int, cutoff: Cutoff) -> QuerySet[Bulletin]:
    """Return what was issued of a place and day, the latest revision first."""
    house.narrowed(scope, division)
    rows = Bulletin.objects.filter(incident_id=cutoff.incident, division=division, day=cutoff.day)
    return rows.order_by("-revision")


def former(scope: Scope, bulletin: Bulletin) -> Bulletin | None:
    """Return the revision before one; of the first, nothing."""
    return revisions(scope, bulletin).filter(revision__lt=bulletin.revision).first()


def latest(scope: Scope, *, division: int, day: date) -> Bulletin | None:
    """Return the latest revision of a place's bulletin of a day; where none is, nothing."""
    return bulletins(scope, division=division).filter(day=day).first()


def difference(scope: Scope, id: UUID) -> list[Change]:
    """Return what a revision says differently from the one before; of the first, nothing."""
    found = issued(scope, id)
    earlier = former(scope, found)
    if earlier is None:
        return []
    before = {row.figure: row for row in earlier.figures.all()}
    after = {row.figure: row for row in found.figures.all()}
    names = _names([*before.values(), *after.values()])
    return [
        _change(names[code], before.get(code), after.get(code))
        for code in dict.fromkeys((*after, *before))
        if _said(before.get(code)) != _said(after.get(code)) or _moved(after.get(code))
    ]


def declared_figures(scope: Scope, *, division: int, cutoff: Cutoff) -> list[DeclaredFigure]:
    """Return what others declare of a division: of each name the last one by the cut-off."""
    house.narrowed(scope, division)
    standing: QuerySet[DeclaredFigure] = DeclaredFigure.objects.standing(cutoff.marks)
    rows = standing.filter(
        incident_id=cutoff.incident, division=division, as_of__lte=cutoff.occurred_until
    )
    return list(rows.order_by("name", "-as_of", "-sequence").distinct("name"))


def declared(scope: Scope) -> QuerySet[DeclaredFigure]:
    """Return the declared figures that stand in the scope's places, the latest first."""
    scope.require(Can.SEE_FIGURES)
    if scope.incident is None:
        return DeclaredFigure.objects.none()
    standing: QuerySet[DeclaredFigure] = DeclaredFigure.objects.standing()
    here = standing.filter(scope.within("division"), incident_id=scope.incident)
    return here.order_by("-as_of", "name")


def bulletin_text(scope: Scope, id: UUID, language: Language) -> str:
    """Return a bulletin as text to copy and send, in a language."""
    with translation.override(language):
        return bulletin(scope, id).text


def _text_lines(view: BulletinView) -> Iterator[str]:
    issued = view.bulletin
    yield _("%(title)s (revision %(revision)s)") % {
        "title": view.title,
        "revision": issued.revision,
    }
    yield _("%(period)s: %(prose)s") % {"period": view.period, "prose": view.prose}
    if view.late:
        yield _("Received late or taken back since the former revision: %(changes)s.") % {
            "changes": view.late
        }
    if view.former_period:
        yield _(
            "Period changed: the former revision spoke of %(period)s; the two are not compared for "
            "what was received late or taken back."
        ) % {"period": view.former_period}
    if issued.reason and issued.revision > 1:
        yield _("Reason for this revision: %(reason)s") % {"reason": issued.reason}
    if view.declared:
        yield _("Declared by others, not computed here: %(figures)s.") % {
            "figures": _("; ").join(one.text for one in view.declared)
        }
    yield _("Happened %(occurred)s, received %(received)s.") % {
        "occurred": view.occurred,
        "received": view.received,
    }
    yield _("Records came from %(heard)s of %(expected)s communities.") % {
        "heard": view.heard,
        "expected": view.expected,
    }
    if issued.audit_head:
        yield _("Head of the audit: %(head)s") % {"head": issued.audit_head}


def _former_period(scope: Scope, bulletin: Bulletin) -> str:
    """Say what time the former revision spoke of, where it spoke of another."""
    earlier = former(scope, bulletin)
    if earlier is None or earlier.occurred_until == bulletin.occurred_until:
        return ""
    return period_said(earlier.day, earlier.occurred_until)


def _stated(row: FrozenFigure) -> Stated:
    return Stated(
        value=row.value,
        unit=unit(row.unit),
        of=row.of,
        beside=row.beside,
        late=row.late,
        taken_back=row.taken_back,
        groups=row.groups,
    )


def _declared_in(bulletin: Bulletin) -> list[DeclaredLine]:
    rows = bulletin.figures.filter(figure__startswith=DECLARED)
    frozen = {row.figure.removeprefix(DECLARED): row for row in rows}
    found = {str(one.pk): one for one in DeclaredFigure.objects.filter(pk__in=frozen)}
    return [_declared(found[id], row) for id, row in frozen.items()]


def _declared(one: DeclaredFigure, row: FrozenFigure) -> DeclaredLine:
    return DeclaredLine(
        name=one.name,
        stated=_stated(row),
        source=one.source,
        document_number=one.document_number,
        as_of=local(one.as_of),
        story=one.story,
    )


def _names(rows: list[FrozenFigure]) -> dict[str, str]:
    codes = {row.figure for row in rows}
    ids = [code.removeprefix(DECLARED) for code in codes if code.startswith(DECLARED)]
    declared = {
        f"{DECLARED}{one.pk}": one.name for one in DeclaredFigure.objects.filter(pk__in=ids)
    }
    computed = {code: house.figure(code) for code in codes if not code.startswith(DECLARED)}
    return titles_of(computed) | declared


def _said(row: FrozenFigure | None) -> tuple[object, ...] | None:
    return None if row is None else (row.value, row.of, row.beside)


def _moved(row: FrozenFigure | None) -> bool:
    return row is not None and bool(row.late or row.taken_back)


def _change(title: str, before: FrozenFigure | None, after: FrozenFigure | None) -> Change:
    return Change(
        title=title,
        before=_printed(before),
        after=_printed(after),
        late=after.late if after else 0,
        taken_back=after.taken_back if after else 0,
    )


def _printed(row: FrozenFigure | None) -> str:
    if row is None:
        return "—"
    one = _stated(row)
    whole = "" if one.of is None else f" / {int(one.of)}"
    beside = f" · {one.beside}" if one.beside else ""
    return one.printed(language()) + whole + beside
