"""
Every screen, looked at in both languages and on three widths, with too much and with nothing.

The pictures are kept where XIACHEN_PICTURES names a folder.
"""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client

from tests.journeys.arrival import send
from tests.journeys.crowd.day import Crowd, fill
from tests.journeys.handsets import hand_out
from tests.journeys.looking import faults, too_wide
from tests.journeys.on_their_way import send_sheets
from tests.journeys.visitor import Visit, Visitor
from tests.world import FENGLIN, LOCAL, ZISONG, World, prove_twice
from xiachen.command.models import Supervision
from xiachen.mobilisation.models.stays import Enrolment
from xiachen.people.models.accounts import Account

pytestmark = pytest.mark.browser

WIDTHS = (360, 768, 1440)
ANSWERED = {"not-found": 404, "refused": 403, "link-over": 410, "pass-over": 410}
LANGUAGES = {"zh-hans": "zh-CN", "en": "en"}
Screen = tuple[str, str]


def test_every_screen_with_too_much_on_it(committed_world: World, visit: Visit) -> None:
    crowd = fill(send(committed_world))
    _look(visit(), _full(crowd), "full")


def test_every_screen_with_nothing_on_it(committed_world: World, visit: Visit) -> None:
    _look(visit(), _empty(), "empty")


def _look(visitor: Visitor, screens: dict[str, list[Screen]], state: str) -> None:
    wrong = [
        f"{where}: {what}"
        for language, lang in LANGUAGES.items()
        for username, addresses in screens.items()
        for where, what in _of_one(visitor, username, addresses, (language, lang), state)
    ]
    assert wrong == [], "\n".join(wrong)


def _of_one(
    visitor: Visitor,
    username: str,
    addresses: list[Screen],
    language: tuple[str, str],
    state: str,
) -> Iterator[tuple[str, str]]:
    _become(visitor, username, language[0])
    for name, address in addresses:
        visitor.page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        status = visitor.go(address).status
        where = f"{state} {username} {name} {language[0]}"
        if status != ANSWERED.get(name, 200):
            yield where, f"status {status}"
            continue
        for width in WIDTHS:
            visitor.page.set_viewport_size({"width": width, "height": 900})
            visitor.photograph(f"{state}-{username or 'nobody'}-{name}-{language[1]}-{width}")
            yield from ((f"{where} {width}", what) for what in too_wide(visitor.page))
        yield from ((where, what) for what in faults(visitor.page, language[1]))
        visitor.page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        yield from ((f"{where} large", what) for what in too_wide(visitor.page, large=True))
        yield from ((where, what) for what in visitor.faults)
        visitor.faults.clear()


