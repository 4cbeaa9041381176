"""xiachen account"""

import argparse
import getpass
import sys

from xiachen.site.command_line.commands import Commands
from xiachen.site.speaking import Stopped, gettext, language, say
from xiachen.site.target import in_process, server_for, target

_ = gettext


def add(commands: Commands) -> None:
    """Describe the command."""
    words = _("open an administrator's account, the first of a new installation above all")
    notes = _(
        "Two administrators are needed: a role that sees people's data is given by one and "
        "approved by another. Each signs in and sets up a second factor first."
    )
    parser = commands.add_parser("account", help=words, description=words, epilog=notes)
    parser.add_argument(
        "what",
        choices=["open-administrator"],
        metavar="open-administrator",
        help=_("open-administrator: make an account that opens accounts and incidents"),
    )
    parser.add_argument("name", metavar=_("NAME"), help=_("the sign-in name"))
    parser.set_defaults(action=_run)


def _run(chosen: argparse.Namespace) -> int:
    password = _password()
    where = target()
    with server_for(where):
        in_process(where)
        from xiachen.base import clock
        from xiachen.people.operations.accounts import open_administrator
        from xiachen.privacy.scope import system_scope

        open_administrator(
            system_scope(),
            username=chosen.name,
            password=password,
            language=language(),
            at=clock.now(),
        )
    say(_("The account %(name)s is open. Sign in and set up its second factor.") % vars(chosen))
    return 0


def _password() -> str:
    """Ask twice on a terminal; from elsewhere read one line, so that an installer can give it."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass(_("Password: "))
    if getpass.getpass(_("Once more: ")) != first:
        raise Stopped(_("The two passwords differ. Nothing was opened."))
    return first
