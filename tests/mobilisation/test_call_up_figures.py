"""What the figures say of calls, and as of when."""

from datetime import timedelta

from tests.mobilisation.calling import call, liaison, office, signed
from tests.mobilisation.cast import FIRST, MORNING, Cast
from xiachen.base.models import Counter
from xiachen.base.owned.models import CENTRE
from xiachen.figures.figure import Cutoff
from xiachen.mobilisation.figures.call_ups import APPLICANTS, FIGURES, REFUSED, SELECTED, WAITING
from xiachen.mobilisation.operations.selections import (
    accept,
    confirm,
    put_on_waiting_list,
    refuse,
    withdraw,
)
from xiachen.privacy.scope import Role, Scope


def values(cast: Cast, scope: Scope, **other: object) -> list[int]:
    cutoff = Cutoff(
        incident=cast.incident.pk,
        day=FIRST,
        **{"occurred_until": MORNING + timedelta(days=1), **other},  # type: ignore[arg-type]
    )
    return [one.value(scope, cutoff) for one in (APPLICANTS, SELECTED, WAITING, REFUSED)]


def marks() -> dict[int, int]:
    return dict(Counter.objects.filter(community_id=CENTRE).values_list("community_id", "value"))


def test_figures_count_people_once_and_as_of_the_cut_off(cast: Cast) -> None:
    made, other = call(cast), call(cast, number="枫组〔2020〕2号")
    people = signed(cast, made, cast.people[:6])
    signed(cast, other, cast.people[:2])
    before = marks()
    accept(office(cast), call_up=made.pk, sign_ups=people[:3], at=MORNING)
    confirm(liaison(cast), call_up=made.pk, sign_ups=people[:1], at=MORNING)
    put_on_waiting_list(office(cast), call_up=made.pk, sign_ups=people[3:4], at=MORNING)
    refuse(office(cast), call_up=made.pk, sign_ups=people[4:5], reason="enough", at=MORNING)
    assert values(cast, office(cast)) == [6, 3, 1, 1]
    assert values(cast, office(cast), marks=before) == [6, 0, 0, 0]
    earlier = MORNING - timedelta(hours=1)
    assert values(cast, office(cast), occurred_until=earlier) == [0, 0, 0, 0]
    withdraw(liaison(cast), call_up=made.pk, sign_ups=people[:1], at=MORNING)
    assert values(cast, office(cast)) == [6, 2, 1, 1]


def test_figures_reach_as_far_as_the_scope(cast: Cast) -> None:
    made = call(cast)
    signed(cast, made, [*cast.people[:2], cast.neighbour])
    assert values(cast, cast.world.scope(Role.HEADQUARTERS))[0] == 3
    assert values(cast, liaison(cast))[0] == 3
    assert values(cast, cast.world.stranger)[0] == 0
    assert values(cast, cast.world.scope(Role.MEMBER))[0] == 0


def test_opened_rows_name_person_unit_and_call(cast: Cast) -> None:
    made = call(cast)
    signed(cast, made, cast.people[:1])
    cutoff = Cutoff(
        incident=cast.incident.pk, day=FIRST, occurred_until=MORNING + timedelta(days=1)
    )
    for figure in FIGURES:
        page = figure.page(office(cast), figure.opened(office(cast), cutoff))
        assert page.total == (1 if figure is APPLICANTS else 0)
    (line,) = APPLICANTS.page(office(cast), APPLICANTS.opened(office(cast), cutoff)).lines
    assert cast.department.name in line and made.document.number in line
