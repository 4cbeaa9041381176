"""Reads of communities: by what people write, by number, as a tree."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import NotFound, Refused
from xiachen.places.models import Alias, Community, CommunityCode
from xiachen.places.queries.listing import (
    DatabaseListing,
    GatheredListing,
    Ranges,
    division_names,
    paths_of,
)
from xiachen.places.rules import resolving
from xiachen.places.rules.codes import DIGITS, Level, level_of, path_of
from xiachen.places.rules.listing import Candidate, Listing
from xiachen.places.rules.names import PLACEHOLDERS, normalise_community_name, plain
from xiachen.privacy.scope import Scope

_NAMED_AT_MOST = 5
_SHOWN_OF_TEXT = 40
_OFFERED_AT_MOST = 20


class CommunityUnknown(Refused):
    """The text names no community that may be meant; `candidates` have similar names."""

    code = "places.community-unknown"
    message = _(
        "No community is called “%(text)s” here. Write it with its street, or its 12-digit code."
    )
    status = 422

    def __init__(
        self, text: str, candidates: Sequence[Candidate] = (), *, field: str | None
    ) -> None:
        super().__init__(field=field, text=_shortened(text), candidates=_listed(candidates))
        self.candidates = tuple(candidates)


class CommunityMisspelt(CommunityUnknown):
    """Unknown, with similar names in reach; nothing is chosen by likeness."""

    message = _(
        "No community is called “%(text)s” here. Similar names: %(candidates)s. "
        "Choose one of them, or write the 12-digit code."
    )


class CommunityAmbiguous(Refused):
    """The text may mean several communities, `candidates`; a person has to say which."""

    code = "places.community-ambiguous"
    message = _(
        "“%(text)s” may mean any of %(count)s communities: %(candidates)s. "
        "Add the street, or write the 12-digit code."
    )

    def __init__(self, text: str, candidates: Sequence[Candidate], *, field: str | None) -> None:
        super().__init__(
            field=field,
            text=_shortened(text),
            count=len(candidates),
            candidates=_listed(candidates),
        )
        self.candidates = tuple(candidates)


class NamesNoCommunity(CommunityUnknown):
    """The same for a cell of a sheet: what stands there is not repeated."""

    message = _(
        "No community within reach is called this. Write it with its street, or its 12-digit code."
    )


class NamesSimilarCommunity(CommunityUnknown):
    """Unknown, for a cell of a sheet, with similar names in reach."""

    message = _(
        "No community within reach is called this. Similar names: %(candidates)s. "
        "Choose one of them, or write the 12-digit code."
    )


class NamesSeveralCommunities(CommunityAmbiguous):
    """The cell of a sheet may mean several communities."""

    message = _(
        "This may mean any of %(count)s communities: %(candidates)s. "
        "Add the street, or write the 12-digit code."
    )


class OutOfReach(CommunityUnknown):
    """The community exists, but the role has no part in it."""

    code = "places.out-of-reach"
    message = _("%(text)s is not within your responsibility; its page is not shown to you.")
    status = 403

    def __init__(self, name: str) -> None:
        super().__init__(name, field=None)


@dataclass(frozen=True, slots=True)
class PlaceNode:
    """A place of the tree: a district, a street or a community, with what lies in it."""

    code: int
    name: str
    level: Level
    children: tuple["PlaceNode", ...] = ()

    @property
    def community(self) -> int | None:
        """The community's number, None for the places above."""
        return self.code if self.level is Level.COMMUNITY else None


def resolve(
    scope: Scope,
    text: str,
    *,
    within: Ranges | None = None,
    day: date | None = None,
    field: str | None = "community",
) -> Community:
    """
    Return the one community that a text means: a name with or without its path, or a code.

    :param within: ranges of community numbers that the answer must lie in
    :param day: the day whose list of divisions holds; without it, the newest
    :param field: the form field that a refusal is about
    :raises CommunityUnknown: it names none; similar ones are in `candidates`
    :raises CommunityAmbiguous: it may mean several; they are in `candidates`
    """
    listing = DatabaseListing(scope, within=within, day=day)
    answer = resolving.resolve(text, listing, _aliases_in(text))
    if isinstance(answer, resolving.Resolved):
        return Community.objects.get(pk=answer.candidate.code)
    if isinstance(answer, resolving.Ambiguous):
        raise CommunityAmbiguous(text, answer.candidates, field=field)
    if answer.near:
        raise CommunityMisspelt(text, answer.near, field=field)
    raise CommunityUnknown(text, field=field)


def resolve_all(
    scope: Scope, texts: Iterable[str], *, field: str | None = "community"
) -> dict[str, Community | Refused]:
    """
    Return the community that each text means, or why it means none, for the cells of a sheet.

    A handful of queries, however many texts; similar names are offered for the first twenty that
    are unknown. The refusals do not repeat the text.
    """
    wanted = list(dict.fromkeys(texts))
    digits = {text: plain(text) for text in wanted}
    names = {normalise_community_name(text[: 2 * resolving.LONGEST_TEXT]) for text in wanted}
    endings = {name[start:] for name in names for start in range(len(name))}
    listing = GatheredListing(
        scope, names=endings, codes={int(one) for one in digits.values() if _is_code(one)}
    )
    aliases = _aliases_called(endings)
    answers: dict[str, resolving.Outcome] = {}
    offered = 0
    for text in wanted:
        offers = offered < _OFFERED_AT_MOST
        answers[text] = resolving.resolve(text, listing if offers else _Silent(listing), aliases)
        offered += isinstance(answers[text], resolving.Unknown)
    meant = {
        answer.candidate.code
        for answer in answers.values()
        if isinstance(answer, resolving.Resolved)
    }
    found = communities_by_id(scope, meant)
    return {
        text: found[answer.candidate.code]
        if isinstance(answer, resolving.Resolved)
        else _unmeant(answer, field)
        for text, answer in answers.items()
    }


