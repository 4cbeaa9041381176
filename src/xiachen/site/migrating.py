"""
Bringing a database up to date: tables, keys, rights, reference data.

What was done is remembered as a fingerprint on the table of migrations, so that a start with
nothing to do costs one short query and no Django.
"""

import hashlib
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import psycopg
from psycopg import sql

from xiachen.site.speaking import Stopped, gettext, say
from xiachen.site.target import Target, unreachable

_ = gettext

_PACKAGE = Path(__file__).parents[1]
# Whatever decides what a database looks like.
_DECIDING = (
    "*/migrations/*.py",
    "*/models.py",
    "*/models/*.py",
    "base/owned/*.py",
    "places/data/*.gz",
    "site/migrating.py",
    "needs/operations*",
    "needs/operations/*.py",
    "deployment/operations*",
    "deployment/operations/*.py",
)
_LIBRARIES = ("Django", "django-allauth", "procrastinate")


def fingerprint() -> str:
    """Return a digest of everything that decides the tables."""
    marks = hashlib.sha256()
    for library in _LIBRARIES:
        marks.update(f"{library} {version(library)}\n".encode())
    paths = {path for pattern in _DECIDING for path in _PACKAGE.glob(pattern) if path.is_file()}
    for path in sorted(paths):
        marks.update(f"{path.relative_to(_PACKAGE)}\n".encode())
        marks.update(hashlib.sha256(path.read_bytes()).digest())
    return marks.hexdigest()


def is_current(chosen: Target) -> bool:
    """Tell whether the database is already as this version wants it."""
    try:
        with chosen.connect() as connection:
            found = connection.execute(
                "select obj_description(to_regclass('public.django_migrations'))"
            ).fetchone()
    except psycopg.OperationalError:
        return False
    return found is not None and found[0] == fingerprint()


def migrate(chosen: Target, *, quiet: bool = False, tables_only: bool = False) -> None:
    """
    Bring the tables up to date, as their owner; Django must have been started as the owner.

    :param tables_only: leave out the reference data
    :raises Stopped: a newer version has been at work on this database
    """
    from django.core.management import call_command

    refuse_newer(chosen)
    if not quiet:
        say(_("Bringing the database %(name)s up to date…") % {"name": chosen.name})
    call_command("createcachetable", verbosity=0)
    call_command("migrate", verbosity=0, interactive=False)
    if tables_only:
        return
    install(quiet=quiet)
    with chosen.connect() as connection:
        connection.execute(
            sql.SQL("comment on table django_migrations is {}").format(sql.Literal(fingerprint()))
        )


def refuse_newer(chosen: Target) -> None:
    """
    Refuse a database on which migrations were done that this version does not know.

    :raises Stopped: it is of a newer version; nothing was changed
    """
    from django.db.migrations.loader import MigrationLoader

    try:
        with chosen.connect() as connection:
            there = connection.execute("select to_regclass('public.django_migrations')").fetchone()
            if there is None or there[0] is None:
                return
            done = connection.execute("select app, name from django_migrations").fetchall()
    except psycopg.OperationalError as error:
        raise unreachable(error) from error
    loader = MigrationLoader(None)
    known = set(loader.disk_migrations) | {
        key for one in loader.disk_migrations.values() for key in one.replaces
    }
    ours = {app for app, _name in known}
    unknown = sorted(
        f"{app}.{name}" for app, name in done if app in ours and (app, name) not in known
    )
    if unknown:
        raise Stopped(
            _(
                "The database %(name)s was made by a newer version of xiachen (%(step)s). "
                "Nothing was changed. Use that version again, or restore an older backup."
            )
            % {"name": chosen.name, "step": unknown[-1]}
        )


def install(*, quiet: bool = False) -> None:
    """Put the reference data in that come with the product, where they are missing."""
    from xiachen.deployment.operations.types import install_team_types
    from xiachen.needs.operations.catalogue import install_catalogue
    from xiachen.places.operations.divisions import install_divisions

    if not quiet:
        say(_("Checking divisions, kinds of work and kinds of teams…"))
    install_divisions()
    install_catalogue()
    install_team_types()


def in_another_process(chosen: Target, *arguments: str) -> None:
    """
    Migrate where this process may not become the owner: Django is bound to one role.

    :raises Stopped: it failed, and has said why
    """
    done = subprocess.run(
        [sys.executable, "-m", "xiachen", "migrate", *arguments],
        env=chosen.environment(as_owner=True),
    )
    if done.returncode:
        raise Stopped(_("The database was not brought up to date; the reason stands above."))
