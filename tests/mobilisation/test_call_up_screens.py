"""Calling people up, selecting them and signing oneself up on screens; without JavaScript."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.mobilisation.calling import (
    PLACE,
    call,
    document,
    entries,
    himself,
    office,
    signed,
    states,
)
from tests.mobilisation.cast import FIRST, MORNING, Cast
from tests.mobilisation.test_screens import browser
from tests.world import LOCAL, SENT
from xiachen.base import clock
from xiachen.mobilisation.models.call_ups import CallUp, Quota
from xiachen.mobilisation.models.sign_ups import Decision, SignUp
from xiachen.mobilisation.operations.call_ups import CriterionEntry, QuotaEntry
from xiachen.mobilisation.operations.selections import accept, put_on_waiting_list, withdraw
from xiachen.mobilisation.operations.sign_ups import sign_up
from xiachen.mobilisation.queries.call_ups import unit_lines
from xiachen.mobilisation.queries.sign_ups import to_confirm
from xiachen.people.models.members import Member, Skill
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role

LIST = reverse("mobilisation:call-ups")
NEW = reverse("mobilisation:new-call-up")


@pytest.fixture(autouse=True)
def morning(monkeypatch: pytest.MonkeyPatch) -> None:
    """The doors' clock stands in the term of the calls: what is decided is decided now."""
    monkeypatch.setattr(clock, "now", lambda: MORNING + timedelta(hours=4))


@pytest.fixture
def organiser(cast: Cast) -> Client:
    return browser(cast, Role.ORGANISER)


def form_of(cast: Cast, **other: Any) -> dict[str, Any]:
    return {
        "document": other.get("document") or document(cast),
        "division": PLACE,
        "asks": "值守卡口",
        "headcount": 5,
        "leader_rank": "处级",
        "from_day": FIRST,
        "to_day": FIRST + timedelta(days=9),
        "opens_at": "2020-02-28T08:00",
        "closes_at": "2020-03-04T18:00",
        "answer_hours": 24,
        "public": "on",
        "criterion_0": "party:full",
        "weight_0": "",
        "criterion_1": "identity:party-member",
        "weight_1": "5",
        **other,
    }


def board(made: CallUp) -> str:
    return reverse("mobilisation:selection", args=[made.pk])


def decide(made: CallUp) -> str:
    return reverse("mobilisation:decide", args=[made.pk])


def test_an_empty_list_teaches_the_first_step(cast: Cast, organiser: Client) -> None:
    assert "Nobody has been called up yet." in organiser.get(LIST).content.decode()
    assert "register it first" in organiser.get(NEW).content.decode()


def test_people_are_called_up_and_units_asked(cast: Cast, organiser: Client) -> None:
    answer = organiser.post(NEW, form_of(cast))
    made = CallUp.objects.get()
    quotas = reverse("mobilisation:quotas", args=[made.pk])
    assert answer.headers["location"] == quotas
    assert {(one.kind, one.weight) for one in made.criteria.all()} == {
        ("party", None),
        ("identity", 5),
    }
    text = f"{cast.department.name} 2 4\n观测局二处\n"
    wrong = organiser.post(quotas, {"quotas": text})
    assert wrong.status_code == 422 and "Line 2 names no unit" in wrong.content.decode()
    text = f"{cast.department.short_name} 2 4\n{cast.office.name}，3\n"
    page = organiser.post(quotas, {"quotas": text}, follow=True).content.decode()
    assert set(Quota.objects.values_list("organisation", "minimum", "maximum")) == {
        (cast.department.pk, 2, 4),
        (cast.office.pk, 0, 3),
    }
    assert f"/sign-up/{made.token}" in page and "处级" in page and "must be met" in page
    assert f"{cast.department.name} 2 4" in organiser.get(quotas).content.decode()


def test_a_wrong_form_says_what_is_wrong(cast: Cast, organiser: Client) -> None:
    answer = organiser.post(NEW, form_of(cast, closes_at="2020-02-01T08:00", headcount=""))
    assert answer.status_code == 422 and not CallUp.objects.exists()
    answer = organiser.post(NEW, form_of(cast, document=cast.department.pk))
    assert answer.status_code == 422


def test_what_a_call_wants_is_changed(cast: Cast, organiser: Client) -> None:
    made = call(cast)
    address = reverse("mobilisation:change-call-up", args=[made.pk])
    assert 'value="处级"' in organiser.get(address).content.decode()
    given = form_of(cast, document=made.document_id, headcount=7)
    assert organiser.post(address, given).status_code == 302
    made.refresh_from_db()
    assert made.headcount == 7 and made.public