def communities_by_id(scope: Scope, ids: Iterable[int]) -> dict[int, Community]:
    """Return the communities of these numbers; names and places of communities are no secret."""
    return {community.pk: community for community in Community.objects.filter(pk__in=set(ids))}


def community_within(scope: Scope, community: int) -> Community:
    """
    Return a community of the scope's places.

    :raises NotFound: there is none of this number, or it lies outside
    """
    found = Community.objects.filter(scope.within("pk"), pk=community).first()
    if found is None:
        raise NotFound()
    return found


def full_names(scope: Scope, communities: Iterable[int]) -> dict[int, str]:
    """Return the communities' names with their districts and streets in front."""
    found = communities_by_id(scope, communities)
    above = paths_of(scope, found)
    return {
        number: Candidate(number, community.name, above[number]).full_name
        for number, community in found.items()
    }


def aliases_of(scope: Scope, community: int) -> list[str]:
    """Return the other names of a community, by which it is found too."""
    rows = Alias.objects.filter(community_id=community).order_by("pk")
    return list(rows.values_list("name", flat=True))


def communities_within(scope: Scope, *, limit: int) -> list[Community]:
    """Return the scope's communities in force in the order of their numbers, at most `limit`."""
    listed = CommunityCode.objects.filter(community_id=OuterRef("pk"), valid_to=None)
    rows = Community.objects.filter(scope.within("pk")).filter(Q(local=True) | Exists(listed))
    return list(rows.order_by("pk")[:limit])


def place_tree(scope: Scope, incident_communities: Iterable[int]) -> tuple[PlaceNode, ...]:
    """
    Return the scope's communities of an operation, below their streets and districts.

    The tree begins where it first branches: one street is not shown below its province.
    """
    numbers = sorted(number for number in set(incident_communities) if scope.covers(number))
    communities = communities_by_id(scope, numbers)
    routes = {number: path_of(number)[2:] for number in communities}
    names = division_names(scope, {code for route in routes.values() for code in route})
    routes = {
        number: tuple(code for code in route if names.get(code, "") not in {"", *PLACEHOLDERS})
        for number, route in routes.items()
    }
    names |= {number: community.name for number, community in communities.items()}
    return _nodes(routes, names)


class _Silent:
    """A listing that offers no similar names."""

    def __init__(self, listing: Listing) -> None:
        self.by_code, self.by_names = listing.by_code, listing.by_names

    def near(self, search_name: str) -> Sequence[Candidate]:
        return ()


def _is_code(digits: str) -> bool:
    return digits.isascii() and digits.isdigit() and len(digits) == DIGITS


def _unmeant(answer: resolving.Outcome, field: str | None) -> Refused:
    if isinstance(answer, resolving.Ambiguous):
        return NamesSeveralCommunities("", answer.candidates, field=field)
    near = answer.near if isinstance(answer, resolving.Unknown) else ()
    kind = NamesSimilarCommunity if near else NamesNoCommunity
    return kind("", near, field=field)


def _nodes(routes: dict[int, tuple[int, ...]], names: dict[int, str]) -> tuple[PlaceNode, ...]:
    """Group communities by the first code of their routes; those without one stand here."""
    below: dict[int, dict[int, tuple[int, ...]]] = {}
    for number, route in routes.items():
        head, rest = (route[0], route[1:]) if route else (number, ())
        below.setdefault(head, {})[number] = rest
    return tuple(
        PlaceNode(code, names[code], Level.COMMUNITY)
        if code in inside
        else PlaceNode(code, names[code], level_of(code), _nodes(inside, names))
        for code, inside in below.items()
    )


def _aliases_in(text: str) -> dict[str, list[int]]:
    """Return the aliases that an ending of the text is, with the communities that have them."""
    name = normalise_community_name(text[: 2 * resolving.LONGEST_TEXT])
    return _aliases_called({name[start:] for start in range(len(name))})


def _aliases_called(endings: Collection[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    rows = Alias.objects.filter(search_name__in=endings)
    for search_name, community in rows.values_list("search_name", "community_id"):
        found.setdefault(search_name, []).append(community)
    return found


def _listed(candidates: Sequence[Candidate]) -> str:
    named = [
        gettext("%(name)s (%(code)s)") % {"name": one.full_name, "code": one.code}
        for one in candidates[:_NAMED_AT_MOST]
    ]
    more = ["…"] if len(candidates) > _NAMED_AT_MOST else []
    return pgettext("between items", "; ").join([*named, *more])


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN_OF_TEXT else text[:_SHOWN_OF_TEXT] + "…"
