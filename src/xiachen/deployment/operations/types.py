"""The open list of types of team."""

from django.db import transaction

from xiachen.deployment import rules
from xiachen.deployment.models import TeamType
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope


@transaction.atomic
def install_team_types() -> None:
    """Put the usual types on the list where they are missing; changes none that is there."""
    listed = [(one, False) for one in rules.TEAM_TYPES] + [
        (one, True) for one in rules.TITLED_POSTS
    ]
    TeamType.objects.bulk_create(
        [
            TeamType(code=code, name=name, name_en=english, titled_post=post)
            for (code, name, english), post in listed
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def add_team_type(scope: Scope, *, code: str, name: str, name_en: str) -> TeamType:
    """
    Add a type of team in both languages; adding it again changes nothing.

    :raises TypeTaken: the code stands for another type
    """
    scope.require(Can.FORM_TEAMS)
    added, new = TeamType.objects.get_or_create(
        code=code, defaults={"name": name, "name_en": name_en}
    )
    if (added.name, added.name_en) != (name, name_en):
        raise rules.TypeTaken(field="code")
    if new:
        audit.record(scope, "deployment.add-team-type")
    return added
