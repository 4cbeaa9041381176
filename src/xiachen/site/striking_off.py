"""Striking off again, in a database made from a backup, what was struck off since."""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from xiachen.privacy import struck_off
from xiachen.privacy.struck_off import Kind
from xiachen.site.speaking import gettext
from xiachen.site.target import Connection, Target

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


_STILL_IN = """
    select
        array(select id from sync_device where id = any(%s::uuid[]) and revoked_at is null),
        array(
            select id from sync_invitation
            where encode(digest, 'hex') = any(%s::text[])
                and used_at is null and withdrawn_at is null
        ),
        array(select id from people_account where id = any(%s::uuid[]) and is_active)
"""


@dataclass(frozen=True, slots=True)
class StruckAgain:
    """The ids of what a database lets in, or has let in until now, in spite of the list."""

    phones: list[UUID]
    links: list[UUID]
    accounts: list[UUID]

    def __bool__(self) -> bool:
        return bool(self.phones or self.links or self.accounts)


def listed(home: Path) -> dict[Kind, dict[str, struck_off.StruckOff]]:
    """Return by kind and key when each thing was first struck off."""
    found: dict[Kind, dict[str, struck_off.StruckOff]] = {kind: {} for kind in Kind}
    for one in struck_off.listed(home):
        found[one.kind].setdefault(one.key, one)
    return found


def still_let_in(home: Path, connection: Connection) -> StruckAgain:
    """Return what stands on the list and is let in all the same; nothing is changed."""
    keys = listed(home)
    row = connection.execute(
        _STILL_IN, [list(keys[Kind.PHONE]), list(keys[Kind.LINK]), list(keys[Kind.ACCOUNT])]
    ).fetchone()
    assert row is not None
    return StruckAgain(*row)


def strike_off_again(chosen: Target) -> StruckAgain:
    """Apply the list that stands in the home to a database; what is struck off already stays so."""
    keys = listed(chosen.home)
    phones, links = keys[Kind.PHONE].values(), keys[Kind.LINK].values()
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
        closed = connection.execute(_ACCOUNTS, [list(keys[Kind.ACCOUNT])]).fetchall()
    return StruckAgain(*([id for (id,) in rows] for rows in (struck, withdrawn, closed)))
