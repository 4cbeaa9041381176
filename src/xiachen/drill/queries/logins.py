"""With which accounts one may look around in a played scenario."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from xiachen.drill.queries.files import scenario as read
from xiachen.drill.rules.lines import table
from xiachen.drill.rules.scenario import DEMONSTRATION_PASSWORD
from xiachen.people.models.accounts import Account
from xiachen.privacy.scope import ROLE_NAMES, Role


@dataclass(frozen=True, slots=True)
class Login:
    """A demonstration account: how to sign in with it, and as what."""

    username: str
    password: str
    roles: tuple[str, ...]


def logins(name_or_path: str) -> list[Login]:
    """Return the scenario's accounts in the order of its file, with their roles by name."""
    names = [entry.text("name") for entry in read(name_or_path).entries("account")]
    accounts = Account.objects.filter(username__in=names, demonstration=True)
    roles: dict[str, list[str]] = {account.username: [] for account in accounts}
    for account in accounts.prefetch_related("grants"):
        held = sorted(account.grants.all(), key=lambda grant: grant.pk)
        roles[account.username] = [str(ROLE_NAMES[Role(grant.role)]) for grant in held]
    return [
        Login(name, DEMONSTRATION_PASSWORD, tuple(roles[name])) for name in names if name in roles
    ]


def printed(found: list[Login]) -> str:
    """Return the logins as an aligned table for a terminal."""
    headings = (_("sign-in name"), _("password"), _("role"))
    rows = [(one.username, one.password, " · ".join(one.roles)) for one in found]
    return table(headings, rows)
