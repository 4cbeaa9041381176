"""xiachen audit"""

import argparse

from xiachen.site.command_line.commands import Commands
from xiachen.site.speaking import gettext, say
from xiachen.site.target import in_process, server_for, target

_ = gettext

_SHOWN = 20


def add(commands: Commands) -> None:
    """Describe the command."""
    words = _("prove that nobody has changed the audit")
    parser = commands.add_parser("audit", help=words, description=words)
    parser.add_argument("what", choices=["verify"], help=_("verify: check every seal"))
    parser.set_defaults(action=_run)


def _run(chosen: argparse.Namespace) -> int:
    where = target()
    with server_for(where):
        in_process(where)
        return _verify()


def _verify() -> int:
    from xiachen.base import clock
    from xiachen.privacy import queries
    from xiachen.privacy.scope import system_scope

    report = queries.verify_audit(system_scope(), at=clock.now())
    say(
        _("%(seals)s seals over %(entries)s entries; head %(head)s")
        % {"seals": report.seals, "entries": report.entries, "head": report.head or "-"}
    )
    for finding in report.findings[:_SHOWN]:
        where = finding.entry or finding.seal
        say(f"  {queries.FAULT_WORDS[finding.fault]} ({where})")
    if len(report.findings) > _SHOWN:
        say(_("  and %(count)s more") % {"count": len(report.findings) - _SHOWN})
    say(_("The audit is whole.") if report.whole else _("The audit is NOT whole."))
    return 0 if report.whole else 1
