"""The intake of report-ins: who has reported in at a community, through which channel."""

from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from xiachen.base import clock
from xiachen.base.errors import Invalid, NotFound, Refused
from xiachen.mobilisation.models.report_ins import Channel
from xiachen.mobilisation.operations.report_ins import ReportInEntry, report_in
from xiachen.mobilisation.operations.sheets.fields import DAY, PERSON
from xiachen.mobilisation.queries.recognising import Directory
from xiachen.mobilisation.rules.recognising import said_by
from xiachen.papers.answering import Answers
from xiachen.papers.intake import Ask, Intake, Line, LineOutcome, Setting
from xiachen.privacy.scope import Can, Scope

CHANNEL = "channel"
# A sheet tells days; of a day that is over, the time of day is nobody's to know.
MIDDAY = time(12)
_CELLS = {
    "member": "name",
    "occurred_at": "day",
    "identity": "identity_number",
    "unit": "organisation",
}


@transaction.atomic
def enter_report_ins(
    scope: Scope, setting: Setting, lines: Sequence[Line], at: datetime
) -> list[LineOutcome]:
    """Report the people of a sheet in at its community; see `papers.intake`."""
    community, channel = setting.community, setting.values.get(CHANNEL, "")
    if community is None:
        raise NotFound(field="community")
    scope.require(Can.REPORT_IN, community=community)
    answers = Answers(lines)
    directory = Directory(scope, [said_by(line.values) for line in lines])
    entries: list[tuple[Line, ReportInEntry]] = []
    seen: set[UUID] = set()
    for line in lines:
        try:
            who, moment = directory.find(said_by(line.values)), _moment(line, at)
        except Refused as refusal:
            answers.refuse(line, refusal, _CELLS)
            continue
        if who.id not in seen:
            seen.add(who.id)
            entry = ReportInEntry(
                id=line.id,
                community=community,
                channel=channel,
                occurred_at=moment,
                member=who.id,
            )
            entries.append((line, entry))
    outcomes = report_in(scope, entries=[entry for _line, entry in entries], at=at)
    for (line, _entry), outcome in zip(entries, outcomes, strict=True):
        answers.answer(line, new=outcome.new, refusal=outcome.refusal, cells=_CELLS)
    return answers.outcomes()


def _moment(line: Line, at: datetime) -> datetime:
    said = line.values["day"]
    try:
        day = date.fromisoformat(said) if said else clock.local_day(at)
    except ValueError:
        raise Invalid(field="day", reason=_("it is not a day of the calendar")) from None
    return at if day == clock.local_day(at) else clock.on_day(day, MIDDAY)


def _channels(scope: Scope) -> Sequence[tuple[str, str]]:
    return [(value, str(label)) for value, label in Channel.choices]


REPORT_INS = Intake(
    kind="report-ins",
    title=_("Report-ins at a community"),
    can=Can.REPORT_IN,
    fields=(*PERSON, DAY),
    enter=enter_report_ins,
    in_community=True,
    asks=(Ask(name=CHANNEL, title=_("channel"), choices=_channels),),
)
