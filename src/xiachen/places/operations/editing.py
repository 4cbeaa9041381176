"""
What every registration shares: refusals in words, versions against overwriting, set-based lists.

Rows are edited in place. Whoever saves over a version they have not seen is told what stands there
now and what they wrote; nothing is lost silently.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TypeVar, cast
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Invalid, NotFound, Outcome, Refused
from xiachen.base.owned.bulk import insert_new
from xiachen.places.models import Edited
from xiachen.privacy.scope import Can, Scope

Row = TypeVar("Row", bound=models.Model)
EditedRow = TypeVar("EditedRow", bound=Edited)
_CHUNK = 10_000


class ChangedMeanwhile(Refused):
    """Somebody else saved first; `theirs` and `yours` hold the fields that differ, by name."""

    code = "places.changed-meanwhile"
    message = _(
        "Somebody else has changed this meanwhile. Now it says: %(theirs_words)s. "
        "You wrote: %(yours_words)s. Nothing of yours was saved; look at both and save again."
    )

    def __init__(
        self, row: Edited, *, theirs: Mapping[str, object], yours: Mapping[str, object]
    ) -> None:
        super().__init__(theirs_words=_in_words(row, theirs), yours_words=_in_words(row, yours))
        self.version = row.version
        self.theirs = dict(theirs)
        self.yours = dict(yours)


class RegisteredOtherwise(Refused):
    """The same id was given before with other content."""

    code = "places.registered-otherwise"
    message = _("This was registered before with other content. Open it and change it there.")


class RefusedWhen:
    """
    Turn a broken constraint of the database into the refusal that says it in words.

    :param refusals: by name of the constraint
    """

    def __init__(self, **refusals: Refused) -> None:
        self._refusals = refusals
        self._savepoint = transaction.atomic()

    def __enter__(self) -> None:
        self._savepoint.__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._savepoint.__exit__(kind, error, trace)
        if isinstance(error, IntegrityError):
            broken = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
            if refusal := self._refusals.get(broken or ""):
                raise refusal from error


class Fault:
    """What cannot be right in a row's own values, whatever else stands."""

    @staticmethod
    def of(row: models.Model) -> Refused | None:
        """Return what is wrong with a row's own values, in words, None when nothing is."""
        for field in row._meta.concrete_fields:
            value = getattr(row, field.attname)
            if isinstance(value, str):
                setattr(row, field.attname, value.strip())
                if "\x00" in value:
                    return Invalid(
                        field=field.name, reason=_("it holds a character nobody can read")
                    )
        relations = [field.name for field in row._meta.concrete_fields if field.is_relation]
        try:
            row.clean_fields(exclude=relations)
        except ValidationError as error:
            name, messages = next(iter(error.message_dict.items()))
            return Invalid(field=name, reason=str(messages[0]).rstrip(".。"))
        return None


@transaction.atomic
def add(scope: Scope, row: Row) -> Row:
    """Write one new row whose values a person gave; refuses values that cannot be right."""
    _check(row)
    row.save(force_insert=True)
    return row


@transaction.atomic
def change(
    scope: Scope, row: type[EditedRow], *, community: int, id: UUID, version: int, **values: object
) -> EditedRow:
    """
    Change fields of a registered row, if it still has the version that was shown.

    Saving the same content twice is no conflict.

    :raises NotFound: the community has no such row
    :raises ChangedMeanwhile: it has another version and other content by now
    """
    scope.require(Can.MANAGE_PLACES, community=community)
    rows = row._default_manager.select_for_update().filter(community_id=community, pk=id)
    held = cast(EditedRow | None, rows.first())
    if held is None:
        raise NotFound()
    return rewrite(scope, held, version=version, **values)


@transaction.atomic
def rewrite(scope: Scope, held: EditedRow, *, version: int, **values: object) -> EditedRow:
    """
    Change fields of a row that the caller has locked and may change, as `change` does.

    :raises ChangedMeanwhile: it has another version and other content by now
    """
    theirs = {name: getattr(held, name) for name in values}
    for name, value in values.items():
        setattr(held, name, value)
    _check(held)
    yours = {name: getattr(held, name) for name in values}
    differing = [name for name in values if theirs[name] != yours[name]]
    if not differing:
        return held
    if held.version != version:
        raise ChangedMeanwhile(
            held,
            theirs={name: theirs[name] for name in differing},
            yours={name: yours[name] for name in differing},
        )
    held.version += 1
    held.save(update_fields=[*differing, "version"])
    return held


@transaction.atomic
def register_all(
    scope: Scope,
    rows: Sequence[EditedRow],
    *,
    refused: Mapping[UUID, Refused],
    taken: type[Refused],
) -> list[Outcome]:
    """
    Write those rows of one community that are new, in one statement for thousands.

    :param refused: what was found wrong before, by id; those rows are not written
    :param taken: the refusal where another row has the same number or door
    :return: one outcome for each row, in their order
    """
    refused = {**{row.pk: fault for row in rows if (fault := Fault.of(row))}, **refused}
    wanted = [row for row in rows if row.pk not in refused]
    written: set[UUID] = set()
    for start in range(0, len(wanted), _CHUNK):
        written |= insert_new(wanted[start : start + _CHUNK])
    twice = Counter(row.pk for row in wanted)
    held = _held([row for row in wanted if row.pk not in written or twice[row.pk] > 1])
    outcomes = []
    for row in rows:
        if row.pk in refused:
            outcomes.append(Outcome(row.pk, refusal=refused[row.pk]))
        elif row.pk in written:
            written.remove(row.pk)  # the same id twice in one list is new once
            outcomes.append(Outcome(row.pk, new=True))
        else:
            outcomes.append(Outcome(row.pk, refusal=_unlike(row, held.get(row.pk), taken)))
    return outcomes


def _held(rows: Sequence[EditedRow]) -> dict[UUID, EditedRow]:
    if not rows:
        return {}
    manager = type(rows[0])._default_manager
    ids = {row.pk for row in rows}
    held = manager.filter(community_id=rows[0].community_id).in_bulk(ids)
    return cast(dict[UUID, EditedRow], held)


def _unlike(row: EditedRow, held: EditedRow | None, taken: type[Refused]) -> Refused | None:
    """Return why a row that was not written is refused, None where the same stands there."""
    if held is None:
        return taken(name=str(row))
    names = [str(field.attname) for field in row._meta.concrete_fields if field.name != "version"]
    same = all(getattr(row, name) == getattr(held, name) for name in names)
    return None if same else RegisteredOtherwise()


def _check(row: models.Model) -> None:
    fault = Fault.of(row)
    if fault is not None:
        raise fault


def _shown(row: Edited, name: str, value: object) -> object:
    field = row._meta.get_field(name.removesuffix("_id"))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(field, models.ForeignKey):
        related = field.related_model._base_manager
        return related.filter(community_id=row.community_id, pk=value).first() or "—"
    return dict(getattr(field, "flatchoices", ())).get(value, "—" if value in (None, "") else value)


def _in_words(row: Edited, values: Mapping[str, object]) -> str:
    return pgettext("between items", "; ").join(
        gettext("%(name)s: %(value)s")
        % {
            "name": row._meta.get_field(name.removesuffix("_id")).verbose_name,  # type: ignore[union-attr]
            "value": _shown(row, name, value),
        }
        for name, value in values.items()
    )
