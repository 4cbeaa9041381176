"""Calling people up: what a call says, whom it reaches, and what can be changed later."""

from datetime import timedelta
from functools import partial

import pytest

from tests.mobilisation.calling import (
    CLOSES,
    OPENS,
    call,
    codes,
    day,
    document,
    entries,
    liaison,
    office,
    refused,
    signed,
    states,
)
from tests.mobilisation.cast import FIRST, HERE, MORNING, Cast
from tests.world import LOCAL
from xiachen.mobilisation.models.call_ups import CallUp, Criterion, Quota
from xiachen.mobilisation.models.sign_ups import SignUp
from xiachen.mobilisation.operations.call_ups import (
    CriterionEntry,
    QuotaEntry,
    change_call_up,
    close_call_up,
    set_quotas,
)
from xiachen.mobilisation.operations.selections import accept
from xiachen.mobilisation.operations.sign_ups import sign_up
from xiachen.mobilisation.queries import call_ups as queries
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role


def test_a_call_stands_on_a_document_once(cast: Cast) -> None:
    made = call(cast)
    assert made.document.issuers.count() == 2 and made.document.parent == cast.document
    assert len(made.token) >= 20 and made.leader_rank == "处级"
    assert AuditEntry.objects.filter(action="mobilisation.call-up", targets=[made.pk]).exists()
    number = made.document.number
    again = refused(lambda: call(cast, document=made.document_id, number="枫组〔2020〕2号"))
    assert again.code == "mobilisation.called-already" and number


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("headcount", {"headcount": 0}),
        ("asks", {"asks": " "}),
        ("to_day", {"to_day": day(-1)}),
        ("closes_at", {"closes_at": OPENS}),
        ("answer_hours", {"answer_hours": 0}),
        ("division", {"division": 441602000000}),
        ("division", {"division": 12}),
        ("criteria", {"criteria": [CriterionEntry(kind="age", value="40")]}),
        ("criteria", {"criteria": [CriterionEntry(kind="skill", value="none")]}),
        ("criteria", {"criteria": [CriterionEntry(kind="home", value="somewhere")]}),
        ("criteria", {"criteria": [CriterionEntry(kind="party", value="full", weight=0)]}),
    ],
)
def test_what_cannot_be_right_is_refused_at_its_field(
    cast: Cast, field: str, given: dict[str, object]
) -> None:
    assert refused(lambda: call(cast, **given)).field == field
    assert not CallUp.objects.exists() and not Criterion.objects.exists()


def test_a_unit_stands_once_in_the_quotas(cast: Cast) -> None:
    twice = [QuotaEntry(organisation=cast.department.pk)] * 2
    assert refused(lambda: call(cast, quotas=twice)).field == "quotas"
    crossed = [QuotaEntry(organisation=cast.department.pk, minimum=3, maximum=2)]
    crosswise = lambda: call(cast, quotas=crossed, document=cast.document.pk)  # noqa: E731
    assert refused(crosswise).field == "quotas"


@pytest.mark.parametrize("role", [Role.LIAISON, Role.SECRETARY, Role.HEADQUARTERS, Role.MEMBER])
def test_only_offices_call_people_up(cast: Cast, role: Role) -> None:
    made = call(cast)
    scope = cast.world.scope(role)
    assert refused(lambda: close_call_up(scope, call_up=made.pk, at=MORNING)).status in (403, 404)
    made.refresh_from_db()
    assert made.closed_at is None


def test_a_call_reaches_the_units_asked_their_people_and_nobody_else(cast: Cast) -> None:
    made = call(cast, quotas=[QuotaEntry(organisation=cast.department.pk)])
    reached = lambda scope: list(queries.call_ups(scope))  # noqa: E731
    assert reached(office(cast)) == [made]
    assert reached(liaison(cast)) == [made]
    # Local's office lies below the bureau.
    assert reached(cast.world.scope(Role.MEMBER)) == [made]
    assert reached(cast.world.stranger) == []
    assert reached(cast.member(cast.stranger)) == []
    Quota.objects.all().delete()
    assert reached(cast.member(cast.stranger)) == [made]


