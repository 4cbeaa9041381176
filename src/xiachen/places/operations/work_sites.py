"""Places of work outside communities: stations, bus routes, offices, hospitals, depots."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import NotFound, Refused
from xiachen.places.models import Division, WorkSite
from xiachen.places.operations.editing import RefusedWhen, add
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope


class WorkSiteNameTaken(Refused):
    """The street or district has a work site of this name."""

    code = "places.work-site-name-taken"
    message = _("A work site called %(name)s is registered here already. Open it instead.")


@transaction.atomic
def register_work_site(
    scope: Scope, *, name: str, kind: str, division: int, at: datetime
) -> WorkSite:
    """
    Register a work site in a street, district or city.

    :param kind: a value of WorkSiteKind: station, bus-route, office, hospital, depot or other
    :param division: 12-digit code of where it lies
    :raises WorkSiteNameTaken: one of this name is registered there
    """
    scope.require(Can.MANAGE_PLACES, community=division)
    if not Division.objects.filter(code=division).exists():
        raise NotFound(field="division")
    with RefusedWhen(work_site_name=WorkSiteNameTaken(field="name", name=name.strip())):
        site = add(scope, WorkSite(name=name, kind=kind, division=division))
    audit.record(scope, "places.register-work-site", targets=[site.pk])
    return site
