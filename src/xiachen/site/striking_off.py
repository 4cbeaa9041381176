"""Striking off again, in a database made from a backup, what was struck off since."""

from dataclasses import dataclass
from uuid import UUID

from xiachen.privacy import struck_off
from xiachen.privacy.struck_off import Kind
from xiachen.site.speaking import gettext
from xiachen.site.target import Target

_ = gettext

_PHONES = """
    update sync_device as device set
        revoked_at = given.at, revoked_by = given.by, reason = %s
    from unnest(%s::uuid[], %s::uuid[], %s::timestamptz[]) as given (id, by, at)
    where device.id = given.id and device.revoked_at is null
    returning device.id
"""
_LINKS = """
    update sync_invitation as link set withdrawn_at = given.at
    from unnest(%s::text[], %s::timestamptz[]) as given (digest, at)
    where link.digest = decode(given.digest, 'hex')
        and link.used_at is null and link.withdrawn_at is null
    returning link.id
"""
_ACCOUNTS = """
    update people_account set is_active = false where id = any(%s::uuid[]) and is_active
    returning id
"""


@dataclass(frozen=True, slots=True)
class StruckAgain:
    """The ids of what the backup still let in."""

    phones: list[UUID]
    links: list[UUID]
    accounts: list[UUID]

    def __bool__(self) -> bool:
        return bool(self.phones or self.links or self.accounts)


def strike_off_again(chosen: Target) -> StruckAgain:
    """Apply the list that stands in the home to a database; what is struck off already stays so."""
    listed: dict[Kind, dict[str, struck_off.StruckOff]] = {kind: {} for kind in Kind}
    for one in struck_off.listed(chosen.home):
        listed[one.kind].setdefault(one.key, one)
    phones, links = listed[Kind.PHONE].values(), listed[Kind.LINK].values()
    reason = _("Struck off before a backup was restored.")
    with chosen.connect() as connection, connection.transaction():
        struck = connection.execute(
            _PHONES,
            [
                reason,
                [one.key for one in phones],
                [one.by for one in phones],
                [one.at for one in phones],
            ],
        ).fetchall()
        withdrawn = connection.execute(
            _LINKS, [[one.key for one in links], [one.at for one in links]]
        ).fetchall()
        closed = connection.execute(_ACCOUNTS, [list(listed[Kind.ACCOUNT])]).fetchall()
    return StruckAgain(*([id for (id,) in rows] for rows in (struck, withdrawn, closed)))