def test_the_people_are_measured_again_when_the_criteria_change(cast: Cast) -> None:
    made = call(cast, criteria=[CriterionEntry(kind="party", value="full", weight=10)])
    signed(cast, made, [*cast.people[:2], cast.neighbour])
    assert set(SignUp.objects.values_list("score", "fits")) == {(10, True)}
    changed = change_call_up(
        office(cast),
        call_up=made.pk,
        headcount=6,
        asks="值守卡口",
        opens_at=OPENS,
        closes_at=CLOSES,
        public=True,
        criteria=[
            CriterionEntry(kind="home", value=str(HERE)),
            CriterionEntry(kind="identity", value="party-member", weight=3),
        ],
    )
    assert changed.headcount == 6 and changed.public
    here = SignUp.objects.get(member=cast.world.members[LOCAL])
    assert (here.score, here.fits, len(here.met)) == (3, True, 2)
    assert not SignUp.objects.filter(fits=True).exclude(pk=here.pk).exists()


def test_no_fewer_places_than_are_given_away(cast: Cast) -> None:
    made = call(cast)
    people = signed(cast, made, cast.people[:4])
    accept(office(cast), call_up=made.pk, sign_ups=people, at=MORNING)
    fewer = {"headcount": 3, "asks": "x", "opens_at": OPENS, "closes_at": CLOSES}
    change = lambda: change_call_up(office(cast), call_up=made.pk, **fewer)  # type: ignore[arg-type] # noqa: E731
    assert refused(change).field == "headcount"
    tight = [QuotaEntry(organisation=cast.department.pk, maximum=3)]
    quotas = lambda: set_quotas(office(cast), call_up=made.pk, quotas=tight)  # noqa: E731
    assert refused(quotas).code == "mobilisation.fewer-than-held"
    others = [QuotaEntry(organisation=cast.office.pk)]
    left_out = lambda: set_quotas(office(cast), call_up=made.pk, quotas=others)  # noqa: E731
    assert refused(left_out).code == "mobilisation.fewer-than-held"
    roomy = [QuotaEntry(organisation=cast.department.pk, minimum=2, maximum=4)]
    set_quotas(office(cast), call_up=made.pk, quotas=roomy)
    assert Quota.objects.get().maximum == 4


def test_nothing_happens_in_a_closed_call(cast: Cast) -> None:
    made = call(cast)
    people = signed(cast, made, cast.people[:1])
    close_call_up(office(cast), call_up=made.pk, at=MORNING)
    late = partial(
        sign_up, liaison(cast), call_up=made.pk, entries=entries(cast.people[1:2]), at=MORNING
    )
    assert refused(late).code == "mobilisation.call-up-not-open"
    select = lambda: accept(office(cast), call_up=made.pk, sign_ups=people, at=MORNING)  # noqa: E731
    assert refused(select).code == "mobilisation.call-up-closed"
    assert set(states(made).values()) == {"ready"}


@pytest.mark.parametrize("at", [OPENS - timedelta(minutes=1), CLOSES])
def test_sign_ups_are_taken_between_the_opening_and_the_close(cast: Cast, at: object) -> None:
    made = call(cast)
    early = partial(
        sign_up, liaison(cast), call_up=made.pk, entries=entries(cast.people[:1]), at=at
    )
    assert refused(early).code == "mobilisation.call-up-not-open"


def test_the_funnel_and_the_units_of_a_call(cast: Cast) -> None:
    quotas = [
        QuotaEntry(organisation=cast.department.pk, minimum=4, maximum=6),
        QuotaEntry(organisation=cast.office.pk, maximum=1),
    ]
    made = call(cast, quotas=quotas)
    people = signed(cast, made, [*cast.people[:3], cast.neighbour])
    done = accept(office(cast), call_up=made.pk, sign_ups=people[1:], at=MORNING)
    assert codes(done) == ["new"] * 3
    funnel = queries.funnel(office(cast), call_up=made)
    assert (funnel.units, funnel.signed_up, funnel.unit_confirmed) == (2, 4, 4)
    assert (funnel.accepted, funnel.confirmed, funnel.sent) == (3, 0, 0)
    below, bureau = queries.unit_lines(office(cast), call_up=made)
    assert (below.unit, below.signed_up, below.held) == (cast.office, 1, 1)
    # The bureau counts its own eleven and the one of the office below it.
    assert (bureau.people, bureau.signed_up, bureau.held, bureau.short) == (12, 3, 2, 2)
    assert round(bureau.share or 0, 1) == 16.7
    assert made.from_day == FIRST


def test_a_document_of_another_incident_is_no_ground(cast: Cast) -> None:
    assert refused(lambda: call(cast, document=cast.department.pk)).field == "document"
    assert document(cast, "枫组〔2020〕9号")
