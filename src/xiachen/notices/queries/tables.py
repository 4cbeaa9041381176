"""Documents and the ledger of messages as tables that may leave the house."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from xiachen.notices.models.messages import Message
from xiachen.notices.queries.documents import documents
from xiachen.notices.queries.messages import message_lines
from xiachen.papers.tables import Table
from xiachen.privacy.masking import mask_name
from xiachen.privacy.scope import Scope


def documents_table(scope: Scope) -> Table:
    """Return the documents of the scope's incident with their issuers."""
    rows = list(documents(scope, incident=scope.incident)) if scope.incident else []
    return Table(
        title=_("Documents"),
        about=(),
        headings=[
            _("number"),
            _("title"),
            _("kind"),
            _("issuers"),
            _("issued on"),
            _("carries out"),
            _("received"),
            _("passed on"),
        ],
        tags=["", "", "", "#org+name", "#date+issued", "", "#date+received", ""],
        lines=[
            (
                one.number,
                one.title,
                one.get_kind_display(),
                "、".join(str(issuer.organisation) for issuer in one.issuers.all()),
                one.issued_on,
                one.parent.number if one.parent else "",
                one.received_at,
                one.passed_on_at,
            )
            for one in rows
        ],
        records=[one.pk for one in rows],
    )


def messages_table(scope: Scope, *, rows: Sequence[Message]) -> Table:
    """Return messages with what became of them; whom they went to is masked."""
    return Table(
        title=_("Messages sent"),
        about=(),
        headings=[
            _("queued"),
            _("purpose"),
            pgettext("person", "to"),
            _("through"),
            _("state"),
        ],
        tags=["#date", "", "#contact+name", "#channel", "#status"],
        lines=[
            (
                line.message.queued_at,
                str(line.message.purpose_words),
                mask_name(line.name),
                line.message.get_channel_display(),
                line.message.get_state_display(),
            )
            for line in message_lines(scope, rows)
        ],
        records=[one.pk for one in rows],
    )
