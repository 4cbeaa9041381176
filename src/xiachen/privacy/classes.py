"""
The classes of data, how each one ends, and the declaration every model makes about its fields.

A model says why it holds what it holds, and names each of its fields once:

    class Visit(Fact):
        handling = Handling(
            _("To know which doors were reached."),
            none=("household", "channel"),
            emergency=("sealed",),
        )
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Words = str | _StrPromise

# The fields that the abstract bases of rows contribute. They place and order a row and say
# nothing about a person; a model need not repeat them, and may.
STRUCTURE = frozenset(
    {
        "id",
        "community",
        "sequence",
        "occurred_at",
        "received_at",
        "recorded_by",
        "reverses",
        "void",
    }
)


class DataClass(StrEnum):
    """What a field's content is held for; each class but the first has its own keys."""

    NONE = "none"
    EMERGENCY = "emergency"
    REGISTER = "register"
    SERVICE = "service"
    ACCOUNTS = "accounts"


class End(StrEnum):
    """What becomes of a class of data when the emergency is over."""

    STAYS = "stays"
    DESTROYED = "destroyed"
    RETURNED = "returned"
    KEPT_FOR_PERSON = "kept-for-person"
    KEPT_FOR_YEARS = "kept-for-years"


@dataclass(frozen=True)
class Retention:
    """How long a class of data is kept: in words, and as a rule (years only where they count)."""

    end: End
    words: "Words"
    years: int | None = None


CLASS_NAMES: Mapping[DataClass, "Words"] = {
    DataClass.NONE: _("No personal data"),
    DataClass.EMERGENCY: _("Emergency data"),
    DataClass.REGISTER: _("Register data"),
    DataClass.SERVICE: _("Service data"),
    DataClass.ACCOUNTS: _("Accounts data"),
}

RETENTION: Mapping[DataClass, Retention] = {
    DataClass.NONE: Retention(End.STAYS, _("Stays with the records.")),
    DataClass.EMERGENCY: Retention(
        End.DESTROYED, _("Destroyed when the incident is closed; the figures stay.")
    ),
    DataClass.REGISTER: Retention(
        End.RETURNED, _("Returned to the community when the incident is closed.")
    ),
    DataClass.SERVICE: Retention(End.KEPT_FOR_PERSON, _("Kept for the person it is about.")),
    DataClass.ACCOUNTS: Retention(
        End.KEPT_FOR_YEARS, _("Kept for 30 years, as accounting law asks."), years=30
    ),
}

KEYED = tuple(data_class for data_class in DataClass if data_class is not DataClass.NONE)


class Handling:
    """
    Why a model holds its data, and the class of each of its fields.

    :param purpose: one sentence, shown to residents and auditors
    :raises ValueError: a field is named twice
    """

    def __init__(
        self,
        purpose: "Words",
        *,
        none: Sequence[str] = (),
        emergency: Sequence[str] = (),
        register: Sequence[str] = (),
        service: Sequence[str] = (),
        accounts: Sequence[str] = (),
    ) -> None:
        named = {
            DataClass.NONE: none,
            DataClass.EMERGENCY: emergency,
            DataClass.REGISTER: register,
            DataClass.SERVICE: service,
            DataClass.ACCOUNTS: accounts,
        }
        counts = Counter(field for fields in named.values() for field in fields)
        if twice := sorted(field for field, count in counts.items() if count > 1):
            raise ValueError(f"named more than once: {', '.join(twice)}")
        self.purpose = purpose
        self.fields = {field: cls for cls, fields in named.items() for field in fields}

    def class_of(self, field: str) -> DataClass | None:
        """Return the class of a field, None where it is not declared."""
        return self.fields.get(field, DataClass.NONE if field in STRUCTURE else None)


@dataclass(frozen=True)
class Processing:
    """One line of the register of processing: a field, its class, why it is held, how it ends."""

    model: str
    field: str
    data_class: DataClass
    purpose: "Words"
    retention: Retention


def handling_of(model: type[Model]) -> Handling | None:
    """Return a model's declaration, None where it has none."""
    declared = getattr(model, "handling", None)
    return declared if isinstance(declared, Handling) else None


def unclassified(model: type[Model]) -> list[str]:
    """Return the names of the fields for which the model declares no class."""
    handling = handling_of(model)
    names = _field_names(model)
    return [name for name in names if handling is None or handling.class_of(name) is None]


def unknown(model: type[Model]) -> list[str]:
    """Return the names in the model's declaration to which no field answers."""
    handling = handling_of(model)
    return sorted(set(handling.fields) - set(_field_names(model))) if handling else []


def house_models() -> list[type[Model]]:
    """Return every model of the house's own areas that has a table of its own."""
    return [
        model
        for config in apps.get_app_configs()
        if config.name.startswith("xiachen.") and config.name != "xiachen.base"
        for model in config.get_models()
        if not model._meta.proxy
    ]


def check_handling(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: object
) -> list[CheckMessage]:
    """Refuse to start with a field whose class nobody has declared."""
    chosen = None if app_configs is None else {config.label for config in app_configs}
    models = (m for m in house_models() if chosen is None or m._meta.app_label in chosen)
    return [error for model in models for error in _errors(model)]


def register_of_processing(models: Iterable[type[Model]] | None = None) -> list[Processing]:
    """Return one line per declared field of the models (all of the house), in their order."""
    return [
        Processing(model._meta.label, name, data_class, handling.purpose, RETENTION[data_class])
        for model in (house_models() if models is None else models)
        if (handling := handling_of(model))
        for name in _field_names(model)
        if (data_class := handling.class_of(name)) is not None
    ]


def _field_names(model: type[Model]) -> list[str]:
    fields = (*model._meta.concrete_fields, *model._meta.many_to_many)
    return [field.name for field in fields]


def _errors(model: type[Model]) -> list[CheckMessage]:
    missing = [
        Error(
            f"Nobody has declared what class of data {model._meta.label}.{name} is.",
            hint="Name the field in the model's `handling`.",
            obj=model,
            id="privacy.E001",
        )
        for name in unclassified(model)
    ]
    extra = [
        Error(
            f"`handling` of {model._meta.label} names {name}, which is not a field.",
            obj=model,
            id="privacy.E002",
        )
        for name in unknown(model)
    ]
    return [*missing, *extra]