def test_the_board_ranks_filters_and_explains(cast: Cast, organiser: Client) -> None:
    Skill.objects.create(code="driving", name="驾驶", name_en="driving")
    Member.objects.get(pk=cast.people[2]).skills.add(Skill.objects.get(code="driving"))
    criteria = [CriterionEntry(kind="skill", value="driving", weight=7)]
    made = call(cast, criteria=criteria)
    signed(cast, made, [*cast.people[:4], cast.neighbour])
    page = organiser.get(board(made)).content.decode()
    # Of those with one score and one time, the numbers tell the order.
    rest = SignUp.objects.filter(score=0).order_by("pk").values_list("member__name", flat=True)
    places = [page.index(name) for name in (SENT[2], *rest)]
    assert places == sorted(places) and "+7" in page
    for query, names in (
        ("skill=driving", {SENT[2]}),
        ("home=420111000000", {LOCAL}),
        (f"unit={cast.department.pk}&state=ready", {*SENT[:4], LOCAL}),
        ("state=waiting", set()),
        ("kind=volunteer", set()),
        ("unit=nonsense&page=99&home=x", {*SENT[:4], LOCAL}),
        ("home=999999999999&skill=%00", set()),
        ("home=1", {*SENT[:4], LOCAL}),
    ):
        page = organiser.get(f"{board(made)}?{query}").content.decode()
        assert {name for name in (*SENT, LOCAL) if name in page} == names, query
    assert "No place has this code" in page
    seen = AuditEntry.objects.filter(action="mobilisation.view-selection").latest("at")
    assert cast.people[0] in seen.targets


def test_bulk_decisions_keep_the_filter_and_say_what_became_of_them(
    cast: Cast, organiser: Client
) -> None:
    made = call(cast, headcount=3)
    people = signed(cast, made, cast.people[:6])
    there = f"{decide(made)}?state=ready"
    answer = organiser.post(there, {"step": "accept", "sign_ups": people[:2]}, follow=True)
    assert answer.redirect_chain[-1][0] == f"{board(made)}?state=ready"
    assert "Done for 2 people." in answer.content.decode()
    page = organiser.post(there, {"step": "accept", "first": 3}, follow=True).content.decode()
    assert "Done for 1 person." in page and "All 3 places of this call" in page
    left = [one for one in people if states(made)[one] == "ready"]
    page = organiser.post(there, {"step": "refuse", "sign_ups": left[:1]}, follow=True)
    assert "Choose the reason" in page.content.decode()
    organiser.post(there, {"step": "refuse", "sign_ups": left[:1], "reason": "enough"})
    organiser.post(there, {"step": "wait", "sign_ups": left[1:]})
    assert sorted(states(made).values()) == ["accepted"] * 3 + ["refused"] + ["waiting"] * 2
    page = organiser.post(there, {"step": "accept"}, follow=True).content.decode()
    assert "Nobody is ticked" in page
    assert "Say how many" in organiser.post(there, {"step": "?"}, follow=True).content.decode()


def test_the_unit_sees_and_answers_for_its_own(cast: Cast) -> None:
    made = call(cast)
    signed(cast, made, cast.people[:1])
    mine = browser(cast, Role.MEMBER)
    page = mine.get(reverse("mobilisation:my-sign-ups")).content.decode()
    assert made.document.title in page and "I will come" not in page
    mine.post(
        reverse("mobilisation:my-sign-ups"), {"call_up": made.pk, "days": 3, "words": "会开车"}
    )
    own = SignUp.objects.get(member=cast.neighbour)
    assert (own.state, own.words) == ("signed", "会开车")
    liaison = browser(cast, Role.LIAISON)
    page = liaison.get(f"{board(made)}?state=signed").content.decode()
    assert LOCAL in page and SENT[0] not in page and "The unit agrees" in page
    liaison.post(decide(made), {"step": "unit", "sign_ups": [own.pk]})
    own.refresh_from_db()
    assert own.state == "ready"
    assert liaison.post(decide(made), {"step": "accept", "sign_ups": [own.pk]}).status_code == 403


