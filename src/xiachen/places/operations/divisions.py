"""
The division list: the editions shipped with the product, and any other that a deployment loads.

An edition is copied into a temporary table and compared with what is known, set by set. What it no
longer lists is closed on its day; nothing is ever deleted, since records may belong to it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Forbidden, Refused
from xiachen.places.models import Alias, Community, CommunityCode, Division
from xiachen.places.rules.codes import Level, level_of
from xiachen.places.rules.editions import (
    BUNDLED,
    LONGEST_NAME,
    Fault,
    Row,
    UnreadableEdition,
    read_edition,
)
from xiachen.places.rules.names import normalise_community_name, plain
from xiachen.privacy import audit
from xiachen.privacy.scope import EVERYWHERE, Can, Scope, system_scope

_BATCH = 10_000
_FAULTS = {
    Fault.NOT_READABLE: _("it cannot be read; is it a CSV file in UTF-8?"),
    Fault.NO_COLUMNS: _("the columns code and name are missing"),
    Fault.CODE: _("this is not a code of 2, 4, 6, 9 or 12 digits"),
    Fault.NAME: _("the name is missing or too long"),
    Fault.CONFLICT: _("this code stands in the file twice, with two names"),
    Fault.EMPTY: _("there is no row in it"),
}


class EditionUnreadable(Refused):
    """A file that is not a list of divisions; nothing of it was loaded."""

    code = "places.edition-unreadable"
    message = _(
        "Line %(line)s of %(file)s: %(fault)s. Nothing was loaded; correct the file, then load it."
    )
    status = 422


@dataclass(frozen=True, slots=True)
class Loaded:
    """What an edition brought, in communities; `divisions` counts its rows of the levels above."""

    day: date
    divisions: int
    communities: int
    new: int
    moved: int
    renamed: int
    closed: int


@transaction.atomic
def install_divisions() -> list[Loaded]:
    """
    Load the shipped editions where nothing is listed yet; otherwise change nothing.

    Called after migrating, before there is anybody to act: it takes no scope.
    """
    _lock_the_list()
    if Division.objects.exists() or Community.objects.filter(local=False).exists():
        return []
    loaded = [_load(read_edition([edition.file]), edition.day) for edition in BUNDLED]
    audit.record(system_scope(), "places.install-divisions")
    return loaded


@transaction.atomic
def load_divisions(scope: Scope, *, path: Path, day: date) -> Loaded:
    """
    Load an edition closed on a day, of the whole country or of some prefectures.

    The file is CSV in UTF-8 with the columns `code` and `name`, plain or compressed with gzip or
    xz; or a folder of such files, one for each level. Codes have 2, 4, 6, 9 or 12 digits. The same
    file may be loaded twice; an older edition adds what was unknown and closes nothing.

    :raises EditionUnreadable: at the first line that cannot be right; nothing is loaded
    """
    scope.require(Can.MANAGE_PLACES)
    if not set(EVERYWHERE) <= set(scope.places):
        raise Forbidden()
    _lock_the_list()
    files = sorted(path.glob("*.csv*")) if path.is_dir() else [path]
    if not files:
        raise EditionUnreadable(line=0, file=path.name, fault=_FAULTS[Fault.EMPTY])
    try:
        loaded = _load(read_edition(files), day)
    except UnreadableEdition as fault:
        raise EditionUnreadable(
            line=fault.line, file=fault.file, fault=_FAULTS[fault.fault]
        ) from fault
    audit.record(scope, "places.load-divisions", reason=day.isoformat())
    return loaded


def _lock_the_list() -> None:
    """One edition at a time: two would close and open the same codes crosswise."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended('places.divisions', 0))")


def _load(rows: Iterable[Row], day: date) -> Loaded:
    with connection.cursor() as cursor:
        _copy(cursor, rows)
        values = {"day": day}
        for statement in (_REACH, _CLOSE_DIVISIONS, _ADD_DIVISIONS, _KNOWN):
            cursor.execute(statement, values)
        for statement in (_MATCH_SAME, _MATCH_MOVED, _MATCH_RENAMED):
            cursor.execute(statement)
        cursor.execute(_MATCH_NEW)
        _number_the_displaced(cursor)
        cursor.execute("analyze matched")
        cursor.execute(_ADD_COMMUNITIES)
        cursor.execute(_CLOSE_CODES, values)
        closed = _count(cursor, _COUNT_CLOSED)
        for statement in (_ADD_CODES, _FILL_COMMUNITIES, _FILL_CODES):
            cursor.execute(statement, values)
        filled = cursor.rowcount
        cursor.execute(_KEEP_FORMER_NAMES)
        cursor.execute(_RENAME_COMMUNITIES)
        kinds = _counts_by(cursor, "select kind, count(*) from matched group by kind")
        levels = _counts_by(cursor, "select level = 5, count(*) from listed group by 1")
        cursor.execute("drop table listed, reach, known, matched")
    return Loaded(
        day=day,
        divisions=levels.get(False, 0),
        communities=levels.get(True, 0),
        new=kinds.get("new", 0) + filled,
        moved=kinds.get("moved", 0),
        renamed=kinds.get("renamed", 0),
        closed=closed,
    )


