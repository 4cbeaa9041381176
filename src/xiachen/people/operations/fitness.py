"""Until when people are fit for a kind of duty; never why, or why not."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Invalid
from xiachen.people.models.members import Fitness
from xiachen.people.queries.members import member as member_of
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope


@transaction.atomic
def set_fitness(scope: Scope, *, member: UUID, duty: str, fit_until: date) -> Fitness:
    """Record until when somebody is fit for a kind of duty; never why, or why not."""
    scope.require(Can.RECORD_HEALTH)
    kept = " ".join(duty.split())
    if not 1 <= len(kept) <= 40:
        raise Invalid(field="duty", reason=_("the duty is missing or too long"))
    found = member_of(scope, member)
    row, _made = Fitness.objects.update_or_create(
        member=found, duty=kept, defaults={"fit_until": fit_until}
    )
    audit.record(scope, "people.set-fitness", subject=found.pk, targets=[found.pk])
    return row
