"""
Refusals: the one kind of exception that carries words for a person.

A refusal is a subclass of Refused declared beside the operation or rule that raises it.
Everything else that goes wrong is a defect and is shown as one.

    Refused
    ├── Forbidden        the scope does not allow it
    ├── NotFound         it is not there, or not in the scope
    ├── Busy             the database gave way to another change of the same records
    └── …                declared by each area
"""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """
    Something that cannot be done, said in words and with a stable code.

    :param field: the form field or column that the words are about
    :param values: what the message's placeholders stand for; never personal data
    """

    code: ClassVar[str] = "base.refused"
    message: ClassVar[str | Promise] = _("This cannot be done.")
    status: ClassVar[int] = 409

    def __init__(self, *, field: str | None = None, **values: object) -> None:
        super().__init__(self.code)
        self.field = field
        self.values = values

    def __str__(self) -> str:
        text = str(self.message)
        return text % self.values if self.values else text


class Forbidden(Refused):
    """The scope's role or places do not cover what was asked."""

    code = "base.forbidden"
    message = _("You may not do this here. Ask the person who manages your account.")
    status = 403


class NotFound(Refused):
    """There is no such record within the scope; it says no more than that."""

    code = "base.not-found"
    message = _("This record does not exist, or it is not within your responsibility.")
    status = 404


class Invalid(Refused):
    """A value that cannot be right, whatever the state of the records."""

    code = "base.invalid"
    message = _("This value cannot be used: %(reason)s.")
    status = 422


class Busy(Refused):
    """The database gave way to somebody else's change of the same records; a door answers it."""

    code = "base.busy"
    message = _(
        "Two people changed the same records at the same moment. "
        "Nothing was recorded; send it again."
    )
    status = 503


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What became of one item of a list given to an operation.

    `new` is written now; `already` was known with the same content; else `refusal` says why not.
    """

    id: UUID
    new: bool = False
    refusal: Refused | None = None

    @property
    def already(self) -> bool:
        """Tell whether the record stood before, unchanged."""
        return not self.new and self.refusal is None
