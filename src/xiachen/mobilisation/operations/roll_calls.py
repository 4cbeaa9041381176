"""A roll-call pasted from a chat (接龙), matched to the people of a community."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from xiachen.base.errors import Refused
from xiachen.mobilisation.queries import call_ups, stays
from xiachen.mobilisation.queries.recognising import Directory, Known
from xiachen.mobilisation.rules.recognising import Said, is_absent
from xiachen.papers.rollcall import DOUBTS, RollCallLine, parse
from xiachen.people.models.members import Member
from xiachen.people.models.units import Organisation
from xiachen.people.queries.members import members_reached
from xiachen.privacy import audit
from xiachen.privacy.masking import mask_phone
from xiachen.privacy.scope import Can, Scope

LONGEST = 1000
_NUMBERS = re.compile(r"\d(?:[\s-]?[\dXx]){6,}")
# Long enough for the number of a card, old ones and mistyped ones among them.
_CARD = re.compile(r"\d{14,}[Xx]?")


class Match(StrEnum):
    """What is known of a line: somebody certain, somebody to be asked about, or nobody."""

    SURE = "sure"
    ASKED = "asked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """
    A line of a roll-call with who may be meant.

    :param text: what the line says, numbers masked
    :param choices: people by id, each with name and unit
    :param doubts: why a person has to look, in words
    """

    line: RollCallLine
    text: str
    match: Match
    choices: Sequence[tuple[UUID, str]]
    doubts: Sequence[str | Promise]
    absent: bool


@transaction.atomic
def recognise_roll_call(scope: Scope, *, community: int, day: date, text: str) -> list[Called]:
    """
    Return the lines of a roll-call with the people of the community whom they mean.

    Those who belong there on the day and those who live there are meant. Who says that they have
    not come is asked about. The audit notes whom the answer names.
    """
    scope.require(Can.REPORT_IN, community=community)
    scope.require(Can.SEE_PEOPLE)
    incident = stays.working_incident(scope)
    here = stays.enrolled_on(scope, incident=incident.pk, day=day, community=community)
    among = Member.objects.filter(
        Q(pk__in=here.order_by().values("member_id")) | Q(home_community=community)
    )
    return _recognised(scope, text, among, community)


@transaction.atomic
def recognise_sign_ups(scope: Scope, *, call_up: UUID, text: str) -> list[Called]:
    """
    Return the lines of a roll-call with the people of the scope whom they mean, to sign them up.

    :raises NotFound: the call is not within the scope
    """
    scope.require(Can.SIGN_UP_PEOPLE)
    call_ups.call_up(scope, call_up)
    return _recognised(scope, text, members_reached(scope), None)


def _recognised(
    scope: Scope, text: str, among: QuerySet[Member], community: int | None
) -> list[Called]:
    lines = parse(text)[:LONGEST]
    directory = Directory(scope, [_said(line) for line in lines], among=among)
    found = [(line, *_candidates(directory, line)) for line in lines]
    named = {one.id for _line, people, _refusal in found for one in people}
    units = _units(people for _line, people, _refusal in found)
    if named:
        audit.record(scope, "mobilisation.recognise-roll-call", community=community, targets=named)
    return [_called(line, people, refusal, units) for line, people, refusal in found]


def _called(
    line: RollCallLine,
    people: Sequence[Known],
    refusal: Refused | None,
    units: dict[UUID, str],
) -> Called:
    doubts: list[str | Promise] = [DOUBTS[doubt] for doubt in line.doubts]
    if refusal is not None:
        doubts.append(str(refusal))
    absent = is_absent(line.rest)
    sure = len(people) == 1 and not doubts and not absent
    return Called(
        line=line,
        text=_NUMBERS.sub(lambda found: mask_phone(found[0]), line.text),
        match=Match.SURE if sure else Match.ASKED if people else Match.UNKNOWN,
        choices=[
            (one.id, " ".join((one.name, units.get(one.organisation, ""))).strip())
            if one.organisation
            else (one.id, one.name)
            for one in people
        ],
        doubts=doubts,
        absent=absent,
    )


def _candidates(directory: Directory, line: RollCallLine) -> tuple[list[Known], Refused | None]:
    if not line.name:
        return [], None
    try:
        return directory.candidates(_said(line)), None
    except Refused as refusal:
        return directory.candidates(Said(name=line.name)), refusal


def _said(line: RollCallLine) -> Said:
    card = _CARD.search(line.rest)
    identity = card[0] if card else ""
    return Said(name=line.name, phone=line.phone, identity=identity, words=line.rest)


def _units(groups: Iterable[Sequence[Known]]) -> dict[UUID, str]:
    ids = {one.organisation for people in groups for one in people if one.organisation}
    return dict(Organisation.objects.filter(pk__in=ids).values_list("pk", "name"))
