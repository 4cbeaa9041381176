"""Reads of divisions of any level, by what people write."""

from collections.abc import Iterable

from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused
from xiachen.places.models import Community, Division
from xiachen.places.queries.communities import resolve_all
from xiachen.places.rules import resolving
from xiachen.places.rules.codes import Level, NotADivisionCode, code_from
from xiachen.places.rules.listing import Candidate, MemoryListing
from xiachen.places.rules.names import (
    PLACEHOLDERS,
    normalise_community_name,
    plain,
    short_forms,
    street_names,
)
from xiachen.privacy.scope import Scope

_ABOVE_COMMUNITIES = frozenset({Level.PROVINCE, Level.PREFECTURE, Level.COUNTY, Level.TOWNSHIP})
_NAMED_AT_MOST = 5


class DivisionUnknown(Refused):
    """The text names no division; what stands there is not repeated."""

    code = "places.division-unknown"
    message = _("No place is called this. Write its name with the one above it, or its code.")
    status = 422


class DivisionAmbiguous(Refused):
    """The text may mean several divisions."""

    code = "places.division-ambiguous"
    message = _(
        "This may mean several places: %(candidates)s. Add the one above, or write the code."
    )
    status = 422


def resolve_divisions(
    scope: Scope, texts: Iterable[str], *, field: str = "division"
) -> dict[str, int | Refused]:
    """
    Return the code of the division that each text means (武昌区, 420106, 水果湖街道), or why none.

    Names of divisions are open to everybody; what the role may enter there is checked elsewhere.
    """
    wanted = list(dict.fromkeys(texts))
    listing = _listing(wanted)
    forms = _short_forms(listing)
    answers: dict[str, int | Refused] = {}
    for text in wanted:
        digits = plain(text)
        if digits.isascii() and digits.isdigit():
            answers[text] = _by_code(digits, field)
            continue
        answer = resolving.resolve(text, listing.found, forms)
        if isinstance(answer, resolving.Resolved):
            answers[text] = answer.candidate.code
        elif isinstance(answer, resolving.Ambiguous):
            near = [one.code for one in answer.candidates if scope.covers(one.code)]
            # Of several, the one among the role's own places is meant.
            answers[text] = near[0] if len(near) == 1 else _ambiguous(answer.candidates, field)
        else:
            answers[text] = DivisionUnknown(field=field)
    left = [text for text, answer in answers.items() if isinstance(answer, DivisionUnknown)]
    for text, community in (resolve_all(scope, left, field=field) if left else {}).items():
        answers[text] = community.pk if isinstance(community, Community) else community
    return answers


class _Listed:
    """The divisions that some texts may mean: all down to the counties, and streets by name."""

    def __init__(self, rows: dict[int, str]) -> None:
        self.rows = rows
        self.found = MemoryListing(rows.items(), levels=_ABOVE_COMMUNITIES)


def _listing(texts: Iterable[str]) -> _Listed:
    names = {normalise_community_name(text) for text in texts}
    endings = {name[start:] for name in names for start in range(len(name) - 1)}
    streets = {form for ending in endings for form in street_names(ending)}
    held = Division.objects.filter(valid_to=None)
    rows = dict(held.filter(level__lt=4).values_list("code", "name"))
    rows |= dict(held.filter(level=4, search_name__in=streets).values_list("code", "name"))
    return _Listed({code: name for code, name in rows.items() if name not in PLACEHOLDERS})


def _short_forms(listing: _Listed) -> dict[str, list[int]]:
    forms: dict[str, list[int]] = {}
    for code, name in listing.rows.items():
        for form in short_forms(name):
            forms.setdefault(form, []).append(code)
    return forms


def _by_code(digits: str, field: str) -> int | Refused:
    try:
        code = code_from(digits)
    except NotADivisionCode:
        return DivisionUnknown(field=field)
    known = (
        Division.objects.filter(code=code).exists() or Community.objects.filter(pk=code).exists()
    )
    return code if known else DivisionUnknown(field=field)


def _ambiguous(candidates: tuple[Candidate, ...], field: str) -> Refused:
    named = [
        gettext("%(name)s (%(code)s)") % {"name": one.full_name, "code": one.code}
        for one in candidates[:_NAMED_AT_MOST]
    ]
    return DivisionAmbiguous(field=field, candidates=pgettext("between items", "; ").join(named))
