"""What people can do: the list of skills, and who has which."""

from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Invalid, Refused
from xiachen.people.models.members import Member, Skill
from xiachen.people.queries.members import member as member_of
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope


class SkillExists(Refused):
    """A skill has this code."""

    code = "people.skill-exists"
    message = _("There is a skill with the code “%(skill)s” already.")


@transaction.atomic
def register_skill(scope: Scope, *, code: str, name: str, name_en: str) -> Skill:
    """
    Add a skill by which people are found.

    :raises SkillExists: another has the code
    """
    scope.require(Can.MANAGE_PEOPLE)
    made = Skill(code=code, name=name.strip(), name_en=name_en.strip())
    if not (made.code and made.name and made.name_en):
        raise Invalid(field="name", reason=_("the name is missing"))
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise SkillExists(field="code", skill=code) from None
    audit.record(scope, "people.register-skill")
    return made


@transaction.atomic
def set_skills(scope: Scope, *, member: UUID, skills: Sequence[str]) -> Member:
    """
    Say what somebody can do; the person says it, or whoever enters people.

    :param skills: codes; those that are left out are taken away
    """
    if member != scope.member:
        scope.require(Can.ENTER_PEOPLE)
    found = member_of(scope, member)
    known = list(Skill.objects.filter(code__in=set(skills)))
    if len(known) < len(set(skills)):
        raise Invalid(field="skills", reason=_("there is no such skill"))
    found.skills.set(known)
    audit.record(scope, "people.set-skills", subject=found.pk, targets=[found.pk])
    return found
