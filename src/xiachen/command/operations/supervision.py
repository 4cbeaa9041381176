"""Supervision items (督办): issued with a term, answered, reminded of, closed by their issuer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from xiachen.base import clock
from xiachen.base.errors import Invalid, NotFound, Outcome, Refused
from xiachen.base.ids import uuid7
from xiachen.base.owned.appending import append
from xiachen.command.models import (
    Supervision,
    SupervisionState,
    SupervisionStep,
    SupervisionStepKind,
)
from xiachen.command.queries import asking
from xiachen.command.queries import supervision as queries
from xiachen.command.rules import supervision as rules
from xiachen.command.rules.supervision import Act
from xiachen.deployment.queries.teams import assignments, teams
from xiachen.mobilisation.queries.stays import working_incident
from xiachen.notices.queries.documents import documents
from xiachen.people.queries.members import members_reached
from xiachen.people.queries.units import organisations_reached
from xiachen.places.models import Community
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope

_STEPS = {
    Act.ANSWER: SupervisionStepKind.ANSWERED,
    Act.REMIND: SupervisionStepKind.REMINDED,
    Act.SEND_BACK: SupervisionStepKind.SENT_BACK,
    Act.CLOSE: SupervisionStepKind.CLOSED,
    Act.WITHDRAW: SupervisionStepKind.WITHDRAWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Of whom something is asked: exactly one of them."""

    organisation: UUID | None = None
    team: UUID | None = None
    member: UUID | None = None
    community: int | None = None


@transaction.atomic
def issue_supervision(
    scope: Scope,
    *,
    asked: Asked,
    title: str,
    term: datetime,
    at: datetime,
    details: str = "",
    document: UUID | None = None,
) -> Supervision:
    """
    Ask something of a unit, a team, a person in charge or a community, to be answered by a term.

    :param document: the ground, if there is one
    :raises AskedOfNobody: nobody is asked, or more than one
    :raises TermPassed: nobody could keep the term
    """
    scope.require(Can.SUPERVISE)
    incident = working_incident(scope)
    if not title.strip():
        raise rules.SupervisionWordsMissing(field="title")
    if term <= at:
        raise rules.TermPassed(field="term")
    ground = document and documents(scope, incident=incident.pk).filter(pk=document).first()
    if document and not ground:
        raise NotFound(field="document")
    made = Supervision.objects.create(
        incident=incident,
        title=title.strip()[:120],
        details=details.strip()[: rules.LONGEST_WORDS],
        organisation_id=asked.organisation,
        team_id=asked.team,
        member_id=asked.member,
        asked_community_id=asked.community,
        division=_place(scope, asked, at),
        document_id=document,
        term=term,
        issued_by=scope.account,
        issued_as=scope.role.value,
        issued_at=at,
    )
    _note(scope, made, SupervisionStepKind.ISSUED, at)
    _record(scope, "command.issue-supervision", made)
    return made


@transaction.atomic
def answer_supervision(scope: Scope, *, supervision: UUID, words: str, at: datetime) -> Supervision:
    """
    Say what was done; it then waits for the issuer. Another answer may follow until that decides.

    :raises NotAsked: the item asks somebody else
    :raises SupervisionEnded: it is closed or withdrawn
    """
    return _act(scope, supervision, Act.ANSWER, rules.check_words(words), at)


@transaction.atomic
def send_back_supervision(
    scope: Scope, *, supervision: UUID, words: str, at: datetime
) -> Supervision:
    """
    Send an answer back that is not enough, and say why; it is open again, its term stays.

    :raises NotIssuer: somebody else issued it
    :raises NotAnswered: there is no answer
    """
    return _act(scope, supervision, Act.SEND_BACK, rules.check_words(words), at)


@transaction.atomic
def close_supervision(
    scope: Scope, *, supervision: UUID, at: datetime, words: str = ""
) -> Supervision:
    """
    Close an item whose answer is enough; of two who do, the second is told.

    :raises NotIssuer: somebody else issued it
    :raises NotAnswered: there is no answer
    """
    return _act(scope, supervision, Act.CLOSE, words.strip()[: rules.LONGEST_WORDS], at)


@transaction.atomic
def withdraw_supervision(
    scope: Scope, *, supervision: UUID, words: str, at: datetime
) -> Supervision:
    """
    Take an item back that needs no answer any more, and say why.

    :raises NotIssuer: somebody else issued it
    """
    return _act(scope, supervision, Act.WITHDRAW, rules.check_words(words), at)


@transaction.atomic
def remind_supervision(
    scope: Scope, *, supervisions: Sequence[UUID], at: datetime
) -> list[Outcome]:
    """Remind whoever is asked (催办) and answer for each item; every reminder is counted."""
    held = {one.pk: one for one in _locked(scope, supervisions)}
    outcomes = []
    for id in supervisions:
        refusal = _refusal(scope, held.get(id), Act.REMIND)
        if refusal is None:
            _note(scope, held[id], SupervisionStepKind.REMINDED, at)
            _record(scope, "command.remind-supervision", held[id])
        outcomes.append(Outcome(id=id, new=refusal is None, refusal=refusal))
    return outcomes


