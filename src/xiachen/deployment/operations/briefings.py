"""What the community tells an arriving team."""

from django.db import transaction

from xiachen.deployment import rules
from xiachen.deployment.models import Briefing
from xiachen.mobilisation.queries import stays as mobilisation
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope


@transaction.atomic
def write_briefing(
    scope: Scope,
    *,
    community: int,
    done_so_far: str,
    key_points: str,
    difficulties: str,
    version: int | None = None,
) -> Briefing:
    """
    Write the community's briefing, or change it.

    :param version: of the text that was read before changing it; None for the first
    :raises BriefingChanged: somebody has written meanwhile; carries what stands now
    """
    scope.require(Can.MANAGE_PLACES, community=community)
    incident = mobilisation.working_incident(scope)
    texts = {"done_so_far": done_so_far, "key_points": key_points, "difficulties": difficulties}
    Briefing.objects.bulk_create(
        [Briefing(community_id=community, incident=incident, version=0)], ignore_conflicts=True
    )
    rows = Briefing.objects.select_for_update().filter(community=community, incident=incident)
    held = rows.get()
    if held.version != (version or 0):
        theirs = {name: getattr(held, name) for name in texts}
        raise rules.BriefingChanged(theirs=theirs, version=held.version)
    for name, text in texts.items():
        setattr(held, name, text.strip())
    held.version += 1
    held.save()
    audit.record(scope, "deployment.write-briefing", community=community, targets=(held.pk,))
    return held
