"""What stands around every page: the incident, the day, the places and the ways to other work."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from xiachen.incidents import queries as incidents
from xiachen.places.queries import communities as places
from xiachen.privacy.scope import Can, Scope

# The ways to work, in the order of an operation, with what a role must be able to do.
WAYS: tuple[tuple[str, str | Promise, frozenset[Can]], ...] = (
    ("home", _("Today"), frozenset()),
    ("notices:notices", _("Notices"), frozenset()),
    ("needs:mine", _("My day"), frozenset({Can.CLAIM_TASKS})),
    ("mobilisation:my-sign-ups", _("Sign-up"), frozenset({Can.SIGN_UP})),
    ("mobilisation:call-ups", _("Call-ups"), frozenset({Can.CALL_UP, Can.SIGN_UP_PEOPLE})),
    ("mobilisation:board", _("Report-in"), frozenset({Can.SEE_PEOPLE})),
    ("deployment:teams", _("Teams"), frozenset({Can.SEE_PEOPLE})),
    ("deployment:needed", _("Where people are needed"), frozenset({Can.SEE_FIGURES})),
    ("attendance:board", _("Attendance"), frozenset({Can.SEE_PEOPLE})),
    ("needs:tasks", _("Tasks"), frozenset({Can.CLAIM_TASKS, Can.SEE_FIGURES})),
    ("command:figures", _("Figures"), frozenset({Can.SEE_FIGURES})),
    ("command:bulletins", _("Bulletins"), frozenset({Can.SEE_FIGURES})),
    ("command:supervisions", _("Supervision"), frozenset({Can.SUPERVISE, Can.ANSWER_SUPERVISION})),
    ("places:search", _("Find a place"), frozenset({Can.SEE_FIGURES, Can.SEE_PEOPLE})),
    ("people:members", _("People"), frozenset({Can.SEE_PEOPLE})),
    (
        "papers:sheets",
        _("Enter by sheet"),
        frozenset({Can.ENTER_PEOPLE, Can.MANAGE_PLACES, Can.SIGN_UP_PEOPLE}),
    ),
    ("sync:mine", _("My phone"), frozenset({Can.CHECK_IN})),
    ("sync:phones", _("Phones"), frozenset({Can.INVITE_PHONES, Can.REVOKE_PHONES})),
    ("people:units", _("Units"), frozenset({Can.MANAGE_PEOPLE})),
    ("people:accounts", _("Accounts"), frozenset({Can.MANAGE_ACCOUNTS})),
    ("notices:documents", _("Documents"), frozenset({Can.ISSUE_DOCUMENTS, Can.DISPATCH})),
    ("incidents:incident", _("Incident"), frozenset({Can.SEE_FIGURES, Can.MANAGE_INCIDENTS})),
    ("privacy:unmaskings", _("Requests to unmask"), frozenset({Can.UNMASK})),
    ("privacy:audit", _("Audit"), frozenset({Can.READ_AUDIT})),
)

# These show a place as a whole: who answers for people alone, and for no place, is refused there.
OF_PLACES = frozenset({"command:figures", "command:bulletins", "deployment:needed"})


@dataclass(frozen=True, slots=True)
class Way:
    """An entry of the navigation."""

    name: str | Promise
    address: str
    current: bool


def around(request: HttpRequest) -> dict[str, object]:
    """Give every page its frame; of somebody without a role, only the style sheets' mark."""
    scope: Scope | None = getattr(request, "scope", None)
    frame: dict[str, object] = {"assets": assets()}
    if scope is None:
        return frame
    incident = incidents.incident_of(scope) if scope.incident else None
    day = request.day  # type: ignore[attr-defined]
    return frame | {
        "scope": scope,
        "may_export": scope.allows(Can.EXPORT),
        "acting": request.grant,  # type: ignore[attr-defined]
        "grants": request.grants,  # type: ignore[attr-defined]
        "incident": incident,
        "day": day,
        "day_before": day - timedelta(days=1),
        "day_after": day + timedelta(days=1),
        "navigation": ways(scope, request.path),
        "places": places.place_tree(scope, incidents.communities_of(scope, day=day))
        if incident
        else (),
    }


def ways(scope: Scope, path: str) -> list[Way]:
    """Return where a role can go; the entry whose address the page lies under is current."""
    found = [
        (name, reverse(view))
        for view, name, needed in WAYS
        if (not needed or any(scope.allows(can) for can in needed))
        and (scope.places or view not in OF_PLACES)
    ]
    here = _nearest([address for _name, address in found], path)
    return [Way(name, address, address == here) for name, address in found]


def _nearest(addresses: list[str], path: str) -> str:
    """Return the address that the path lies under, else one beside it; every path is under `/`."""
    others = [address for address in addresses if address != "/"]
    under = [address for address in others if path.startswith(address)]
    beside = [one for one in others if path.startswith(one[: one.rindex("/") + 1])]
    return max(under or beside, key=len, default=path if path == "/" else "")


@cache
def assets() -> str:
    """Return a mark of the style sheets and scripts, so that an upgrade is seen at once."""
    digest = hashlib.sha256()
    folder = Path(__file__).parent / "static"
    for path in sorted(folder.rglob("*.*s")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:10]
