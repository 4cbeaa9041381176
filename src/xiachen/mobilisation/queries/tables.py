"""Lists of calls, people sent, excuses and duties as tables that may leave the house."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from xiachen.mobilisation.models.call_ups import CallUp
from xiachen.mobilisation.models.duties import ReportDuty
from xiachen.mobilisation.models.stays import Dispatch, Enrolment, Excuse
from xiachen.mobilisation.queries import call_ups
from xiachen.papers.tables import Table
from xiachen.privacy.masking import mask_name
from xiachen.privacy.scope import Scope


def call_ups_table(scope: Scope, *, rows: Sequence[CallUp]) -> Table:
    """Return calls with how many signed up and hold a place."""
    return Table(
        title=_("Call-ups"),
        about=(),
        headings=[
            _("document"),
            _("title"),
            _("from"),
            _("until"),
            _("sign-up closes"),
            _("people wanted"),
            _("signed up"),
            _("places given"),
        ],
        tags=["", "", "#date+start", "#date+end", "", "#capacity", "#reached", "#reached"],
        lines=[
            (
                one.document.number,
                one.document.title,
                one.from_day,
                one.to_day,
                one.closes_at,
                one.headcount,
                signed,
                held,
            )
            for one, signed, held in call_ups.lines_of(scope, rows)
        ],
        records=[one.pk for one in rows],
    )


def dispatch_table(
    scope: Scope, *, dispatch: Dispatch, people: Iterable[tuple[Enrolment, str]]
) -> Table:
    """Return whom a dispatch sent, by name as the scope may see it; masked."""
    found = list(people)
    return Table(
        title=f"{dispatch.organisation} → {dispatch.community}",
        about=(f"{dispatch.document.number} {dispatch.document.title}",),
        headings=[
            pgettext("person", "name"),
            _("organisation"),
            _("community"),
            _("first day"),
            _("last day"),
        ],
        tags=["#contact+name", "#org+name", "#adm5+name", "#date+start", "#date+end"],
        lines=[
            (
                mask_name(name),
                str(stay.member.organisation or ""),
                stay.community.name,
                stay.from_day,
                stay.last_day,  # type: ignore[attr-defined]
            )
            for stay, name in found
        ],
        records=[dispatch.pk, *(stay.member_id for stay, _name in found)],
    )


def excuses_table(scope: Scope, *, rows: Iterable[tuple[Excuse, str]]) -> Table:
    """Return who is excused for which days; masked, and without the reasons."""
    found = list(rows)
    return Table(
        title=_("Excuses"),
        about=(),
        headings=[pgettext("person", "name"), _("from"), _("until")],
        tags=["#contact+name", "#date+start", "#date+end"],
        lines=[(mask_name(name), one.from_day, one.to_day) for one, name in found],
        records=[one.member_id for one, _name in found],
    )


def duties_table(scope: Scope, *, rows: Sequence[ReportDuty]) -> Table:
    """Return which units have to report in, and on which document."""
    return Table(
        title=_("Who has to report in"),
        about=(),
        headings=[_("organisation"), _("document"), _("from"), _("community")],
        tags=["#org+name", "", "#date+start", "#adm5+name"],
        lines=[
            (
                one.organisation.name,
                one.document.number,
                one.from_day,
                str(one.organisation.contact_community or ""),
            )
            for one in rows
        ],
        records=[one.pk for one in rows],
    )
