"""Figures of temporary branches: how many stand, and who leads them."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiachen.figures.figure import Column, Cutoff, Figure
from xiachen.figures.units import PERSON, TEMPORARY_BRANCH
from xiachen.people.models.branches import BranchPost, BranchPostKind
from xiachen.people.models.units import PartyOrganisation
from xiachen.people.queries import branches, members
from xiachen.privacy.masking import mask_name
from xiachen.privacy.scope import Scope

PersonInPost = tuple[BranchPost, str]


def _branches(scope: Scope, cutoff: Cutoff) -> QuerySet[PartyOrganisation]:
    return branches.branches(scope, incident=cutoff.incident, day=cutoff.day)


def _secretaries(scope: Scope, cutoff: Cutoff) -> QuerySet[BranchPost]:
    posts = branches.branch_posts(scope, incident=cutoff.incident, day=cutoff.day)
    return posts.filter(post=BranchPostKind.SECRETARY)


def _deputies(scope: Scope, cutoff: Cutoff) -> QuerySet[BranchPost]:
    posts = branches.branch_posts(scope, incident=cutoff.incident, day=cutoff.day)
    return posts.filter(post=BranchPostKind.DEPUTY)


def _with_names(scope: Scope, posts: Sequence[BranchPost]) -> list[PersonInPost]:
    names = members.shown_names(scope, [post.member_id for post in posts])
    return [(post, names.get(post.member_id, "")) for post in posts]


def _name(row: PersonInPost) -> object:
    return row[1]


def _post(row: PersonInPost) -> object:
    return row[0].get_post_display()


def _branch_name(row: PersonInPost) -> object:
    return row[0].party_organisation.name


def _since(row: PersonInPost) -> object:
    return row[0].from_day


_PERSON_COLUMNS = (
    Column(
        heading=pgettext_lazy("person", "name"), cell=_name, tag="#contact+name", mask=mask_name
    ),
    Column(heading=_("post"), cell=_post, tag="#contact+type"),
    Column(heading=_("temporary branch"), cell=_branch_name, tag="#org+name"),
    Column(heading=_("from"), cell=_since, tag="#date+start"),
)

TEMPORARY_BRANCHES = Figure(
    code="people.temporary-branches",
    title=_("Temporary branches"),
    means=_("Temporary party branches approved for this incident and standing on the day."),
    unit=TEMPORARY_BRANCH,
    rows=_branches,
    columns=(
        Column(heading=_("temporary branch"), cell=lambda row: row.name, tag="#org+name"),
        Column(heading=_("organisation"), cell=lambda row: row.organisation or "", tag="#org+type"),
        Column(heading=_("approved by"), cell=lambda row: row.approved_by, tag="#org+approved"),
        Column(heading=_("approved on"), cell=lambda row: row.approved_on, tag="#date+approved"),
    ),
    personal=False,
)

BRANCH_SECRETARIES = Figure(
    code="people.branch-secretaries",
    title=_("Branch secretaries"),
    means=_("People who are secretary of a temporary branch on the day, each once."),
    unit=PERSON,
    rows=_secretaries,
    present=_with_names,
    columns=_PERSON_COLUMNS,
    distinct="member_id",
)

BRANCH_DEPUTIES = Figure(
    code="people.branch-deputies",
    title=_("Deputy branch secretaries"),
    means=_("People who are deputy secretary of a temporary branch on the day, each once."),
    unit=PERSON,
    rows=_deputies,
    present=_with_names,
    columns=_PERSON_COLUMNS,
    distinct="member_id",
)

FIGURES = (TEMPORARY_BRANCHES, BRANCH_SECRETARIES, BRANCH_DEPUTIES)
