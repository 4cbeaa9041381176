"""The divisions in the database, as the resolver asks for them."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from xiachen.places.models import Community, CommunityCode, Division
from xiachen.places.rules.codes import path_of, range_of
from xiachen.places.rules.listing import NEAR_POOL, Candidate, pairs
from xiachen.places.rules.names import LONGEST_STREET_FORM, PLACEHOLDERS, street_names
from xiachen.privacy.scope import EVERYWHERE, Scope, any_of

Ranges = tuple[tuple[int, int], ...]


class DatabaseListing:
    """
    The communities in force that a scope may mean; the three questions of `rules.listing.Listing`.

    A scope without places of its own, such as a unit's, may mean any community: names are no
    secret. One with places means those.

    :param within: ranges of numbers that narrow it down further
    :param day: the day whose list holds; without it, the newest
    """

    def __init__(
        self, scope: Scope, *, within: Ranges | None = None, day: date | None = None
    ) -> None:
        self._scope = scope
        self._communities = Community.objects.all()
        if scope.places and not set(EVERYWHERE) <= set(scope.places):
            self._communities = self._communities.filter(scope.within("pk"))
        if within is not None:
            self._communities = self._communities.filter(
                any_of(Q(pk__range=limits) for limits in within)
            )
        self._day = day

    def by_code(self, code: int) -> Candidate | None:
        """Return the community of a 12-digit code, or else of that permanent number."""
        coded = self._codes_in_force().filter(code=code).values("community_id")
        found = self._communities.filter(Q(pk__in=coded)) or self._communities.filter(pk=code)
        return next(iter(self._candidates(found)), None)

    def by_names(self, search_names: Sequence[str]) -> Sequence[Candidate]:
        """Return every community in force whose search name is one of these."""
        return self._candidates(self._in_force().filter(search_name__in=set(search_names)))

    def near(self, search_name: str) -> Sequence[Candidate]:
        """
        Return those that share most pairs of characters, and all of a township it names.

        Those of a city or district that the text names go before namesakes elsewhere.
        """
        wanted = sorted(pairs(search_name))
        if not wanted:
            return []
        townships = self._townships_in(search_name)
        alike = Q()
        for pair in wanted:
            alike |= Q(search_name__contains=pair)
        for low, high in map(range_of, townships):
            alike |= Q(pk__range=(low, high))
        rows = self._in_force().filter(alike).values_list("pk", "search_name")
        streets = {code // 1000 for code in townships}
        named = self._above_in(search_name)
        scored = sorted(
            (
                -len(pairs(name) & set(wanted))
                - 10 * (code // 1000 in streets)
                - 20 * (len(named.intersection(path_of(code))) if named else 0),
                code,
            )
            for code, name in rows
        )
        best = [code for _, code in scored[:NEAR_POOL]]
        return self._candidates(Community.objects.filter(pk__in=best))

    def _in_force(self) -> QuerySet[Community]:
        listed = self._codes_in_force().filter(community_id=OuterRef("pk"))
        return self._communities.filter(Q(local=True) | Exists(listed))

    def _codes_in_force(self) -> QuerySet[CommunityCode]:
        if self._day is None:
            return CommunityCode.objects.filter(valid_to=None)
        return CommunityCode.objects.filter(
            Q(valid_to=None) | Q(valid_to__gt=self._day), valid_from__lte=self._day
        )

    def _above_in(self, text: str) -> set[int]:
        """Return the provinces, cities and districts whose whole names stand in the text."""
        # A short form (武汉) is part of other names too, so it proves nothing here.
        rows = Division.objects.filter(level__lt=4).values_list("code", "name")
        return {code for code, name in rows if name in text and name not in PLACEHOLDERS}

    def _townships_in(self, text: str) -> list[int]:
        parts = {
            text[start:end]
            for start in range(len(text))
            for end in range(start + 2, min(start + LONGEST_STREET_FORM, len(text)) + 1)
        }
        named = Division.objects.filter(
            level=4, search_name__in={form for part in parts for form in street_names(part)}
        )
        return list(named.values_list("code", flat=True).distinct())

    def _candidates(self, communities: Iterable[Community]) -> list[Candidate]:
        found = list(communities)
        above = paths_of(self._scope, [community.pk for community in found], day=self._day)
        return [Candidate(one.pk, one.name, above[one.pk]) for one in found]


class GatheredListing(DatabaseListing):
    """
    The same for many texts: the names and codes that they may hold are read in two queries.

    :param names: search names that will be asked for
    :param codes: codes that will be asked for
    """

    def __init__(
        self,
        scope: Scope,
        *,
        names: Iterable[str],
        codes: Iterable[int],
        within: Ranges | None = None,
    ) -> None:
        super().__init__(scope, within=within)
        self._names = frozenset(names)
        self._codes = frozenset(codes)
        self._named: dict[str, list[Candidate]] = {}
        for candidate in super().by_names(sorted(self._names)):
            self._named.setdefault(candidate.search_name, []).append(candidate)
        self._coded = self._by_codes()

    def by_code(self, code: int) -> Candidate | None:
        """Return the community of a 12-digit code, or else of that permanent number."""
        return self._coded.get(code) if code in self._codes else super().by_code(code)

    def by_names(self, search_names: Sequence[str]) -> Sequence[Candidate]:
        """Return every community in force whose search name is one of these."""
        if not self._names.issuperset(search_names):
            return super().by_names(search_names)
        return [one for name in dict.fromkeys(search_names) for one in self._named.get(name, ())]

    def _by_codes(self) -> dict[int, Candidate]:
        coded = dict(
            self._codes_in_force()
            .filter(code__in=self._codes, community__in=self._communities)
            .values_list("code", "community_id")
        )
        wanted = self._communities.filter(pk__in={*self._codes, *coded.values()})
        found = {one.code: one for one in self._candidates(wanted)}
        return found | {code: found[number] for code, number in coded.items() if number in found}


def paths_of(
    scope: Scope, communities: Iterable[int], *, day: date | None = None
) -> dict[int, tuple[str, ...]]:
    """Return the names of the divisions above each community, from the top; one query."""
    codes = {community: path_of(community) for community in communities}
    names = division_names(scope, {code for path in codes.values() for code in path}, day=day)
    return {
        community: tuple(names[code] for code in path if code in names)
        for community, path in codes.items()
    }


def division_names(
    scope: Scope, codes: Iterable[int], *, day: date | None = None
) -> dict[int, str]:
    """Return the names of divisions on a day, or their last ones; they are open to everybody."""
    rows = Division.objects.filter(code__in=set(codes)).order_by("valid_from")
    if day is not None:
        rows = rows.filter(valid_from__lte=day)
    return dict(rows.values_list("code", "name"))