def _copy(cursor: CursorWrapper, rows: Iterable[Row]) -> None:
    cursor.execute(_LISTED)
    with cursor.copy("copy listed (code, name, search_name, level) from stdin") as copy:
        for batch in _batches(rows):
            copy.write("".join(map(_copy_line, batch)))
    cursor.execute("create index on listed (code)")
    cursor.execute("analyze listed")


def _copy_line(row: Row) -> str:
    """Return a row in PostgreSQL's text format; control characters were refused on reading."""
    code, name = row
    level = level_of(code)
    search = normalise_community_name(name) if level is Level.COMMUNITY else plain(name)
    line = f"{code}\t{name}\t{search[:LONGEST_NAME]}\t{level:d}\n"
    return line.replace("\\", "\\\\") if "\\" in line else line


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    rows = iter(rows)
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _number_the_displaced(cursor: CursorWrapper) -> None:
    """Give a new community whose code another one had before a free number of its township."""
    cursor.execute(_DISPLACED)
    for (code,) in cursor.fetchall():
        township = code // 1000 * 1000
        limits = {"lowest": township, "highest": township + 999}
        cursor.execute(_TAKEN_NUMBERS, limits)
        taken = {number for (number,) in cursor.fetchall()}
        number = next(n for n in range(township + 999, township, -1) if n not in taken)
        cursor.execute(
            "update matched set community_id = %s where code = %s and kind = 'new'", [number, code]
        )


def _count(cursor: CursorWrapper, statement: str) -> int:
    cursor.execute(statement)
    return int(cursor.fetchone()[0])


def _counts_by(cursor: CursorWrapper, statement: str) -> dict[object, int]:
    cursor.execute(statement)
    return dict(cursor.fetchall())


_DIVISION = Division._meta.db_table
_COMMUNITY = Community._meta.db_table
_CODE = CommunityCode._meta.db_table
_ALIAS = Alias._meta.db_table

_LISTED = """
    create temporary table listed (
        code bigint, name varchar(80), search_name varchar(80), level smallint
    ) on commit drop
"""

# Where the edition is newer than all that is known of a prefecture it replaces; else it only adds.
# A prefecture that it leaves out although it lists its province has been dissolved.
_REACH = f"""
    create temporary table reach on commit drop as
    with with_communities as (
        select distinct code / 100000000 as prefecture from listed where level = 5
    ), prefectures as (
        select prefecture from with_communities
        union
        select code / 100000000 from {_DIVISION}
        where level = 2 and valid_to is null
          and code not in (select code from listed where level = 2)
          and code / 10000000000 in (select prefecture / 100 from with_communities)
          and code / 10000000000 in (select code / 10000000000 from listed where level = 2)
    ), newest as (
        select code / 100000000 as prefecture, max(valid_from) as day from {_CODE} group by 1
    )
    select prefecture, coalesce(%(day)s > newest.day, true) as replaces
    from prefectures left join newest using (prefecture)
"""

_CLOSE_DIVISIONS = f"""
    with covered as (
        select code / 10000000000 as province, level from listed where level < 5 group by 1, 2
    )
    update {_DIVISION} d set valid_to = %(day)s
    from covered
    where covered.province = d.code / 10000000000 and covered.level = d.level
      and d.valid_to is null and d.valid_from < %(day)s
      and not exists (
          select from {_DIVISION} later
          where later.code / 10000000000 = covered.province and later.valid_from > %(day)s
      )
      and not exists (select from listed l where l.code = d.code and l.name = d.name)
"""

_ADD_DIVISIONS = f"""
    insert into {_DIVISION} (code, name, search_name, level, valid_from, valid_to)
    select l.code, l.name, l.search_name, l.level, %(day)s, (
        select min(later.valid_from) from {_DIVISION} later
        where later.code = l.code and later.valid_from > %(day)s
    )
    from listed l
    where l.level < 5 and not exists (
        select from {_DIVISION} d
        where d.code = l.code and d.valid_from <= %(day)s
          and (d.valid_to is null or d.valid_to > %(day)s)
    )
    order by l.code
"""