def test_a_candidate_confirms_an_offered_place_when_signed_in(cast: Cast) -> None:
    made = call(cast, headcount=1)
    people = signed(cast, made, [cast.people[0], cast.neighbour])
    accept(office(cast), call_up=made.pk, sign_ups=people[:1], at=MORNING)
    put_on_waiting_list(office(cast), call_up=made.pk, sign_ups=people[1:], at=MORNING)
    mine = browser(cast, Role.MEMBER)
    address = reverse("mobilisation:my-sign-ups")
    assert "0 people wait before you." in mine.get(address).content.decode()
    withdraw(office(cast), call_up=made.pk, sign_ups=people[:1], at=MORNING)
    assert "I will come" in mine.get(address).content.decode()
    reply = reverse("mobilisation:answer-sign-up", args=[people[1]])
    assert "Confirmed." in mine.post(reply, {"confirm": 1}, follow=True).content.decode()
    assert states(made)[people[1]] == "confirmed"
    other = reverse("mobilisation:answer-sign-up", args=[people[0]])
    assert mine.post(other, {"withdraw": 1}).status_code == 404
    assert mine.get(reply).status_code == 405
    mine.post(reply, {"withdraw": 1})
    assert Decision.objects.latest("sequence").state == "withdrawn"


def test_free_places_are_offered_and_a_call_is_closed(cast: Cast, organiser: Client) -> None:
    made = call(cast)
    people = signed(cast, made, cast.people[:2])
    put_on_waiting_list(office(cast), call_up=made.pk, sign_ups=people, at=MORNING)
    organiser.post(reverse("mobilisation:offer-places", args=[made.pk]))
    assert set(states(made).values()) == {"offered"}
    organiser.post(reverse("mobilisation:close-call-up", args=[made.pk]))
    page = organiser.get(reverse("mobilisation:call-up", args=[made.pk])).content.decode()
    assert "call closed" in page and "Close the call" not in page


def test_a_roll_call_signs_up_those_it_names(cast: Cast) -> None:
    made = call(cast)
    liaison = browser(cast, Role.LIAISON)
    address = reverse("mobilisation:sign-up-roll-call", args=[made.pk])
    assert address in liaison.get(reverse("mobilisation:call-up", args=[made.pk])).content.decode()
    text = f"#接龙\n1. {SENT[0]}\n2、{SENT[1]}等2人\n3. 全不识\n"
    page = liaison.post(address, {"text": text}).content.decode()
    assert f'value="{cast.people[0]}" checked' in page and not SignUp.objects.exists()
    assert f'<option value="{cast.people[1]}">' in page and "Nobody found" in page
    given = {"take": "1", "members": [cast.people[0]], "chosen": [cast.people[1], "", "x"]}
    assert "2 people signed up." in liaison.post(address, given, follow=True).content.decode()
    assert set(states(made).values()) == {"ready"} and SignUp.objects.count() == 2
    assert browser(cast, Role.SECRETARY).get(address).status_code == 403


def test_a_roll_call_signs_up_nobody_beside_whose_name_another_number_stands(cast: Cast) -> None:
    address = reverse("mobilisation:sign-up-roll-call", args=[call(cast).pk])
    text = f"1. {SENT[0]} 13911112222\n2. {SENT[1]} 市枫林观测局"
    page = browser(cast, Role.LIAISON).post(address, {"text": text}).content.decode()
    assert "checked" not in page
    assert all(f'<option value="{person}">' in page for person in cast.people[:2])


def test_fairness_is_shown_beside_the_board(cast: Cast, organiser: Client) -> None:
    made = call(cast, quotas=[QuotaEntry(organisation=cast.department.pk, minimum=3, maximum=4)])
    people = signed(cast, made, cast.people[:3])
    accept(office(cast), call_up=made.pk, sign_ups=people[:2], at=MORNING)
    address = reverse("mobilisation:fairness", args=[made.pk])
    assert address in organiser.get(board(made)).content.decode()
    page = organiser.get(address).content.decode()
    assert "1 short" in page and "16.7%" in page and "<h1>" in page
    part = organiser.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "1 short" in part and "<h1>" not in part
    assert browser(cast, Role.LIAISON).get(address).status_code == 403


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.INSPECTOR, Role.STREET, "outsider"])
def test_nobody_else_sees_who_signed_up(cast: Cast, role: Role | str) -> None:
    made = call(cast)
    signed(cast, made, cast.people[:2])
    client = browser(cast, role)
    for address in (board(made), reverse("mobilisation:call-up", args=[made.pk])):
        answer = client.get(address)
        assert answer.status_code in (403, 404), address
        assert SENT[0] not in answer.content.decode()
    assert client.post(decide(made), {"step": "accept", "first": 1}).status_code in (403, 404)
    assert client.get(NEW).status_code == 403


