"""
One small invented town, built through the operations and used by every area's tests.

Fenglin (枫林上城社区) has four grids and is in the incident; so is Zisong (紫菘社区) next door. Her
secretary is the outsider, who must see nothing of what happens in Fenglin. The bureau sends ten
people from elsewhere; the eleventh, Local, lives in Fenglin and joins on the spot.

Every name, phone and identity number is unique and stands in `CANARIES`, so that a leak can be
recognised wherever it turns up. Nobody here exists.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID, uuid5

from django.test import Client

from xiachen.incidents.models import Incident
from xiachen.incidents.operations import include_communities, open_incident
from xiachen.notices.models.documents import Document
from xiachen.notices.operations.documents import issue_document
from xiachen.people.models.accounts import Account, Grant
from xiachen.people.models.units import Organisation, PartyOrganisation
from xiachen.people.operations.accounts import give_grant, open_account
from xiachen.people.operations.members import MemberEntry, enter_members
from xiachen.people.operations.units import register_organisation, register_party_organisation
from xiachen.people.rules import check_digit
from xiachen.places.models import Community, Grid
from xiachen.places.operations.grids import GridEntry, register_grids
from xiachen.privacy.scope import Role, Scope, system_scope

FENGLIN = 420111002044
ZISONG = 420111002011
DAY = date(2020, 3, 1)
BEFORE = date(2020, 2, 29)
BEGAN = date(2020, 1, 23)
# Eight in the morning of DAY where the work is done.
MORNING = datetime(2020, 3, 1, 0, 0, tzinfo=UTC)
PASSWORD = "maple-forest-town"

_NAMESPACE = UUID("6f1d3c52-7f0a-4f56-9c38-2b8a4d0f1e77")

# Ten people sent by the bureau; the first leads the team, the first two lead the branch.
SENT = (
    "闫澄砚",
    "欧阳霁岚",
    "覃牧遥",
    "单于启明",
    "解语棠",
    "仇望舒",
    "查砺锋",
    "盖若汐",
    "乐正云起",
    "蔺知夏",
)
LOCAL = "郗归晚"
WORKERS = ("逄立冬", "晁雨晴")
SECRETARY = "宓安澜"
LIAISON = "尉迟景行"
OUTSIDER = "缪清浅"
NEIGHBOUR = "阚沐阳"
NAMES = (*SENT, LOCAL, *WORKERS, SECRETARY, LIAISON, OUTSIDER, NEIGHBOUR)


def id_of(name: str) -> UUID:
    """Return the id of whatever has this name in the town, the same in every run."""
    return uuid5(_NAMESPACE, name)


def phone_of(name: str) -> str:
    """Return a phone number that nobody has: unique in the town, and found by its canary."""
    return f"199{70000000 + 7919 * NAMES.index(name):08d}"


def identity_of(name: str) -> str:
    """Return a valid identity number of an area code that was never given out."""
    place = NAMES.index(name)
    first = f"42019919{60 + place:02d}{1 + place % 12:02d}{10 + place:02d}{701 + 2 * place:03d}"
    return first + check_digit(first)


# What must never appear where it is not meant to be shown.
CANARIES: frozenset[str] = frozenset(
    {*NAMES, *(phone_of(name) for name in NAMES), *(identity_of(name) for name in NAMES)}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The town's records; people by name with `members`, accounts and grants by role."""

    incident: Incident
    fenglin: Community
    zisong: Community
    grids: list[Grid]
    bureau: Organisation
    city_bureau: Organisation
    committee: PartyOrganisation
    document: Document
    members: dict[str, UUID]
    accounts: dict[Role, Account]
    grants: dict[Role, Grant]
    outsider: Grant

    @property
    def system(self) -> Scope:
        """Background work in the town's incident."""
        return system_scope(self.incident.pk)

    @property
    def sent(self) -> list[UUID]:
        """The ten people whom the bureau sends, the leader first."""
        return [self.members[name] for name in SENT]

    @property
    def local(self) -> UUID:
        """The eleventh, who lives in Fenglin and joins on the spot."""
        return self.members[LOCAL]

    def scope(self, role: Role) -> Scope:
        """Return the scope of the role's account, made as for a request."""
        from xiachen.site.scoping import scope_of

        return scope_of(self.grants[role])

    @property
    def stranger(self) -> Scope:
        """The scope of the outsider: the secretary of the community next door."""
        from xiachen.site.scoping import scope_of

        return scope_of(self.outsider)


