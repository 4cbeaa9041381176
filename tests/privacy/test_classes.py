"""Every field of every model says what class of data it is."""

import pytest
from django.core.checks import registry
from django.db import models
from django.test.utils import isolate_apps

from xiachen.privacy.classes import (
    CLASS_NAMES,
    KEYED,
    RETENTION,
    STRUCTURE,
    DataClass,
    End,
    Handling,
    _errors,
    check_handling,
    house_models,
    register_of_processing,
    unclassified,
    unknown,
)
from xiachen.privacy.models import AuditEntry


def model(declared=None, /, **fields):
    """Make a model with these fields and this declaration."""
    meta = type("Meta", (), {"app_label": "privacy"})
    body = {"__module__": __name__, "Meta": meta, **fields}
    return type("Invented", (models.Model,), body | ({"handling": declared} if declared else {}))


@isolate_apps("xiachen.privacy")
def test_a_field_nobody_has_classified_is_an_error():
    invented = model(
        Handling("To call back.", none=("id",), service=("name",)),
        name=models.TextField(),
        phone=models.TextField(),
    )
    assert unclassified(invented) == ["phone"]
    [error] = _errors(invented)
    assert error.id == "privacy.E001"
    assert "Invented.phone" in error.msg


@isolate_apps("xiachen.privacy")
def test_a_model_without_a_declaration_has_all_its_fields_unclassified():
    assert unclassified(model(name=models.TextField())) == ["id", "name"]


@isolate_apps("xiachen.privacy")
def test_a_declaration_for_a_field_that_is_gone_is_an_error():
    invented = model(Handling("To call back.", service=("phone",)))
    assert unknown(invented) == ["phone"]
    assert [error.id for error in _errors(invented)] == ["privacy.E002"]


@pytest.mark.parametrize("repeated", [(), ("id", "void")])
@isolate_apps("xiachen.privacy")
def test_the_structure_of_a_row_need_not_be_repeated_and_may(repeated):
    fields = {name: models.TextField() for name in STRUCTURE - {"id"}}
    assert unclassified(model(Handling("To order rows.", none=repeated), **fields)) == []


def test_a_declared_class_goes_before_the_structure():
    handling = Handling("To know who was there.", service=("recorded_by",))
    assert handling.class_of("recorded_by") is DataClass.SERVICE
    assert handling.class_of("sequence") is DataClass.NONE
    assert handling.class_of("phone") is None


@isolate_apps("xiachen.privacy", "django.contrib.contenttypes")
def test_a_relation_of_many_to_many_is_a_field_too():
    invented = model(
        Handling("To group."), friends=models.ManyToManyField("contenttypes.ContentType")
    )
    assert unclassified(invented) == ["friends"]


def test_a_field_named_twice_is_refused_where_it_is_written():
    with pytest.raises(ValueError, match="name"):
        Handling("To call back.", none=("name",), service=("name",))


def test_every_class_has_a_name_and_an_end():
    assert set(CLASS_NAMES) == set(RETENTION) == set(DataClass)
    assert set(KEYED) == set(DataClass) - {DataClass.NONE}
    assert RETENTION[DataClass.EMERGENCY].end is End.DESTROYED
    assert RETENTION[DataClass.REGISTER].end is End.RETURNED
    assert RETENTION[DataClass.SERVICE].end is End.KEPT_FOR_PERSON
    assert RETENTION[DataClass.ACCOUNTS].years == 30


def test_every_field_of_the_house_is_classified():
    assert AuditEntry in house_models()
    assert check_handling() == []


def test_django_checks_it_at_every_start():
    assert check_handling in registry.registry.get_checks()


def test_the_register_of_processing_has_a_line_for_every_field():
    rows = register_of_processing([AuditEntry])
    assert [row.field for row in rows] == [field.name for field in AuditEntry._meta.fields]
    [subject] = [row for row in rows if row.field == "subject"]
    assert subject.model == "privacy.AuditEntry"
    assert subject.data_class is DataClass.SERVICE
    assert subject.retention is RETENTION[DataClass.SERVICE]
    assert subject.purpose == AuditEntry.handling.purpose
