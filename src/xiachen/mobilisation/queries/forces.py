"""
Who is down in the communities (下沉力量), through both channels, each person once.

The sent, those who joined on the spot and those who reported in where they live are one force; a
person in two channels is one person and two report-ins.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)

from xiachen.figures.figure import Cutoff
from xiachen.mobilisation.models.report_ins import Channel, ReportIn
from xiachen.mobilisation.models.stays import Dispatch, Enrolment
from xiachen.mobilisation.queries.dispatches import dispatches
from xiachen.mobilisation.queries.report_ins import report_ins
from xiachen.mobilisation.queries.stays import enrolled
from xiachen.people.models.members import Identity, IdentityKind, Member
from xiachen.people.models.units import Organisation
from xiachen.places.models import Community
from xiachen.places.rules.codes import is_local, ranges_of
from xiachen.privacy.scope import Scope, any_of

_LOCAL = 99 * 10**10
NO_UNIT = "none"


def forces(scope: Scope, cutoff: Cutoff, here: Q | None = None) -> QuerySet[Member]:
    """
    Return everybody who was sent, has joined or has reported in at home up to the day.

    :param here: a condition on `community_id`, for those of some communities
    """
    place = here or Q()
    stays = enrolled(scope, cutoff).filter(place).order_by().values("member_id")
    homes = at_home(scope, cutoff).filter(place).order_by().values("member")
    return Member.objects.filter(Q(pk__in=stays) | Q(pk__in=homes)).order_by("pk")


def at_home(scope: Scope, cutoff: Cutoff) -> QuerySet[ReportIn]:
    """Return the report-ins of persons where they live (就近就地报到)."""
    return report_ins(scope, cutoff).filter(channel=Channel.RESIDENCE)


def through_both(scope: Scope, cutoff: Cutoff) -> QuerySet[Member]:
    """Return who was sent by a unit and has reported in at home as well."""
    sent = enrolled(scope, cutoff).filter(source="dispatched").order_by().values("member_id")
    homes = at_home(scope, cutoff).order_by().values("member")
    return Member.objects.filter(pk__in=sent).filter(pk__in=homes).order_by("pk")


def of_kind(scope: Scope, cutoff: Cutoff, kind: str) -> QuerySet[Member]:
    """Return the forces of one kind of person; somebody may be of several."""
    theirs = Identity.objects.filter(kind=kind).values("member_id")
    return forces(scope, cutoff).filter(pk__in=theirs)


def resident_volunteers(scope: Scope, cutoff: Cutoff) -> QuerySet[Member]:
    """Return the volunteers among the forces whom no unit employs."""
    return of_kind(scope, cutoff, IdentityKind.VOLUNTEER).filter(organisation=None)


def batches(scope: Scope, cutoff: Cutoff) -> QuerySet[Dispatch]:
    """Return the dispatches up to the day, of which each batch number counts once."""
    return dispatches(scope, incident=cutoff.incident).filter(sent_on__lte=cutoff.day)


def sending_units(scope: Scope, cutoff: Cutoff) -> QuerySet[Organisation]:
    """Return the units that have sent people up to the day."""
    sent = batches(scope, cutoff).order_by().values("organisation_id")
    return Organisation.objects.filter(pk__in=sent).order_by("name", "pk")


def communities(scope: Scope, cutoff: Cutoff) -> QuerySet[Community]:
    """Return the communities to which forces have come."""
    stays = enrolled(scope, cutoff).order_by().values("community_id")
    homes = at_home(scope, cutoff).order_by().values("community_id")
    return Community.objects.filter(Q(pk__in=stays) | Q(pk__in=homes)).order_by("pk")


def streets(scope: Scope, cutoff: Cutoff) -> QuerySet[Community]:
    """Return one community, the first by number, of each street to which forces have come."""
    rows = communities(scope, cutoff).order_by().annotate(street=_street("pk"))
    first = rows.values("street").annotate(first=Min("pk")).values("first")
    return Community.objects.filter(pk__in=first).order_by("pk")


def by_kind(scope: Scope, cutoff: Cutoff) -> dict[str, int]:
    """Return how many people of each kind there are among the forces."""
    rows = Identity.objects.filter(member__in=forces(scope, cutoff).order_by().values("pk"))
    return dict(rows.order_by().values_list("kind").annotate(Count("member_id", distinct=True)))


def by_unit(scope: Scope, cutoff: Cutoff, kind: str = "") -> dict[str, int]:
    """
    Return how many people of each unit there are among the forces; `NO_UNIT` of none.

    :param kind: counts those of one kind alone
    """
    people = of_kind(scope, cutoff, kind) if kind else forces(scope, cutoff)
    rows = people.order_by().values_list("organisation_id").annotate(Count("pk"))
    return {str(unit or NO_UNIT): number for unit, number in rows}


def of_unit(scope: Scope, cutoff: Cutoff, key: str) -> QuerySet[Member]:
    """Return the forces of one unit."""
    rows = forces(scope, cutoff)
    if key == NO_UNIT:
        return rows.filter(organisation=None)
    try:
        return rows.filter(organisation_id=UUID(key))
    except ValueError:
        return rows.none()


def by_community(scope: Scope, cutoff: Cutoff, kind: str = "") -> dict[str, int]:
    """Return how many people each community has had; somebody may have been in several."""
    return _by_place(scope, cutoff, "community_id", kind)


def by_street(scope: Scope, cutoff: Cutoff, kind: str = "") -> dict[str, int]:
    """Return how many people each street has had; somebody may have been in several."""
    return _by_place(scope, cutoff, "street", kind)


def of_place(scope: Scope, cutoff: Cutoff, key: str) -> QuerySet[Member]:
    """Return the forces of a street or community, by its number."""
    if not (key.isascii() and key.isdigit() and len(key) == 12):
        return Member.objects.none()
    return forces(scope, cutoff, _in_place(int(key)))


def _in_place(code: int) -> Q:
    """Return the condition that `community_id` lies in a division or is the community."""
    if is_local(code):
        return Q(community_id=code)
    return any_of(Q(community_id__gte=low, community_id__lte=high) for low, high in ranges_of(code))


def by_source(scope: Scope, cutoff: Cutoff) -> Mapping[str, int]:
    """Return how many people were sent, have joined, and have reported in at home."""
    rows = enrolled(scope, cutoff).order_by().values_list("source")
    found = dict(rows.annotate(Count("member_id", distinct=True)))
    found["residence"] = at_home(scope, cutoff).order_by().values("member").distinct().count()
    return found


def there_on(scope: Scope, rows: QuerySet[Enrolment]) -> Counter[int]:
    """Return how many people of some stays there are in each community."""
    counted = (
        rows.order_by().values_list("community_id").annotate(Count("member_id", distinct=True))
    )
    return Counter(dict(counted))


def _by_place(scope: Scope, cutoff: Cutoff, place: str, kind: str) -> dict[str, int]:
    """Count those enrolled in each place, and those who only live and report there."""
    street = _street("community_id")
    stays = enrolled(scope, cutoff).annotate(street=street).order_by()
    homes = at_home(scope, cutoff).annotate(street=street).order_by()
    if kind:
        theirs = Identity.objects.filter(kind=kind).values("member_id")
        stays, homes = stays.filter(member__in=theirs), homes.filter(member__in=theirs)
    as_well = stays.filter(member_id=OuterRef("member"), **{place: OuterRef(place)})
    found: Counter[int] = Counter()
    for number, people in stays.values_list(place).annotate(Count("member_id", distinct=True)):
        found[number] += people
    only = homes.filter(~Exists(as_well))
    for number, people in only.values_list(place).annotate(Count("member", distinct=True)):
        found[number] += people
    return {str(number): people for number, people in found.items()}


def _street(field: str) -> Case:
    """Return the street's code of a community's number; one made here has it inside."""
    made_here = (F(field) - Value(_LOCAL)) / Value(10) * Value(1000)
    listed = F(field) / Value(1000) * Value(1000)
    return Case(
        When(
            **{f"{field}__gte": _LOCAL},
            then=ExpressionWrapper(made_here, output_field=BigIntegerField()),
        ),
        default=ExpressionWrapper(listed, output_field=BigIntegerField()),
    )


def unit_names(scope: Scope, keys: Iterable[str]) -> dict[str, str]:
    """Return the names of units by their keys."""
    ids = [UUID(key) for key in keys if key != NO_UNIT]
    return {
        str(pk): name
        for pk, name in Organisation.objects.filter(pk__in=ids).values_list("pk", "name")
    }
