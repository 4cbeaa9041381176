"""A team on the phone of its leader: who is in it, signed in or not, fit or not."""

from datetime import date

from xiachen.attendance.queries.health import Standing, standings
from xiachen.deployment.models import Membership
from xiachen.people.models.members import Member
from xiachen.people.models.periods import standing_on
from xiachen.privacy.scope import Scope
from xiachen.sync.rules import bodies
from xiachen.sync.rules.bodies import Doc, moment


def people(scope: Scope, *, day: date) -> list[Doc]:
    """Return who is in the teams of a scope on a day; as many statements for any number."""
    rows = Membership.objects.filter(standing_on(day), team__in=scope.teams)
    members = {row.member_id: row.member for row in rows.select_related("member")}
    found = standings(scope, members=members, day=day)
    return [Doc(str(pk), "person", _person(one, found[pk]), pk) for pk, one in members.items()]


def _person(member: Member, standing: Standing) -> bodies.Person:
    return bodies.Person(
        member=str(member.pk),
        name=member.name,
        phone=member.opened_contact()["phone"],
        signed_in_at=moment(standing.signed_in_at),
        signed_out_at=moment(standing.signed_out_at),
        fit=not standing.off_duty,
    )
