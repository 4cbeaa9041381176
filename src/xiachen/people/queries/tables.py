"""Lists of people and units as tables that may leave the house."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from xiachen.papers.tables import Table
from xiachen.people.models.members import Member
from xiachen.people.queries.members import Wanted, wanted_members
from xiachen.people.queries.units import organisations_reached
from xiachen.privacy.masking import mask_name
from xiachen.privacy.scope import Scope

_AT_ONCE = 1000


def members_table(scope: Scope, wanted: Wanted) -> Table:
    """Return the people wanted with masked names; numbers do not leave in a list."""
    rows = wanted_members(scope, wanted)
    return Table(
        title=_("People"),
        about=(),
        headings=[
            pgettext("person", "name"),
            _("organisation"),
            _("party organisation"),
            _("party standing"),
            _("home community"),
            _("kinds of person"),
        ],
        tags=[
            "#contact+name",
            "#org+name",
            "#org+name+party",
            "#contact+party",
            "#adm5+name",
            "#contact+type",
        ],
        lines=_member_lines(rows),
        records=list(rows.values_list("pk", flat=True)),
    )


def units_table(scope: Scope) -> Table:
    """Return the units of the scope with their superiors."""
    rows = organisations_reached(scope).select_related("parent", "contact_community")
    return Table(
        title=_("Units"),
        about=(),
        headings=[
            _("name"),
            _("short name"),
            _("level"),
            _("superior"),
            _("division"),
            _("contact community"),
        ],
        tags=["#org+name", "#org+acronym", "#org+type", "#org+parent", "#adm+code", "#adm5+name"],
        lines=[
            (
                unit.name,
                unit.short_name,
                unit.get_level_display(),
                str(unit.parent or ""),
                str(unit.division),
                str(unit.contact_community or ""),
            )
            for unit in rows
        ],
    )


def _member_lines(rows: QuerySet[Member]) -> Iterator[tuple[str, ...]]:
    related = rows.select_related("organisation", "party_organisation", "home_community")
    for row in related.prefetch_related("identities").iterator(chunk_size=_AT_ONCE):
        yield (
            mask_name(row.name),
            str(row.organisation or ""),
            str(row.party_organisation or ""),
            row.get_party_standing_display(),
            str(row.home_community or ""),
            " · ".join(str(one.get_kind_display()) for one in row.identities.all()),
        )
