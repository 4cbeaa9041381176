"""What is said about a person in a sheet or a roll-call, and when it means nobody or several."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused

_ABSENT = re.compile("未到|没到|没来|不能到|来不了|请假|缺席|缺勤|隔离|生病|取消|退出")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """
    How a person is named: by name, and by whatever else stands beside it, each perhaps empty.

    :param unit: what a sheet says is the unit
    :param words: what a chat says besides, perhaps a unit
    """

    name: str
    phone: str = ""
    identity: str = ""
    unit: str = ""
    words: str = ""


class PersonUnknown(Refused):
    """Nobody of that name is registered within reach."""

    code = "mobilisation.person-unknown"
    message = _(
        "Nobody of this name is registered, or not within your responsibility. "
        "Register the person first, or correct the name."
    )
    status = 422


class PersonUnclear(Refused):
    """Several have that name."""

    code = "mobilisation.person-unclear"
    message = _("%(count)s people have this name. Write the phone number or the unit beside it.")
    status = 422


class PersonDiffers(Refused):
    """The number belongs to somebody of another name."""

    code = "mobilisation.person-differs"
    message = _(
        "This number is registered for somebody of another name. Check the number and the name."
    )
    status = 422


class NumberDiffers(Refused):
    """The person of that name has another number on record."""

    code = "mobilisation.number-differs"
    message = _(
        "Another number is registered for the person of this name. Find out whether somebody else "
        "is meant, and correct the number here or on the record."
    )
    status = 422


class PersonOfOtherUnit(Refused):
    """The person of that name belongs to another unit."""

    code = "mobilisation.person-of-other-unit"
    message = _(
        "Nobody of this name is registered in this unit, only elsewhere. Find out who is meant, "
        "and correct the unit here or on the record."
    )
    status = 422


class PersonUnsure(Refused):
    """A number stands beside the name, and none on record to compare it with."""

    code = "mobilisation.person-unsure"
    message = _(
        "It cannot be told for sure who is meant: this number is not on record. Write the unit "
        "beside it, or enter the number on the person's record first."
    )
    status = 422


class NoUnit(Refused):
    """Nobody without a unit is sent by one."""

    code = "mobilisation.no-unit"
    message = _("No unit is registered for this person. Write the unit that sends them.")
    status = 422


def said_by(values: Mapping[str, str]) -> Said:
    """Return how the cells of a sheet's row name a person."""
    return Said(
        name=values["name"],
        phone=values["phone"],
        identity=values["identity_number"],
        unit=values["organisation"],
    )


def is_absent(words: str) -> bool:
    """Tell whether what stands beside a name says that the person has not come."""
    return _ABSENT.search(words) is not None
