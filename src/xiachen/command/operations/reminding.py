"""A liaison chases those who are missing: reminds them, and writes down what they say."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from xiachen.attendance.models.records import GapKind
from xiachen.attendance.operations.answers import answer
from xiachen.attendance.queries import records
from xiachen.base.errors import NotFound
from xiachen.base.ids import uuid7
from xiachen.base.owned.appending import append
from xiachen.command.models import Reminder, ReminderKind
from xiachen.command.queries.homes import people
from xiachen.command.queries.homes.liaison import Person, known
from xiachen.command.rules import reminding as rules
from xiachen.command.rules import supervision
from xiachen.command.rules.views import language
from xiachen.command.rules.whereabouts import Whereabouts
from xiachen.incidents.models import Incident
from xiachen.mobilisation.queries.stays import working_incident
from xiachen.notices.operations import notices
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope

_LISTS = {
    Whereabouts.ABSENT: GapKind.NOT_PRESENT,
    Whereabouts.UNRECORDED: GapKind.NOT_PRESENT,
    Whereabouts.IDLE: GapKind.NOT_WORKING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminded:
    """
    What became of a reminder.

    :param text: one text with all names, for a group chat
    :param people: how many people it is about
    :param sent: how many texts went to phones
    :param without_number: how many have no number to send to
    """

    text: str
    people: int
    sent: int = 0
    without_number: int = 0


@transaction.atomic
def remind_missing(
    scope: Scope, *, members: Sequence[UUID], day: date, at: datetime, site: str = ""
) -> Reminded:
    """
    Make the text that reminds people who are missing, and note that they were reminded.

    Who has come meanwhile is left out. The text says nothing of why somebody cannot come.

    :param site: what the address of a reading link begins with; given, each also gets a notice
        and a text on the phone
    :raises NobodyToRemind: none of them is missing
    :raises TooManyToRemind: more than one text can name
    """
    scope.require(Can.ANSWER)
    incident = working_incident(scope)
    if len(members) > rules.AT_ONCE:
        raise rules.TooManyToRemind(most=rules.AT_ONCE)
    missing = [one for one in _persons(scope, members, day) if one.can_be_asked]
    if not missing:
        raise rules.NobodyToRemind()
    ids = [one.member.pk for one in missing]
    notice, sent = _send(scope, incident, ids, day, at, site) if site else (None, None)
    append(
        [
            _fact(scope, incident, one, day, at, kind=ReminderKind.REMINDED, notice=notice)
            for one in missing
        ]
    )
    audit.record(scope, "command.remind-missing", targets=ids)
    return Reminded(
        text=_text(incident, missing, day),
        people=len(missing),
        sent=sent.sent if sent else 0,
        without_number=sent.without_number if sent else 0,
    )


@transaction.atomic
def record_answer(
    scope: Scope, *, member: UUID, day: date, words: str, at: datetime, excuses: bool = False
) -> None:
    """
    Write down what somebody who is missing says; on a list to verify it may explain the line.

    :raises SupervisionWordsMissing: nothing was said
    :raises NotFound: nobody of the scope's units has this id
    """
    scope.require(Can.ANSWER)
    incident = working_incident(scope)
    kept = supervision.check_words(words)
    person = next(iter(_persons(scope, [member], day)), None)
    if person is None:
        raise NotFound(field="member")
    gap, community = _LISTS.get(person.whereabouts), person.community
    if gap and community:
        answer(
            scope,
            community=community,
            member=member,
            day=day,
            gap=gap,
            words=kept,
            excuses=excuses,
            at=at,
        )
        return
    made = _fact(scope, incident, person, day, at, kind=ReminderKind.SAID)
    made.words = kept
    append([made])
    audit.record(scope, "command.record-answer", subject=member, targets=(made.pk,))


@transaction.atomic
def view_person(scope: Scope, *, member: UUID, day: date) -> Person:
    """
    Return everything known of one of the liaison's people on a day, and note the view.

    :raises NotFound: nobody of the scope's units has this id
    """
    scope.require(Can.SEE_PEOPLE)
    person = next(iter(_persons(scope, [member], day)), None)
    if person is None:
        raise NotFound()
    audit.record(scope, "command.view-person", subject=member)
    return person


def _persons(scope: Scope, members: Sequence[UUID], day: date) -> list[Person]:
    cutoff = records.end_of(scope, day)
    rows = people.own_people(scope, cutoff).filter(pk__in=members).order_by("sort_key", "pk")
    wanted = {id: Whereabouts(kind) for id, kind in rows.values_list("pk", "whereabouts")}
    return known(scope, wanted, cutoff)


def _send(
    scope: Scope, incident: Incident, members: list[UUID], day: date, at: datetime, site: str
) -> tuple[UUID, notices.Reminded]:
    title, body = rules.own_text(incident=incident.name, day=day, language=language())
    made = notices.send_notice(scope, title=title, body=body, to=notices.To(members=members), at=at)
    return made.pk, notices.remind(scope, notice=made.pk, site=site, at=at)


def _text(incident: Incident, missing: list[Person], day: date) -> str:
    groups: dict[Whereabouts, list[str]] = defaultdict(list)
    for one in missing:
        groups[one.whereabouts].append(one.name)
    return rules.group_text(groups, incident=incident.name, day=day, language=language())


def _fact(
    scope: Scope,
    incident: Incident,
    person: Person,
    day: date,
    at: datetime,
    *,
    kind: ReminderKind,
    notice: UUID | None = None,
) -> Reminder:
    return Reminder(
        id=uuid7(),
        incident=incident,
        member=person.member,
        day=day,
        kind=kind,
        about=person.whereabouts.value,
        notice=notice,
        occurred_at=at,
        received_at=at,
        recorded_by=scope.account,
    )
