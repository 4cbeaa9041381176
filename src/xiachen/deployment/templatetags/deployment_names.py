"""Names in templates: of people by id, of types of team and of roles in the reader's language."""

from collections.abc import Mapping
from uuid import UUID

from django import template
from django.utils.translation import get_language

from xiachen.deployment.models import TeamType
from xiachen.privacy.scope import ROLE_NAMES, Role

register = template.Library()


@register.simple_tag
def name_in(names: Mapping[UUID, str], person: UUID) -> str:
    """Return a person's name as the reader may see it."""
    return names.get(person, "")


@register.simple_tag
def type_name(kind: TeamType) -> str:
    """Return a type of team in the reader's language."""
    return kind.name_en if (get_language() or "").startswith("en") else kind.name


@register.simple_tag
def role_name(role: Role) -> str:
    """Return a role in the reader's language."""
    return str(ROLE_NAMES[role])
