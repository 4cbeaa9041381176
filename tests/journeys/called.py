"""A call on today's date that asks the bureau: many people with long names signed up for it."""

from datetime import timedelta
from uuid import UUID

from tests.journeys.crowd.names import LONG, MORE
from tests.world import BEFORE, FENGLIN, LOCAL, SENT, World, id_of
from xiachen.base import clock
from xiachen.base.ids import uuid7
from xiachen.mobilisation.models.call_ups import CallUp
from xiachen.mobilisation.operations.call_ups import CriterionEntry, QuotaEntry, call_up
from xiachen.mobilisation.operations.selections import accept, put_on_waiting_list, refuse
from xiachen.mobilisation.operations.sign_ups import SignUpEntry, sign_up
from xiachen.notices.operations.documents import issue_document
from xiachen.people.operations.members import MemberEntry, enter_members
from xiachen.people.operations.skills import register_skill
from xiachen.privacy.scope import Role

NUMBER = "枫组〔2020〕8号"


def issue(world: World) -> UUID:
    """Issue the document on which people are called up."""
    return issue_document(
        world.system,
        incident=world.incident.pk,
        kind="call",
        number=NUMBER,
        title="关于选派党员干部下沉社区参加疫情防控工作的通知",
        issuers=[world.bureau.pk, world.city_bureau.pk],
        issued_on=BEFORE,
        parent=world.document.pk,
    ).pk


def call(world: World) -> CallUp:
    """Call people up: sixty sign up, some are accepted, wait or are refused."""
    now = clock.now()
    day = clock.local_day(now)
    register_skill(world.system, code="driving", name="驾驶", name_en="driving")
    made = call_up(
        world.scope(Role.MOBILISER),
        document=issue(world),
        division=420111000000,
        headcount=40,
        asks=LONG,
        from_day=day,
        to_day=day + timedelta(days=29),
        opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=3),
        leader_rank="处级",
        public=True,
        criteria=[
            CriterionEntry(kind="party", value="full"),
            CriterionEntry(kind="skill", value="driving", weight=10),
            CriterionEntry(kind="home", value=str(FENGLIN // 1_000_000 * 1_000_000), weight=5),
            CriterionEntry(kind="not-excused", value="kept"),
        ],
        quotas=[
            QuotaEntry(organisation=world.bureau.pk, minimum=30),
            QuotaEntry(organisation=world.city_bureau.pk, minimum=5, maximum=20),
        ],
    )
    people = _people(world)
    wanted = [
        SignUpEntry(id=uuid7(), member=one, community=FENGLIN, words=LONG[:60]) for one in people
    ]
    mobiliser = world.scope(Role.MOBILISER)
    sign_up(mobiliser, call_up=made.pk, entries=wanted, at=now)
    ids = [one.id for one in wanted]
    accept(mobiliser, call_up=made.pk, sign_ups=ids[:9], at=now)
    put_on_waiting_list(mobiliser, call_up=made.pk, sign_ups=ids[9:14], at=now)
    refuse(mobiliser, call_up=made.pk, sign_ups=ids[14:16], reason="enough", at=now)
    return made


def _people(world: World) -> list[UUID]:
    entries = [
        MemberEntry(
            id=id_of(f"of the call {name}"),
            name=name,
            organisation=world.city_bureau.pk,
            party_standing="full" if number % 3 else "none",
            home_community=FENGLIN if number % 2 else None,
            identities=("party-member", "public-servant"),
            skills=("driving",) if number % 4 == 0 else (),
            invented=True,
        )
        for number, name in enumerate(MORE)
    ]
    enter_members(world.system, entries=entries, at=clock.now())
    return [*(id_of(name) for name in SENT), id_of(LOCAL), *(one.id for one in entries)]
