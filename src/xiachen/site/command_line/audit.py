"""xiachen audit"""

import argparse

from xiachen.site.command_line.commands import Commands
from xiachen.site.speaking import gettext, ngettext, say, written_time
from xiachen.site.target import in_process, server_for, target

_ = gettext

_SHOWN = 20


def add(commands: Commands) -> None:
    """Describe the command."""
    words = _("prove that nobody has changed the audit")
    parser = commands.add_parser("audit", help=words, description=words)
    parser.add_argument(
        "what", choices=["verify"], metavar="verify", help=_("verify: check every seal")
    )
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
    if report.since:
        words = ngettext(
            "%(count)s audit entry waits for its seal since %(since)s.",
            "%(count)s audit entries wait for their seal, the oldest since %(since)s.",
            report.waiting,
        )
        say(words % {"count": report.waiting, "since": written_time(report.since)})
    # Those that wait are counted above; one line each would hide what is worse.
    faults = [one for one in report.findings if one.fault is not queries.Fault.UNSEALED]
    for finding in faults[:_SHOWN]:
        where = finding.entry or finding.seal
        say(f"  {queries.FAULT_WORDS[finding.fault]} ({where})")
    if len(faults) > _SHOWN:
        say(_("  and %(count)s more") % {"count": len(faults) - _SHOWN})
    say(_verdict(altered=bool(faults), whole=report.whole))
    return 0 if report.whole else 1


def _verdict(*, altered: bool, whole: bool) -> str:
    if altered:
        return _("The audit is NOT whole.")
    if whole:
        return _("The audit is whole.")
    return _(
        "No seal is broken, but what waits so long is not protected yet. "
        "Start `xiachen serve` or `xiachen worker`, and verify again."
    )