@transaction.atomic
def view_supervision(scope: Scope, *, id: UUID, at: datetime) -> queries.SupervisionStory:
    """
    Return one item with its steps; where it asks a person, the audit says whom the page named.

    :raises NotFound: the scope reads none of that id
    """
    found = queries.story(scope, id, at=at)
    if found.line.item.member_id and found.line.asked:
        _record(scope, "command.view-supervision", found.line.item)
    return found


@transaction.atomic
def view_supervisions(
    scope: Scope, *, show: str, number: int, at: datetime
) -> queries.SupervisionPage:
    """Return a page of items; the audit says which people in charge it named."""
    found = queries.page(scope, show=show, number=number, at=at)
    named = [line.item.member_id for line in found.lines if line.item.member_id and line.asked]
    if named:
        audit.record(scope, "command.view-supervisions", targets=named)
    return found


@transaction.atomic
def view_whom_to_ask(scope: Scope, *, kind: str, day: date) -> list[tuple[str, str]]:
    """Return whom of a kind the scope can ask, by key and name; the audit says whom it named."""
    found = asking.can_be_asked(scope, kind=kind, day=day)
    if kind == asking.PERSON and found:
        named = [UUID(key) for key, _name in found]
        audit.record(scope, "command.view-whom-to-ask", targets=named)
    return found


def _act(scope: Scope, id: UUID, act: Act, words: str, at: datetime) -> Supervision:
    held = next(iter(_locked(scope, [id])), None)
    refusal = _refusal(scope, held, act)
    if refusal is not None or held is None:
        raise refusal or NotFound()
    _note(scope, held, _STEPS[act], at, words)
    held.state = SupervisionState(rules.AFTER[act])
    held.save(update_fields=["state"])
    _record(scope, f"command.{act.value}-supervision", held)
    return held


def _locked(scope: Scope, ids: Sequence[UUID]) -> list[Supervision]:
    """Lock items that the scope reads, in a fixed order: who comes second sees the first's act."""
    reached = queries.supervisions(scope).filter(pk__in=ids).values("pk")
    rows = Supervision.objects.filter(pk__in=reached).order_by("pk")
    return list(rows.select_for_update(of=("self",)))


def _refusal(scope: Scope, held: Supervision | None, act: Act) -> Refused | None:
    if held is None:
        return NotFound()
    try:
        if act is Act.ANSWER:
            if not Supervision.objects.filter(queries.asked_of(scope), pk=held.pk).exists():
                raise rules.NotAsked()
        elif held.issued_by != scope.account or not scope.allows(Can.SUPERVISE):
            raise rules.NotIssuer()
        rules.check(act, state=held.state)
    except Refused as refusal:
        return refusal
    return None


def _note(
    scope: Scope, item: Supervision, step: SupervisionStepKind, at: datetime, words: str = ""
) -> None:
    append(
        [
            SupervisionStep(
                id=uuid7(),
                supervision=item,
                step=step,
                words=words,
                occurred_at=at,
                received_at=at,
                recorded_by=scope.account,
            )
        ]
    )


def _record(scope: Scope, action: str, item: Supervision) -> None:
    audit.record(
        scope,
        action,
        community=item.asked_community_id,
        subject=item.member_id,
        targets=(item.pk,),
    )


def _place(scope: Scope, asked: Asked, at: datetime) -> int:
    """Return the place of whoever is asked; refuse whom the scope does not reach."""
    chosen = [one for one in (asked.organisation, asked.team, asked.member, asked.community) if one]
    if len(chosen) != 1:
        raise rules.AskedOfNobody(field="asked")
    place: int | None = None
    if asked.organisation:
        units = organisations_reached(scope).filter(pk=asked.organisation)
        place = units.values_list("division", flat=True).first()
    elif asked.team:
        place = _place_of_team(scope, asked.team, at)
    elif asked.member:
        people = members_reached(scope).filter(pk=asked.member)
        home = people.values_list("home_community_id", "organisation__division").first()
        place = (home[0] or home[1] or _own(scope)) if home else None
    elif asked.community and scope.covers(asked.community):
        place = Community.objects.filter(pk=asked.community).values_list("pk", flat=True).first()
    if place is None:
        raise NotFound(field="asked")
    return place


def _place_of_team(scope: Scope, id: UUID, at: datetime) -> int | None:
    found = teams(scope).filter(pk=id).select_related("organisation").first()
    if found is None:
        return None
    works = assignments(scope, day=clock.local_day(at)).filter(team=id).first()
    if works is not None:
        return works.community_id
    return found.organisation.division if found.organisation else _own(scope)


def _own(scope: Scope) -> int:
    if not scope.places:
        raise Invalid(field="asked", reason="")
    return scope.places[0][0]
