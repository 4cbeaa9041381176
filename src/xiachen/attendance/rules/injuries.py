"""What a claim for an injury at work needs: which paper, who sees to it, and by when."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused

# Regulation on Work-Related Injury Insurance, article 17: the unit applies within 30 days of the
# accident; the person, the family or the union may still do so within a year. Article 18: the
# form, the proof of employment, and the diagnosis. Article 20: decided within 60 days.
UNIT_APPLIES_WITHIN = timedelta(days=30)
PERSON_APPLIES_WITHIN = timedelta(days=365)


class UnknownHappening(Refused):
    """What happened is chosen from a short list."""

    code = "attendance.unknown-happening"
    message = _("Choose what happened from the list: a fall, a cut, traffic, heat or other.")
    status = 422


class UnknownStep(Refused):
    """Only a step of the list is ticked off."""

    code = "attendance.unknown-step"
    message = _("This list has no such step. Read it again.")
    status = 422


# The values of the record, which rules cannot ask.
HAPPENINGS = frozenset({"fall", "cut", "traffic", "heat", "other"})


def unknown(happened: str) -> Refused | None:
    """Return why something is no word of the short list, or None."""
    return None if happened in HAPPENINGS else UnknownHappening(field="happened")


class Who(StrEnum):
    """Who sees to a step."""

    PERSON = "person"
    LEADER = "leader"
    COMMUNITY = "community"
    UNIT = "unit"


WHO = {
    Who.PERSON: _("the injured person or the family"),
    Who.LEADER: _("the team leader"),
    Who.COMMUNITY: _("the community"),
    Who.UNIT: _("the unit, by its liaison"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """
    A step towards the claim.

    :param within: by when, counted from the day of the accident
    :param statutory: whether the law sets the term
    :param only: for which happenings; empty: for all
    """

    code: str
    words: str | Promise
    who: Who
    within: timedelta
    statutory: bool = False
    only: frozenset[str] = frozenset()

    def due(self, day: date) -> date:
        """Return the last day for it."""
        return day + self.within

    @property
    def by(self) -> str | Promise:
        """Return who sees to it, in words."""
        return WHO[self.who]


STEPS = (
    Step(
        code="treatment",
        words=_("See a doctor; keep the record, the diagnosis and all receipts"),
        who=Who.PERSON,
        within=timedelta(days=0),
    ),
    Step(
        code="tell-unit",
        words=_("Tell the unit that the person was hurt at work, and where the person is"),
        who=Who.LEADER,
        within=timedelta(days=0),
    ),
    Step(
        code="account",
        words=_("Write down what happened, where and when, with the witnesses' signatures"),
        who=Who.LEADER,
        within=timedelta(days=3),
    ),
    Step(
        code="police-report",
        words=_("Get the police's finding on who was responsible for the traffic accident"),
        who=Who.PERSON,
        within=timedelta(days=10),
        only=frozenset({"traffic"}),
    ),
    Step(
        code="proof-of-duty",
        words=_("Print the proof of duty: the sending document, sign-in and work of the day"),
        who=Who.COMMUNITY,
        within=timedelta(days=7),
    ),
    Step(
        code="employment",
        words=_("Add the proof of employment and a copy of the identity card"),
        who=Who.UNIT,
        within=timedelta(days=15),
    ),
    Step(
        code="application",
        words=_("Hand the application for recognition of a work injury to the insurance office"),
        who=Who.UNIT,
        within=UNIT_APPLIES_WITHIN,
        statutory=True,
    ),
    Step(
        code="decision",
        words=_("Receive the decision (within 60 days of the application) and hand it over"),
        who=Who.UNIT,
        within=UNIT_APPLIES_WITHIN + timedelta(days=60),
    ),
)


def steps_of(happened: str) -> list[Step]:
    """Return the steps towards a claim for what happened, in their order."""
    return [one for one in STEPS if not one.only or happened in one.only]