def build_world() -> World:
    """Build the town; needs the shipped list of divisions."""
    system = system_scope()
    bureau = register_organisation(
        system, name="省枫林观测局", short_name="观测局", level="province", division=420000000000
    )
    city_bureau = register_organisation(
        system,
        name="市枫林观测局",
        level="city",
        division=420100000000,
        parent=bureau.pk,
        contact_community=FENGLIN,
    )
    office = register_organisation(
        system, name="枫林上城社区居委会", level="community", division=FENGLIN
    )
    committee = register_party_organisation(
        system, name="省枫林观测局机关党委", organisation=bureau.pk
    )
    incident = open_incident(system, name="枫林镇疫情", kind="epidemic", began_on=BEGAN)
    include_communities(system, incident=incident.pk, communities=[FENGLIN, ZISONG], from_day=BEGAN)
    members = _enter_people(system, bureau, city_bureau, office, committee)
    document = issue_document(
        system_scope(incident.pk),
        incident=incident.pk,
        kind="notice",
        number="枫防指〔2020〕3号",
        title="关于党员干部下沉社区的通知",
        issuers=[bureau.pk],
        issued_on=BEFORE,
    )
    accounts, grants = _give_roles(system, incident, bureau, members)
    return World(
        incident=incident,
        fenglin=Community.objects.get(pk=FENGLIN),
        zisong=Community.objects.get(pk=ZISONG),
        grids=_lay_out_grids(system),
        bureau=bureau,
        city_bureau=city_bureau,
        committee=committee,
        document=document,
        members=members,
        accounts=accounts,
        grants=grants,
        outsider=_outsider(system, incident, members),
    )


def _lay_out_grids(system: Scope) -> list[Grid]:
    entries = [
        GridEntry(number=number, name=f"第{number}网格", households_expected=300 + number)
        for number in range(1, 5)
    ]
    return register_grids(system, community=FENGLIN, entries=entries, at=MORNING)


def _enter_people(
    system: Scope,
    bureau: Organisation,
    city_bureau: Organisation,
    office: Organisation,
    committee: PartyOrganisation,
) -> dict[str, UUID]:
    sent = [_entry(name, organisation=bureau, committee=committee) for name in SENT]
    others = [
        _entry(LOCAL, organisation=city_bureau, committee=committee, home=FENGLIN),
        *(_entry(name, organisation=office, home=FENGLIN) for name in WORKERS),
        _entry(SECRETARY, organisation=office, committee=committee, home=FENGLIN),
        _entry(LIAISON, organisation=bureau, committee=committee),
        _entry(OUTSIDER, committee=committee, home=ZISONG),
        _entry(NEIGHBOUR, home=ZISONG),
    ]
    outcomes = enter_members(system, entries=[*sent, *others], at=MORNING)
    assert all(outcome.new for outcome in outcomes), [str(one.refusal) for one in outcomes]
    return {name: id_of(name) for name in NAMES}


def _entry(
    name: str,
    *,
    organisation: Organisation | None = None,
    committee: PartyOrganisation | None = None,
    home: int | None = None,
) -> MemberEntry:
    return MemberEntry(
        id=id_of(name),
        name=name,
        organisation=organisation.pk if organisation else None,
        party_organisation=committee.pk if committee else None,
        party_standing="full" if committee else "none",
        home_community=home,
        phone=phone_of(name),
        identity_number=identity_of(name),
        identities=("party-member",) if committee else ("volunteer",),
        invented=True,
    )


def _give_roles(
    system: Scope, incident: Incident, bureau: Organisation, members: dict[str, UUID]
) -> tuple[dict[Role, Account], dict[Role, Grant]]:
    """One account for each role that needs no team; teams are formed by later areas."""
    wuhan = 420100000000
    given: dict[Role, tuple[str | None, dict[str, object]]] = {
        Role.ADMINISTRATOR: (None, {}),
        Role.AUDITOR: (None, {}),
        Role.PRIVACY_OFFICER: (None, {}),
        Role.MOBILISER: (None, {"division": 420000000000}),
        Role.ORGANISER: (None, {"division": wuhan}),
        Role.HEADQUARTERS: (None, {"division": wuhan}),
        Role.STREET: (None, {"division": 420111002000}),
        Role.INSPECTOR: (None, {"division": wuhan}),
        Role.LIAISON: (LIAISON, {"organisation": bureau.pk}),
        Role.SECRETARY: (SECRETARY, {"division": FENGLIN}),
        Role.COMMUNITY_WORKER: (WORKERS[0], {"division": FENGLIN}),
        Role.GRID_HEAD: (WORKERS[1], {"division": FENGLIN}),
        Role.BRANCH_SECRETARY: (SENT[1], {"division": FENGLIN}),
        Role.MEMBER: (LOCAL, {}),
    }
    accounts, grants = {}, {}
    for role, (person, reach) in given.items():
        accounts[role] = open_account(
            system,
            username=role.value,
            password=PASSWORD,
            member=members[person] if person else None,
            language="en",
            demonstration=True,
        )
        grants[role] = give_grant(
            system,
            account=accounts[role].pk,
            role=role,
            incident=incident.pk,
            from_day=BEGAN,
            **reach,  # type: ignore[arg-type]
        )
    return accounts, grants


def _outsider(system: Scope, incident: Incident, members: dict[str, UUID]) -> Grant:
    account = open_account(
        system,
        username="outsider",
        password=PASSWORD,
        member=members[OUTSIDER],
        language="en",
        demonstration=True,
    )
    return give_grant(
        system,
        account=account.pk,
        role=Role.SECRETARY,
        incident=incident.pk,
        division=ZISONG,
        from_day=BEGAN,
    )


def prove_twice(client: Client) -> None:
    """Leave the session as signing in with a second factor leaves it."""
    session = client.session
    # allauth heeds what was proven only beside the account that proved it.
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session["account_authentication_methods"] = [
        {"method": "mfa", "type": "totp", "at": MORNING.timestamp()}
    ]
    session.save()
