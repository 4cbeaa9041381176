"""What becomes of an entry of a list that may be registered already."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused
from xiachen.people.operations.members import EnteredOtherwise


class SaidOtherwise(EnteredOtherwise):
    """The record says something else than the list."""

    code = "people.said-otherwise"
    message = _(
        "The record says something else here. Open it and compare; a sheet only adds what was "
        "unknown."
    )


@dataclass(frozen=True, slots=True)
class Completion:
    """
    What became of an entry: entered new, completed, there already, or refused.

    :param member: whom the entry means; None where it was refused
    """

    new: bool = False
    completed: bool = False
    refusal: Refused | None = None
    member: UUID | None = None
