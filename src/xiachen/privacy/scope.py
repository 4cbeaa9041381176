"""
Who asks, in which role, and how far that role reaches.

A scope is made once per request from one grant of an account and handed to every query and
operation as the first argument. It holds resolved ids and code ranges, and of those who are too
many to be held the question, so that rooms far below teams and people can apply it. An empty scope
reaches nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Forbidden


class Role(StrEnum):
    """The roles of the operation; domain words, one account may hold several."""

    MOBILISER = "mobiliser"  # 工委
    ORGANISER = "organiser"  # 组织部
    HEADQUARTERS = "headquarters"  # 指挥部
    STREET = "street"  # 街道
    LIAISON = "liaison"  # 双报到联系人
    TEAM_LEADER = "team-leader"  # 工作队队长
    SQUAD_LEADER = "squad-leader"  # 突击队队长
    BRANCH_SECRETARY = "branch-secretary"  # 临时党支部书记
    SECRETARY = "secretary"  # 社区书记
    COMMUNITY_WORKER = "community-worker"  # 社区工作者
    GRID_HEAD = "grid-head"  # 网格长
    DOCTOR = "doctor"  # 社区医生
    POLICE = "police"  # 民警
    MEMBER = "member"  # 下沉人员
    INSPECTOR = "inspector"  # 督导员
    AUDITOR = "auditor"  # 审计
    PRIVACY_OFFICER = "privacy-officer"  # 个人信息保护负责人
    ADMINISTRATOR = "administrator"  # 系统管理员
    SYSTEM = "system"  # jobs, which act for nobody


ROLE_NAMES = {
    Role.MOBILISER: _("Organising office"),
    Role.ORGANISER: _("Organisation department"),
    Role.HEADQUARTERS: _("Headquarters"),
    Role.STREET: _("Street"),
    Role.LIAISON: _("Report-in liaison"),
    Role.TEAM_LEADER: _("Team leader"),
    Role.SQUAD_LEADER: _("Squad leader"),
    Role.BRANCH_SECRETARY: _("Branch secretary"),
    Role.SECRETARY: _("Community secretary"),
    Role.COMMUNITY_WORKER: _("Community worker"),
    Role.GRID_HEAD: _("Grid head"),
    Role.DOCTOR: _("Community doctor"),
    Role.POLICE: _("Police officer"),
    Role.MEMBER: _("Member sent down"),
    Role.INSPECTOR: _("Inspector"),
    Role.AUDITOR: _("Auditor"),
    Role.PRIVACY_OFFICER: _("Privacy officer"),
    Role.ADMINISTRATOR: _("System administrator"),
    Role.SYSTEM: _("System"),
}


class Can(StrEnum):
    """What a role may do; each operation asks for one."""

    MANAGE_PLACES = "manage-places"
    MANAGE_PEOPLE = "manage-people"
    ENTER_PEOPLE = "enter-people"
    MANAGE_ACCOUNTS = "manage-accounts"
    MANAGE_INCIDENTS = "manage-incidents"
    INVITE_PHONES = "invite-phones"
    SETTLE_RECORDS = "settle-records"
    REVOKE_PHONES = "revoke-phones"
    ISSUE_DOCUMENTS = "issue-documents"
    NOTIFY = "notify"
    CALL_UP = "call-up"
    SELECT = "select"
    SIGN_UP_PEOPLE = "sign-up-people"
    SIGN_UP = "sign-up"
    DISPATCH = "dispatch"
    EXCUSE = "excuse"
    REPORT_IN = "report-in"
    FORM_TEAMS = "form-teams"
    FORM_BRANCHES = "form-branches"
    SAY_STRENGTH = "say-strength"
    MOVE_TEAMS = "move-teams"
    RELEASE_TEAMS = "release-teams"
    APPOINT = "appoint"
    CHECK_IN = "check-in"
    CORRECT = "correct"
    RECORD_HEALTH = "record-health"
    SAY_FIT = "say-fit"
    FIND_STAND_INS = "find-stand-ins"
    CERTIFY = "certify"
    ISSUE_TASKS = "issue-tasks"
    CLAIM_TASKS = "claim-tasks"
    CONFIRM_TASKS = "confirm-tasks"
    VERIFY = "verify"
    ANSWER = "answer"
    SEE_PEOPLE = "see-people"
    SEE_FIGURES = "see-figures"
    PUBLISH = "publish"
    SUPERVISE = "supervise"
    ANSWER_SUPERVISION = "answer-supervision"
    EXPORT = "export"
    ASK_TO_UNMASK = "ask-to-unmask"
    UNMASK = "unmask"
    READ_AUDIT = "read-audit"
    SEAL_AUDIT = "seal-audit"


_ON_SITE = {
    Can.SEE_PEOPLE,
    Can.ASK_TO_UNMASK,
    Can.SEE_FIGURES,
    Can.REPORT_IN,
    Can.CHECK_IN,
    Can.CLAIM_TASKS,
}
_COMMUNITY = _ON_SITE | {
    Can.MANAGE_PLACES,
    Can.ISSUE_TASKS,
    Can.RECORD_HEALTH,
    Can.SAY_FIT,
}
_LEADER = _ON_SITE | {
    Can.FORM_TEAMS,
    Can.CORRECT,
    Can.ISSUE_TASKS,
    Can.RECORD_HEALTH,
    Can.FIND_STAND_INS,
    Can.CERTIFY,
    Can.ANSWER,
    Can.ANSWER_SUPERVISION,
    Can.VERIFY,
    Can.EXPORT,
    Can.NOTIFY,
    Can.INVITE_PHONES,
    Can.SETTLE_RECORDS,
    Can.REVOKE_PHONES,
}
_OFFICE = {
    Can.SEE_PEOPLE,
    Can.ASK_TO_UNMASK,
    Can.SEE_FIGURES,
    Can.MANAGE_PEOPLE,
    Can.ENTER_PEOPLE,
    Can.ISSUE_DOCUMENTS,
    Can.NOTIFY,
    Can.CALL_UP,
    Can.SELECT,
    Can.SIGN_UP_PEOPLE,
    Can.DISPATCH,
    Can.EXCUSE,
    Can.FORM_TEAMS,
    Can.FORM_BRANCHES,
    Can.MOVE_TEAMS,
    Can.APPOINT,
    Can.EXPORT,
    Can.INVITE_PHONES,
    Can.REVOKE_PHONES,
}

ALLOWED: dict[Role, frozenset[Can]] = {
    Role.MOBILISER: frozenset(_OFFICE | {Can.VERIFY, Can.SUPERVISE}),
    Role.ORGANISER: frozenset(_OFFICE | {Can.VERIFY, Can.SUPERVISE}),
    Role.HEADQUARTERS: frozenset(
        {
            Can.MANAGE_INCIDENTS,
            Can.MANAGE_PLACES,
            Can.ISSUE_DOCUMENTS,
            Can.NOTIFY,
            Can.SEE_PEOPLE,
            Can.ASK_TO_UNMASK,
            Can.SEE_FIGURES,
            Can.CORRECT,
            Can.VERIFY,
            Can.PUBLISH,
            Can.SUPERVISE,
            Can.EXPORT,
            Can.SETTLE_RECORDS,
            Can.REVOKE_PHONES,
        }
    ),
    Role.STREET: frozenset(
        {
            Can.SEE_PEOPLE,
            Can.ASK_TO_UNMASK,
            Can.SEE_FIGURES,
            Can.MANAGE_PLACES,
            Can.VERIFY,
            Can.SUPERVISE,
            Can.EXPORT,
            Can.REPORT_IN,
            Can.NOTIFY,
            Can.SAY_STRENGTH,
            Can.MOVE_TEAMS,
        }
    ),
    Role.LIAISON: frozenset(
        {
            Can.NOTIFY,
            Can.SEE_PEOPLE,
            Can.ASK_TO_UNMASK,
            Can.SEE_FIGURES,
            Can.MANAGE_PEOPLE,
            Can.ENTER_PEOPLE,
            Can.SIGN_UP_PEOPLE,
            Can.EXCUSE,
            Can.FIND_STAND_INS,
            Can.CERTIFY,
            Can.ANSWER,
            Can.ANSWER_SUPERVISION,
            Can.EXPORT,
            Can.INVITE_PHONES,
            Can.REVOKE_PHONES,
        }
    ),
    Role.TEAM_LEADER: frozenset(_LEADER),
    Role.SQUAD_LEADER: frozenset(_ON_SITE | {Can.ISSUE_TASKS}),
    Role.BRANCH_SECRETARY: frozenset(_ON_SITE | {Can.FORM_BRANCHES, Can.NOTIFY}),
    Role.SECRETARY: frozenset(
        _COMMUNITY
        | {
            Can.ENTER_PEOPLE,
            Can.APPOINT,
            Can.CONFIRM_TASKS,
            Can.CORRECT,
            Can.FIND_STAND_INS,
            Can.VERIFY,
            Can.ANSWER_SUPERVISION,
            Can.EXPORT,
            Can.NOTIFY,
            Can.SAY_STRENGTH,
            Can.RELEASE_TEAMS,
            Can.INVITE_PHONES,
            Can.SETTLE_RECORDS,
            Can.REVOKE_PHONES,
        }
    ),
    Role.COMMUNITY_WORKER: frozenset(_COMMUNITY),
    Role.GRID_HEAD: frozenset(_ON_SITE | {Can.MANAGE_PLACES}),
    Role.DOCTOR: frozenset(
        {
            Can.SEE_PEOPLE,
            Can.ASK_TO_UNMASK,
            Can.RECORD_HEALTH,
            Can.SAY_FIT,
            Can.CLAIM_TASKS,
        }
    ),
    Role.POLICE: frozenset({Can.SEE_PEOPLE}),
    Role.MEMBER: frozenset(
        {
            Can.SIGN_UP,
            Can.REPORT_IN,
            Can.CHECK_IN,
            Can.CLAIM_TASKS,
            Can.ANSWER,
            Can.ANSWER_SUPERVISION,
        }
    ),
    Role.INSPECTOR: frozenset({Can.SEE_FIGURES, Can.VERIFY}),
    Role.AUDITOR: frozenset({Can.SEE_FIGURES, Can.READ_AUDIT}),
    Role.PRIVACY_OFFICER: frozenset({Can.READ_AUDIT, Can.UNMASK}),
    Role.ADMINISTRATOR: frozenset({Can.MANAGE_ACCOUNTS, Can.MANAGE_INCIDENTS, Can.REVOKE_PHONES}),
    Role.SYSTEM: frozenset(Can),
}


# What lets data out of the house, or people in, asks for a second factor.
TWICE_PROVEN = frozenset(
    {
        Can.ASK_TO_UNMASK,
        Can.UNMASK,
        Can.EXPORT,
        Can.MANAGE_ACCOUNTS,
        Can.MANAGE_INCIDENTS,
    }
)


class SecondFactorNeeded(Forbidden):
    """The role may do it, once the person has proven itself a second time."""

    code = "privacy.second-factor-needed"
    message = _(
        "This needs a second factor. Set up an authenticator app for your account, "
        "or sign in again with its code."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """
    One account acting in one role.

    :param places: inclusive ranges of community codes, such as (420106000000, 420106999999)
    :param incident: the incident whose records are meant; None reaches no incident's records
    :param organisations: units whose people the role sees, wherever they work
    :param teams: teams, with all their sub-teams, that the role leads
    :param member: the acting person's own member record
    :param second_factor: whether the account has proven itself twice; doors of people set it false
        unless it has, and then what reveals or grants is refused
    :param members: people of its teams; the role reaches them and their records wherever they are
    :param fellows: how to ask who works where the role is, enrolled in its places or, for a MEMBER,
        in the same teams: ids of people whom the role reaches by name. A district has thousands
        and most requests name nobody, so they are asked for inside the query that needs them
    """

    account: UUID
    role: Role
    places: tuple[tuple[int, int], ...] = ()
    incident: UUID | None = None
    organisations: frozenset[UUID] = field(default_factory=frozenset)
    teams: frozenset[UUID] = field(default_factory=frozenset)
    member: UUID | None = None
    members: frozenset[UUID] = field(default_factory=frozenset)
    fellows: Callable[[], QuerySet[Any, Any]] | None = field(default=None, repr=False)
    second_factor: bool = True

    def allows(self, can: Can, *, community: int | None = None) -> bool:
        """Tell whether the role may do it, there where a community is named."""
        return can in ALLOWED[self.role] and (community is None or self.covers(community))

    def require(self, can: Can, *, community: int | None = None) -> None:
        """Refuse unless the role may do it there."""
        if not self.allows(can, community=community):
            raise Forbidden()
        if can in TWICE_PROVEN and not self.second_factor:
            raise SecondFactorNeeded()

    def require_house(self) -> None:
        """Refuse whoever is not the installation itself: its jobs, and doors before a sign-in."""
        if self.role is not Role.SYSTEM:
            raise Forbidden()

    def covers(self, community: int) -> bool:
        """Tell whether a community lies within the scope's places."""
        # Asked for each record of a batch: a loop costs half of what a generator does.
        for low, high in self.places:  # noqa: SIM110
            if low <= community <= high:
                return True
        return False

    def within(self, path: str = "community_id") -> Q:
        """
        Return the condition that keeps a query inside the scope's places.

        :param path: the lookup path of the community code in the queried model
        """
        return any_of(Q(**{f"{path}__gte": low, f"{path}__lte": high}) for low, high in self.places)


EVERYWHERE = ((0, 999_999_999_999),)


def system_scope(incident: UUID | None = None) -> Scope:
    """Return the scope of background work, which acts for nobody and reaches every place."""
    return Scope(account=UUID(int=0), role=Role.SYSTEM, places=EVERYWHERE, incident=incident)


def any_of(conditions: Iterable[Q]) -> Q:
    """Return the alternative of the conditions; of none, a condition that nothing meets."""
    found = Q(pk__in=[])
    for condition in conditions:
        found |= condition
    return found
