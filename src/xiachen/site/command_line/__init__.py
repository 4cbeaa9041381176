"""
The command `xiachen`; each command has a module of its own here.

Exit status: 0 done, 1 refused or failed, 2 wrong arguments, 130 interrupted.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from xiachen.site.embedded.errors import EmbeddedError
from xiachen.site.speaking import Stopped, complain, gettext, teach_the_parser

_ = gettext

COMMANDS = (
    "run",
    "serve",
    "worker",
    "migrate",
    "account",
    "divisions",
    "importing",
    "drill",
    "bulletin",
    "backup",
    "restore",
    "doctor",
    "audit",
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and end the program with its exit status."""
    teach_the_parser()
    sys.exit(_status(_parser().parse_args(arguments)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="xiachen",
        description=_("Runs the deployment of people into neighbourhoods, from call to bulletin."),
        epilog=_("Set XIACHEN_LANGUAGE=zh or en to choose the language of these words."),
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar=_("command"))
    for name in COMMANDS:
        import_module(f"{__name__}.{name}").add(commands)
    return parser


def _status(chosen: argparse.Namespace) -> int:
    try:
        return int(chosen.action(chosen) or 0)
    except Stopped as stopped:
        complain(str(stopped))
    except EmbeddedError as error:
        complain(_(error.message) % error.values)
    except KeyboardInterrupt:
        complain(_("Interrupted."))
        return 130
    except Exception as error:
        if not _is_refusal(error):
            raise
        complain(str(error))
    return 1


def _is_refusal(error: Exception) -> bool:
    """Tell refusals from defects without loading Django when no command has done so."""
    module = sys.modules.get("xiachen.base.errors")
    return module is not None and isinstance(error, module.Refused)
