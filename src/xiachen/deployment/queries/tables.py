"""Teams and their moves as tables that may leave the house."""

from collections.abc import Iterator, Sequence
from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from xiachen.deployment.models import TeamMove
from xiachen.deployment.queries.trees import TeamNode, team_tree
from xiachen.papers.tables import Table
from xiachen.people.queries.members import members_by_id
from xiachen.privacy.masking import mask_name
from xiachen.privacy.scope import Scope


def moves_table(scope: Scope, *, rows: Sequence[TeamMove]) -> Table:
    """Return moves of teams: what was asked, and the community's answer."""
    return Table(
        title=_("Moves of teams"),
        about=(),
        headings=[
            _("team"),
            _("people"),
            _("from the community"),
            _("to the community"),
            _("from"),
            _("the community's answer"),
        ],
        tags=["", "#reached", "#adm5+name", "#adm5+name", "#date+start", "#status"],
        lines=[
            (
                one.team.name,
                one.people or _("the whole team"),
                one.giving.name,
                one.receiving.name,
                one.from_day,
                one.get_state_display(),
            )
            for one in rows
        ],
        records=[one.pk for one in rows],
    )


def teams_table(scope: Scope, *, day: date) -> Table:
    """Return the teams of a day, each below the one it is within; leaders are masked."""
    nodes = list(_walk(team_tree(scope, day=day), 1, ""))
    leading = {node.leader.member_id for node, *_rest in nodes if node.leader}
    names = {id: mask_name(one.name) for id, one in members_by_id(scope, leading).items()}
    english = (get_language() or "").startswith("en")
    return Table(
        title=_("Teams"),
        about=(f"{day:%Y-%m-%d}",),
        headings=[
            _("team"),
            _("tier"),
            _("within the team"),
            _("type"),
            _("organisation"),
            _("leader"),
            _("people"),
            _("community"),
        ],
        tags=["", "", "", "", "#org+name", "", "", "#adm5+name"],
        lines=[
            (
                node.team.name,
                level,
                above,
                node.team.type.name_en if english else node.team.type.name,
                node.team.organisation.name if node.team.organisation else "",
                names.get(node.leader.member_id, "") if node.leader else "",
                len(node.people),
                "、".join(one.community.name for one in node.communities),
            )
            for node, level, above in nodes
        ],
        records=[node.team.pk for node, *_rest in nodes],
    )


def _walk(nodes: list[TeamNode], level: int, above: str) -> Iterator[tuple[TeamNode, int, str]]:
    for node in nodes:
        yield node, level, above
        yield from _walk(node.children, level + 1, node.team.name)