def _become(visitor: Visitor, username: str, language: str) -> None:
    """Go on as somebody else, in the other language, without the way through the sign-in."""
    visitor.context.clear_cookies()
    chosen = {settings.LANGUAGE_COOKIE_NAME: language}
    if username:
        client = Client()
        client.force_login(
            Account.objects.get(username=username),
            "allauth.account.auth_backends.AuthenticationBackend",
        )
        prove_twice(client)
        chosen[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    visitor.context.add_cookies(
        [{"name": name, "value": value, "url": visitor.site} for name, value in chosen.items()]
    )


def _of_strangers(crowd: Crowd) -> list[Screen]:
    return [
        ("sign-in", "/accounts/login/?next=/needs/"),
        ("forgotten", "/accounts/password/reset/"),
        ("notice-link", f"/notices/read/{crowd.link}"),
        ("link-over", "/notices/read/spoilt"),
        ("certificate-link", f"/attendance/c/{crowd.certificate_link}"),
        ("not-found", "/attendance/c/spoilt"),
        ("pass-over", "/pass/spoilt"),
    ]


def _forces(crowd: Crowd) -> list[Screen]:
    stay = Enrolment.objects.filter(source="dispatched").latest("pk")
    return [
        ("home", "/"),
        ("report-in", f"/mobilisation/{FENGLIN}/"),
        ("join", f"/mobilisation/{FENGLIN}/join?q="),
        ("take-back", f"/mobilisation/{FENGLIN}/report-in/{crowd.report_in}"),
        ("people-sent", "/mobilisation/dispatches/"),
        ("dispatch", f"/mobilisation/dispatches/{stay.dispatch_id}"),
        ("roll-call", f"/mobilisation/{FENGLIN}/roll-call"),
        ("completion", "/mobilisation/completion/"),
        ("forces", "/mobilisation/forces/?by=unit"),
        ("forces-people", "/mobilisation/forces/people"),
        ("returned", "/deployment/returned/"),
        ("end-stay", f"/mobilisation/stays/{stay.pk}/end"),
        ("briefing", f"/deployment/briefing/{FENGLIN}"),
        ("needed", "/deployment/needed"),
        ("strength", f"/deployment/strength/{FENGLIN}"),
        ("answer-move", f"/deployment/moves/{crowd.move}"),
    ]


def _attendance(crowd: Crowd) -> list[Screen]:
    return [
        ("attendance", "/attendance/"),
        ("correct", f"/attendance/{FENGLIN}/correct/{crowd.check_in}"),
        ("duty", "/attendance/duty/?show=everybody"),
        ("attendance-doubtful", "/attendance/?show=doubtful"),
        ("places-to-sign-in-at", f"/attendance/{FENGLIN}/places/"),
        ("new-place-to-sign-in-at", f"/attendance/{FENGLIN}/places/new"),
        ("place-to-sign-in-at", f"/attendance/{FENGLIN}/places/{crowd.place}"),
        ("poster", f"/attendance/{FENGLIN}/places/{crowd.place}/poster"),
        ("code-on-site", f"/attendance/{FENGLIN}/places/{crowd.place}/code"),
        ("hours", "/attendance/hours/"),
        ("ledger", f"/attendance/hours/{crowd.people[10]}/"),
        ("stand-ins", "/attendance/stand-ins/"),
        ("find-stand-in", f"/attendance/stand-ins/{crowd.empty_place}/find"),
        ("injuries", "/attendance/injuries/"),
        ("injury", f"/attendance/{FENGLIN}/injuries/{crowd.injury}/"),
        ("record-injury", f"/attendance/{FENGLIN}/injuries/record"),
        ("answer", f"/attendance/{FENGLIN}/answer/not-present/{crowd.people[47]}"),
    ]


def _community(crowd: Crowd) -> list[Screen]:
    world = crowd.arrival.world
    return [
        ("tasks", "/needs/"),
        ("task", f"/needs/{FENGLIN}/{crowd.task}"),
        ("issue-task", "/needs/issue"),
        ("work", "/needs/work/"),
        ("work-record", f"/needs/work/{FENGLIN}/{crowd.work}"),
        ("correct-work", f"/needs/work/{FENGLIN}/{crowd.work}/correct"),
        ("places", "/places/search?q=滨湖社区"),
        ("community", f"/places/{FENGLIN}"),
        ("grid", f"/places/{FENGLIN}/grids/{world.grids[0].pk}"),
        ("compound", f"/places/{FENGLIN}/compounds/{crowd.compound}"),
        ("building", f"/places/{FENGLIN}/buildings/{crowd.building}"),
        ("residents", f"/people/doors/{FENGLIN}/{crowd.household}"),
        ("heads", f"/people/heads/{FENGLIN}"),
        ("people", "/people/"),
        ("person", f"/people/{crowd.people[10]}"),
        ("unmask", f"/people/{world.local}/unmask"),
        ("register-building", f"/places/{FENGLIN}/buildings/register"),
        ("work-sites", "/places/work-sites"),
        ("notices-sent", "/notices/sent/"),
        ("notice", f"/notices/{crowd.notice}/"),
        ("chase", f"/notices/{crowd.notice}/chase"),
        ("write-notice", "/notices/write"),
        ("messages", "/notices/messages/"),
    ]


def _phones(crowd: Crowd) -> list[Screen]:
    team = crowd.arrival.team
    handsets = hand_out(crowd)
    return [
        ("phones", "/phones/"),
        ("phone", f"/phones/{handsets.device}"),
        ("phone-struck-off", f"/phones/{handsets.struck_off}"),
        ("invite", f"/phones/invite?team={team}"),
        ("links", "/phones/invitations/"),
        ("records", "/phones/records/"),
        ("hand-over", "/phones/hand-over"),
        ("records-settled", "/phones/records/?show=settled"),
        ("record", f"/phones/records/{handsets.mendable}"),
        ("record-unknown", f"/phones/records/{handsets.unknown}?kind=needs.finish"),
        ("record-twice", f"/phones/records/{handsets.twice}"),
    ]


def _of_leader(crowd: Crowd) -> list[Screen]:
    team = crowd.arrival.team
    return [
        ("teams", "/deployment/"),
        ("team", f"/deployment/teams/{team}/"),
        ("new-team", f"/deployment/teams/new?parent={team}"),
        ("squads", f"/deployment/teams/{team}/squads/{FENGLIN}?count=20&smallest=2&largest=4"),
        ("hand-over", f"/deployment/hand-over/{FENGLIN}/{team}"),
        ("going-home", f"/deployment/going-home/{FENGLIN}"),
    ]


def _of_member(crowd: Crowd) -> list[Screen]:
    return [
        ("home", "/"),
        ("my-day", "/needs/mine"),
        ("sign-in-by-code", "/attendance/at/"),
        ("my-hours", "/attendance/hours/mine"),
        ("my-health", "/attendance/health/"),
        ("my-phone", "/phones/mine"),
        ("my-calendar", "/needs/calendar/"),
        ("notices", "/notices/"),
        ("notice", f"/notices/{crowd.notice}/"),
    ]


def _of_liaison(crowd: Crowd) -> list[Screen]:
    item = Supervision.objects.latest("pk")
    return [
        ("home", "/?show=everybody"),
        ("person", f"/command/people/{crowd.people[47]}/"),
        ("certificate", f"/attendance/certificates/{crowd.certificate}/"),
        ("certificates", f"/attendance/certificates/?community={FENGLIN}"),
        ("certificates-to-print", "/attendance/certificates/print"),
        ("supervision", "/command/supervision/"),
        ("supervision-item", f"/command/supervision/{item.pk}/"),
    ]


def _of_organiser(crowd: Crowd) -> list[Screen]:
    world = crowd.arrival.world
    team = crowd.arrival.team
    columns, faulty = send_sheets(world)
    return [
        ("enter-person", "/people/enter"),
        ("sheets", "/papers/"),
        ("send-sheet", "/papers/members/send"),
        ("sheet-columns", f"/papers/drafts/{columns}/"),
        ("sheet-to-mend", f"/papers/drafts/{faulty}/?page=2"),
        ("sheet-line", f"/papers/drafts/{faulty}/lines/2"),
        ("units", "/people/units/"),
        ("unit", "/people/units/register"),
        ("party-organisation", "/people/units/register-party"),
        ("skills", "/people/skills"),
        ("branch", f"/people/branches/{crowd.branch}"),
        ("form-branch", f"/people/units/{world.bureau.pk}/form-branch"),
        ("excuses", "/mobilisation/excuses/"),
        ("team", f"/deployment/teams/{team}/"),
        ("team-types", "/deployment/types"),
    ]


def _of_street(crowd: Crowd) -> list[Screen]:
    return [
        ("home", "/"),
        ("needed", "/deployment/needed"),
        ("moves", "/deployment/moves/"),
        ("ask-move", f"/deployment/moves/ask?giving={FENGLIN}&receiving={ZISONG}&people=3"),
        ("move", f"/deployment/moves/{crowd.move}"),
    ]


def _of_mobiliser(crowd: Crowd) -> list[Screen]:
    world = crowd.arrival.world
    stay = Enrolment.objects.filter(source="dispatched").latest("pk")
    return [
        ("needed", "/deployment/needed"),
        ("send", f"/mobilisation/dispatches/new?organisation={world.bureau.pk}"),
        ("move", f"/mobilisation/dispatches/{stay.dispatch_id}/move"),
        ("recall", f"/mobilisation/dispatches/{stay.dispatch_id}/recall"),
        ("duties", "/mobilisation/duties/"),
        ("slips", "/mobilisation/slips/"),
        ("new-slip", "/mobilisation/slips/new"),
        ("completion", "/mobilisation/completion/"),
    ]


def _of_headquarters(crowd: Crowd) -> list[Screen]:
    item = Supervision.objects.latest("pk")
    return [
        ("home", "/"),
        ("figures", "/command/figures/"),
        ("rows", "/command/figures/attendance.present/"),
        ("bulletins", "/command/bulletins/"),
        ("bulletin", f"/command/bulletins/{crowd.second}/"),
        ("bulletin-before", f"/command/bulletins/{crowd.first}/"),
        ("issue-bulletin", "/command/bulletins/issue/"),
        ("declared", "/command/declared/"),
        ("supervision", "/command/supervision/"),
        ("supervision-item", f"/command/supervision/{item.pk}/"),
        ("ask", "/command/supervision/issue?of=community"),
        ("forces-in-groups", "/command/figures/mobilisation.forces/?by=unit"),
        ("incident", "/incidents/"),
        ("incidents", "/incidents/all"),
        ("documents", "/notices/documents/"),
        ("register-document", "/notices/documents/issue"),
        ("second-factor", "/accounts/2fa/"),
        ("password", "/accounts/password/change/"),
        ("open-incident", "/incidents/open"),
        ("prove-again", "/accounts/reauthenticate/"),
        ("not-found", "/nowhere"),
        ("refused", "/people/accounts/"),
    ]


def _of_administrator(crowd: Crowd) -> list[Screen]:
    world = crowd.arrival.world
    return [
        ("phones", "/phones/"),
        ("accounts", "/people/accounts/"),
        ("account", f"/people/accounts/{world.accounts['secretary'].pk}"),  # type: ignore[index]
        ("open-account", "/people/accounts/open"),
    ]


def _full(crowd: Crowd) -> dict[str, list[Screen]]:
    return {
        "": _of_strangers(crowd),
        "secretary": [
            *_forces(crowd),
            *_attendance(crowd),
            *_community(crowd),
            *_phones(crowd),
        ],
        "leader": _of_leader(crowd),
        "member": _of_member(crowd),
        "liaison": _of_liaison(crowd),
        "organiser": _of_organiser(crowd),
        "street": _of_street(crowd),
        "mobiliser": _of_mobiliser(crowd),
        "headquarters": _of_headquarters(crowd),
        "administrator": _of_administrator(crowd),
        "auditor": [("audit", "/audit/?account=secretary")],
        "privacy-officer": [("unmaskings", "/audit/unmasking")],
    }


def _empty() -> dict[str, list[Screen]]:
    return {
        "outsider": [
            ("home", "/"),
            ("report-in", "/mobilisation/"),
            ("teams", "/deployment/"),
            ("attendance", "/attendance/"),
            ("duty", "/attendance/duty/"),
            ("places-to-sign-in-at", f"/attendance/{ZISONG}/places/"),
            ("sign-in-by-code", "/attendance/at/"),
            ("hours", "/attendance/hours/"),
            ("my-hours", "/attendance/hours/mine"),
            ("stand-ins", "/attendance/stand-ins/"),
            ("injuries", "/attendance/injuries/"),
            ("needed", "/deployment/needed"),
            ("moves", "/deployment/moves/"),
            ("strength", f"/deployment/strength/{ZISONG}"),
            ("tasks", "/needs/"),
            ("my-day", "/needs/mine"),
            ("figures", "/command/figures/"),
            ("rows", "/command/figures/attendance.present/"),
            ("bulletins", "/command/bulletins/"),
            ("places", "/places/search?q=无此社区"),
            ("people", f"/people/?q={LOCAL}"),
            ("notices", "/notices/"),
            ("notices-sent", "/notices/sent/"),
            ("messages", "/notices/messages/"),
            ("phones", "/phones/"),
            ("invite", "/phones/invite"),
            ("links", "/phones/invitations/"),
            ("records", "/phones/records/"),
            ("my-phone", "/phones/mine"),
        ],
        "liaison": [("home", "/"), ("supervision", "/command/supervision/")],
        "headquarters": [("bulletins", "/command/bulletins/"), ("declared", "/command/declared/")],
        "organiser": [
            ("excuses", "/mobilisation/excuses/"),
            ("teams", "/deployment/"),
            ("people-sent", "/mobilisation/dispatches/"),
        ],
        "mobiliser": [
            ("send", "/mobilisation/dispatches/new"),
            ("duties", "/mobilisation/duties/"),
            ("slips", "/mobilisation/slips/"),
            ("new-slip", "/mobilisation/slips/new"),
            ("completion", "/mobilisation/completion/"),
            ("forces", "/mobilisation/forces/"),
            ("returned", "/deployment/returned/"),
        ],
        "auditor": [("audit", "/audit/?action=none.such")],
    }
