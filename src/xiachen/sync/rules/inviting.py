"""Whose phones a role may let in."""

from collections.abc import Set
from hashlib import sha256
from secrets import token_urlsafe

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused
from xiachen.privacy.scope import Role

_TOKEN_BYTES = 18

# Whoever holds the link acts as the person: nobody is lent a role by inviting its holder.
_ON_SITE = frozenset({Role.MEMBER, Role.SQUAD_LEADER})
_LEADERS = _ON_SITE | {Role.TEAM_LEADER, Role.BRANCH_SECRETARY}
_MAY_INVITE = {
    Role.TEAM_LEADER: _ON_SITE,
    Role.LIAISON: _LEADERS,
    Role.MOBILISER: _LEADERS,
    Role.ORGANISER: _LEADERS,
    Role.SECRETARY: _LEADERS | {Role.GRID_HEAD, Role.COMMUNITY_WORKER},
}


class InvitesItself(Refused):
    """Somebody with a wide role registers a phone after signing in."""

    code = "sync.invites-itself"
    message = _("This person has a role of their own. They sign in and register their phone.")
    status = 403


class NobodysAccount(Refused):
    """The person's account was closed."""

    code = "sync.account-closed"
    message = _("This person's account is closed. Ask the person who manages accounts.")


def may_invite(role: Role, held: Set[Role]) -> bool:
    """Tell whether a role may invite somebody else who holds some roles."""
    return held <= _MAY_INVITE.get(role, frozenset())


def new_token() -> str:
    """Return the random token of an invitation's link."""
    return token_urlsafe(_TOKEN_BYTES)


def digest_of(token: str) -> bytes:
    """Return what is kept of a token; it has too many bits to be guessed from this."""
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
