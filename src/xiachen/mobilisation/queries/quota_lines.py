"""The units of a call as lines of text, and what such lines mean."""

import re
from dataclasses import dataclass
from uuid import UUID

from xiachen.mobilisation.models.call_ups import Quota
from xiachen.mobilisation.rules.call_ups import LineNotUnderstood
from xiachen.people.models.units import Organisation
from xiachen.privacy.scope import Scope


@dataclass(frozen=True, slots=True)
class QuotaLine:
    """A unit with how many are asked of it, at least and at most; None is no limit."""

    organisation: UUID
    minimum: int
    maximum: int | None


def quotas_as_text(scope: Scope, *, call_up: UUID) -> str:
    """Return the units of a call, one a line, as `quotas_of_text` reads them."""
    rows = Quota.objects.filter(call_up=call_up).select_related("organisation")
    return "\n".join(
        str(one.organisation)
        if one.maximum is None and not one.minimum
        else f"{one.organisation} {one.minimum} {one.maximum}"
        if one.maximum is not None
        else f"{one.organisation} {one.minimum} -"
        for one in rows.order_by("organisation__name")
    )


def quotas_of_text(scope: Scope, text: str) -> list[QuotaLine]:
    """
    Return what lines of units mean: name, at least, at most.

    :raises LineNotUnderstood: a line names no unit that is registered
    """
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    said = [(number, *_parts(line)) for number, line in lines if line]
    names = {name for _, name, _, _ in said}
    units = dict(Organisation.objects.filter(name__in=names).values_list("name", "pk"))
    short = Organisation.objects.filter(short_name__in=names - units.keys())
    for name, pk in short.values_list("short_name", "pk"):
        units.setdefault(name, pk)
    for number, name, _, _ in said:
        if name not in units:
            raise LineNotUnderstood(field="quotas", line=number)
    return [QuotaLine(units[name], least, most) for _, name, least, most in said]


def _parts(line: str) -> tuple[str, int, int | None]:
    words = re.split(r"[\s,，;；]+", line)
    numbers: list[str] = []
    while len(words) > 1 and len(numbers) < 2 and re.fullmatch(r"\d{1,6}|-", words[-1]):
        numbers.insert(0, words.pop())
    name = " ".join(words)
    if len(numbers) == 2:
        return name, _number(numbers[0]) or 0, _number(numbers[1])
    return name, 0, _number(numbers[0]) if numbers else None


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else None