def test_the_board_leaves_as_a_sheet(cast: Cast) -> None:
    made = call(cast)
    signed(cast, made, cast.people[:3])
    client = browser(cast, Role.ORGANISER)
    from tests.world import prove_twice

    prove_twice(client)
    file = client.get(f"{board(made)}?as=csv")
    text = file.content.decode("utf-8-sig")
    assert text.count(cast.department.name) == 3 and file["Content-Disposition"]
    assert not [name for name in SENT if name in text]


def test_every_page_speaks_chinese(cast: Cast) -> None:
    made = call(cast, quotas=[QuotaEntry(organisation=cast.department.pk, minimum=3)])
    signed(cast, made, cast.people[:2])
    client = browser(cast, Role.ORGANISER, language="zh-hans")
    client.cookies["django_language"] = "zh-hans"
    for address in (
        LIST,
        NEW,
        board(made),
        *(
            reverse(f"mobilisation:{name}", args=[made.pk])
            for name in ("call-up", "change-call-up", "quotas")
        ),
    ):
        page = client.get(address).content.decode()
        for english in ("sign", "call", "unit", "place", "people", "score", "Accept", "Refuse"):
            assert f">{english}" not in page, (address, english)


def test_places_offered_while_another_day_is_looked_at_are_offered_from_now_on(
    cast: Cast, organiser: Client
) -> None:
    made = call(cast)
    people = signed(cast, made, cast.people[:2])
    put_on_waiting_list(office(cast), call_up=made.pk, sign_ups=people, at=MORNING)
    organiser.get(f"{board(made)}?day=2020-02-20")
    organiser.post(reverse("mobilisation:offer-places", args=[made.pk]))
    until = set(SignUp.objects.values_list("answer_until", flat=True))
    assert until == {MORNING + timedelta(hours=4 + made.answer_hours)}


@pytest.mark.parametrize("quotas", [True, False])
def test_the_first_page_says_who_waits_for_the_unit_and_leads_there(
    cast: Cast, quotas: bool
) -> None:
    made = call(cast) if quotas else call(cast, quotas=[])
    first, second = cast.people[:2]
    liaison = browser(cast, Role.LIAISON)
    for person, at in ((first, MORNING + timedelta(hours=1)), (second, MORNING)):
        sign_up(himself(cast, person), call_up=made.pk, entries=entries([person]), at=at)
    lines = to_confirm(cast.world.scope(Role.LIAISON))
    assert set(lines.values_list("member_id", flat=True)) == {first, second}
    assert not to_confirm(cast.world.stranger).exists()
    page = liaison.get("/").content.decode()
    assert f'<a href="{LIST}">2 people who signed up wait for the unit&#x27;s word.</a>' in page
    shown = liaison.get(reverse("mobilisation:call-up", args=[made.pk])).content.decode()
    assert board(made) in shown
    liaison.post(decide(made), {"step": "unit", "sign_ups": [one.pk for one in lines]})
    assert set(states(made).values()) == {"ready"}
    assert "wait for the unit" not in liaison.get("/").content.decode()


def test_units_stand_beside_each_other_in_a_call_that_asks_everybody(
    cast: Cast, organiser: Client
) -> None:
    made = call(cast, quotas=[])
    address = reverse("mobilisation:fairness", args=[made.pk])
    empty = organiser.get(address).content.decode()
    assert "Nobody has signed up yet." in empty and "Every unit is asked." in empty
    people = signed(cast, made, [*cast.people[:2], cast.neighbour])
    accept(office(cast), call_up=made.pk, sign_ups=people[:1], at=MORNING)
    lines = {one.unit: one for one in unit_lines(office(cast), call_up=made)}
    assert lines.keys() == {cast.department, cast.office}
    bureau = lines[cast.department]
    assert (bureau.minimum, bureau.signed_up, bureau.held, bureau.people) == (None, 2, 1, 12)
    page = organiser.get(address).content.decode()
    assert page.count("no quota") == 2 and cast.office.name in page
    shown = organiser.get(board(made), {"unit": cast.office.pk}).content.decode()
    assert f'<option value="{cast.office.pk}" selected>' in shown and address in shown