_KNOWN = f"""
    create temporary table known on commit drop as
    select c.code, c.name, c.community_id, held.search_name
    from {_CODE} c join {_COMMUNITY} held on held.id = c.community_id
    where c.valid_to is null and c.code / 100000000 in (
        select prefecture from reach where replaces
    );
    create index on known (code);
    create index on known (community_id);
    analyze known;
    create temporary table matched (
        code bigint, name varchar(80), search_name varchar(80), community_id bigint, kind text
    ) on commit drop
"""

_REPLACING = "l.level = 5 and l.code / 100000000 in (select prefecture from reach where replaces)"

_MATCH_SAME = f"""
    insert into matched
    select l.code, l.name, l.search_name, k.community_id, 'same'
    from listed l join known k on k.code = l.code and k.search_name = l.search_name
    where {_REPLACING}
"""

# Within a township whole runs of codes were shuffled: there the name tells who is who.
_MATCH_MOVED = f"""
    insert into matched
    with listed_left as (
        select min(code) as code, min(name) as name, search_name
        from listed l where {_REPLACING}
          and not exists (select from matched m where m.code = l.code)
        group by code / 1000, search_name having count(*) = 1
    ), known_left as (
        select min(code) as code, search_name, min(community_id) as community_id
        from known k
        where not exists (select from matched m where m.community_id = k.community_id)
        group by code / 1000, search_name having count(*) = 1
    )
    select l.code, l.name, l.search_name, k.community_id, 'moved'
    from listed_left l join known_left k
      on k.code / 1000 = l.code / 1000 and k.search_name = l.search_name
"""

_MATCH_RENAMED = f"""
    insert into matched
    select l.code, l.name, l.search_name, k.community_id, 'renamed'
    from listed l join known k on k.code = l.code
    where {_REPLACING}
      and not exists (select from matched m where m.code = l.code)
      and not exists (select from matched m where m.community_id = k.community_id)
"""

_MATCH_NEW = f"""
    insert into matched
    select l.code, l.name, l.search_name, case when held.id is null then l.code end, 'new'
    from listed l left join {_COMMUNITY} held on held.id = l.code
    where {_REPLACING} and not exists (select from matched m where m.code = l.code)
"""

_DISPLACED = "select code from matched where community_id is null order by code"

_TAKEN_NUMBERS = f"""
    select id from {_COMMUNITY} where id between %(lowest)s and %(highest)s
    union select code from matched where code between %(lowest)s and %(highest)s
    union select community_id from matched where community_id between %(lowest)s and %(highest)s
"""

_ADD_COMMUNITIES = f"""
    insert into {_COMMUNITY} (id, name, search_name, local)
    select community_id, name, search_name, false from matched where kind = 'new'
    order by community_id
"""

_CLOSE_CODES = f"""
    update {_CODE} c set valid_to = %(day)s
    from known k
    where c.code = k.code and c.valid_to is null and not exists (
        select from matched m
        where m.community_id = k.community_id and m.code = k.code and m.name = k.name
    )
"""

_COUNT_CLOSED = """
    select count(*) from known k
    where not exists (select from matched m where m.community_id = k.community_id)
"""

_ADD_CODES = f"""
    insert into {_CODE} (community_id, code, name, valid_from)
    select m.community_id, m.code, m.name, %(day)s
    from matched m
    where not exists (
        select from {_CODE} c
        where c.code = m.code and c.community_id = m.community_id and c.valid_to is null
    )
    order by m.code
"""

_ADDING = (
    "l.level = 5 and l.code / 100000000 in (select prefecture from reach where not replaces)"
    f" and not exists (select from {_CODE} c where c.code = l.code"
    " and c.valid_from <= %(day)s and (c.valid_to is null or c.valid_to > %(day)s))"
)

_FILL_COMMUNITIES = f"""
    insert into {_COMMUNITY} (id, name, search_name, local)
    select l.code, l.name, l.search_name, false from listed l where {_ADDING}
    on conflict do nothing
"""

# What an older edition lists and a later one does not, ended with the first later one.
_FILL_CODES = f"""
    insert into {_CODE} (community_id, code, name, valid_from, valid_to)
    select l.code, l.code, l.name, %(day)s, later.day
    from listed l left join (
        select code / 100000000 as prefecture, min(valid_from) as day
        from {_CODE} where valid_from > %(day)s group by 1
    ) later on later.prefecture = l.code / 100000000
    where {_ADDING}
"""

_KEEP_FORMER_NAMES = f"""
    insert into {_ALIAS} (community_id, name, search_name)
    select m.community_id, k.name, k.search_name
    from matched m join known k on k.community_id = m.community_id
    where m.kind = 'renamed'
    on conflict do nothing
"""

_RENAME_COMMUNITIES = f"""
    update {_COMMUNITY} c set name = m.name, search_name = m.search_name
    from matched m
    where m.community_id = c.id and m.kind <> 'new'
      and (c.name, c.search_name) <> (m.name, m.search_name)
"""
