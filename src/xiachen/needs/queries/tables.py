"""Tasks as a table that may leave the house; who does them stays inside."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from xiachen.needs.queries.tasks import narrowed_tasks
from xiachen.papers.tables import Table
from xiachen.privacy.scope import Can, Scope


def tasks_table(
    scope: Scope,
    *,
    community: int | None = None,
    states: Collection[str] = (),
    need: bool | None = None,
) -> Table:
    """
    Return all tasks of a list.

    :raises Forbidden: the role may not take data out, or has not proven itself twice
    """
    scope.require(Can.EXPORT)
    rows = list(narrowed_tasks(scope, community=community, states=states, need=need))
    return Table(
        title=_("Tasks"),
        about=(),
        headings=[_("Task"), _("Kind"), _("Place"), _("State"), _("issued")],
        tags=["#activity+name", "#activity+type", "#adm5+name", "#status", "#date+issued"],
        lines=[
            (one.title, str(one.kind), one.community.name, one.get_state_display(), one.issued_at)
            for one in rows
        ],
        records=[one.pk for one in rows],
    )
