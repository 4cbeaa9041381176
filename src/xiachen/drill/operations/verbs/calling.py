"""Verbs of documents, dispatch and report-in."""

from uuid import UUID

from xiachen.base.ids import uuid7
from xiachen.drill.operations.setting import settled
from xiachen.drill.operations.stage import Act, Made
from xiachen.drill.rules.grammar import Thing
from xiachen.incidents import operations as incidents
from xiachen.mobilisation.operations.dispatches import dispatch
from xiachen.mobilisation.operations.excuses import excuse
from xiachen.mobilisation.operations.joining import join_on_the_spot
from xiachen.mobilisation.operations.releases import release
from xiachen.mobilisation.operations.report_ins import (
    ReportInEntry,
    report_in,
    reverse_report_in,
)
from xiachen.notices.operations.documents import issue_document


def sets_parameter(act: Act) -> Made:
    """Set a parameter of the protocol."""
    incidents.set_parameter(
        act.scope,
        incident=act.stage.incident,
        name=act.text("name"),
        value=act.value("value"),
        from_day=act.day("from_day"),
        community=act.place,
        source=act.text("source"),
    )
    return None


def issues_document(act: Act) -> Made:
    """Issue a call-up, plan or notice."""
    made = issue_document(
        act.scope,
        incident=act.stage.incident,
        kind=act.text("kind"),
        number=act.text("number"),
        title=act.text("title"),
        issuers=act.ids(Thing.UNIT, "issuers"),
        issued_on=act.day("issued_on"),
        parent=act.optional(Thing.DOCUMENT, "parent"),
    )
    return made.pk


def dispatches(act: Act) -> Made:
    """Send a unit's people to a community."""
    made = dispatch(
        act.scope,
        document=act.id(Thing.DOCUMENT, "document"),
        organisation=act.id(Thing.UNIT, "unit"),
        community=act.community,
        members=act.ids(Thing.PERSON, "members"),
        sent_on=act.day("sent_on"),
        batch=act.number("batch", 1),
        at=act.at,
    )
    return made.pk


def joins(act: Act) -> Made:
    """Accept somebody who was not sent."""
    made = join_on_the_spot(
        act.scope,
        community=act.community,
        member=act.id(Thing.PERSON, "member"),
        occurred_at=act.occurred_at,
        at=act.at,
    )
    return made.pk


def reports_in(act: Act) -> Made:
    """Take the report-in of people, or of a unit at its contact point."""
    members: list[UUID | None] = [*act.ids(Thing.PERSON, "members")] or [None]
    entries = [
        ReportInEntry(
            id=uuid7(),
            community=act.community,
            channel=act.text("channel"),
            occurred_at=act.occurred_at,
            member=member,
            organisation=None if member else act.optional(Thing.UNIT, "unit"),
        )
        for member in members
    ]
    settled(report_in(act.scope, entries=entries, at=act.at))
    return {entry.member: entry.id for entry in entries if entry.member}


def reverses_report_in(act: Act) -> Made:
    """Take back a report-in that was a mistake."""
    reverse_report_in(
        act.scope,
        community=act.community,
        report_in=act.of_member(Thing.REPORT_IN, "report_in"),
        at=act.at,
        reason=act.text("reason"),
    )
    return None


def excuses(act: Act) -> Made:
    """Excuse somebody for some days."""
    excuse(
        act.scope,
        member=act.id(Thing.PERSON, "member"),
        reason=act.text("reason"),
        from_day=act.day("from_day"),
        to_day=act.day("to_day"),
        at=act.at,
    )
    return None


def releases(act: Act) -> Made:
    """End the stay of somebody who joined."""
    release(
        act.scope,
        enrolment=act.id(Thing.ENROLMENT, "enrolment"),
        last_day=act.day("last_day"),
        at=act.at,
    )
    return None
