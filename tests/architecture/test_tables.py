"""What every model keeps to, so that a province can be spread over several machines."""

from collections.abc import Iterator

from django.apps import apps
from django.db import connection, models

from xiachen.base.owned.fields import CommunityForeignKey, OwnedId
from xiachen.base.owned.models import CentralFact, Fact, Owned

LAYERS = (
    "base",
    "privacy",
    "figures",
    "papers",
    "places",
    "people",
    "incidents",
    "notices",
    "mobilisation",
    "deployment",
    "attendance",
    "needs",
    "command",
    "sync",
    "drill",
    "site",
)


def ours() -> Iterator[type[models.Model]]:
    for model in apps.get_models():
        if model.__module__.startswith("xiachen.") and not model._meta.auto_created:
            yield model


def owned() -> list[type[Owned]]:
    return [model for model in ours() if issubclass(model, Owned)]


def relations(model: type[models.Model]) -> Iterator[models.ForeignKey]:
    for field in model._meta.local_fields:
        if isinstance(field, models.ForeignKey):
            yield field


def placement(model: type[models.Model]) -> str:
    return str(getattr(model, "placement", ""))


def test_every_model_says_where_its_rows_live() -> None:
    assert [m for m in ours() if placement(m) not in {"owned", "reference", "central"}] == []


def test_relations_between_owned_rows_carry_the_community() -> None:
    wrong = [
        f"{model.__name__}.{field.name}"
        for model in owned()
        for field in relations(model)
        if issubclass(field.related_model, Owned) and not isinstance(field, CommunityForeignKey)
    ]
    assert wrong == []


def test_owned_rows_refer_to_central_ones_by_bare_id_and_never_the_other_way() -> None:
    wrong = []
    for model in ours():
        for field in relations(model):
            pair = (placement(model), placement(field.related_model))
            if pair in {("owned", "central"), ("central", "owned"), ("reference", "owned")}:
                wrong.append(f"{model.__name__}.{field.name}")
            if pair == ("reference", "central"):
                wrong.append(f"{model.__name__}.{field.name}")
    assert wrong == []


def test_owned_models_have_no_one_to_one_and_no_plain_many_to_many() -> None:
    wrong = [
        f"{model.__name__}.{field.name}"
        for model in owned()
        for field in (*model._meta.local_fields, *model._meta.local_many_to_many)
        if isinstance(field, models.OneToOneField | models.ManyToManyField)
    ]
    assert wrong == []


def test_unique_constraints_of_owned_models_contain_the_community() -> None:
    wrong = [
        constraint.name
        for model in owned()
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint) and "community" not in constraint.fields
    ]
    wrong += [
        f"{model.__name__}.{field.name}"
        for model in owned()
        for field in model._meta.local_fields
        if field.unique and not isinstance(field, OwnedId)
    ]
    assert wrong == []


def test_foreign_keys_point_down_the_layers() -> None:
    wrong = []
    for model in ours():
        for field in relations(model):
            # The community of an owned row is the one reference that goes up, by its name.
            if field.name == "community" and issubclass(model, Owned):
                continue
            target = field.related_model._meta.app_label
            if target in LAYERS and LAYERS.index(target) > LAYERS.index(model._meta.app_label):
                wrong.append(f"{model.__name__}.{field.name}")
    assert wrong == []


def test_the_database_keeps_the_whole_key_and_the_whole_relation(db: None) -> None:
    with connection.cursor() as cursor:
        for model in owned():
            table = model._meta.db_table
            found = connection.introspection.get_constraints(cursor, table)
            keys = [c["columns"] for c in found.values() if c["primary_key"]]
            assert keys == [["id", "community_id"]], table
            pairs = {tuple(c["columns"]) for c in found.values() if c["foreign_key"] is not None}
            for field in relations(model):
                if isinstance(field, CommunityForeignKey):
                    assert (field.column, "community_id") in pairs, f"{table}.{field.column}"


def test_the_application_can_only_add_facts_and_audit(db: None) -> None:
    with connection.cursor() as cursor:
        for model in ours():
            cursor.execute(
                "select has_table_privilege(%s, 'insert'), has_table_privilege(%s, 'update'), "
                "has_table_privilege(%s, 'delete'), has_table_privilege(%s, 'truncate')",
                [model._meta.db_table] * 4,
            )
            append_only = bool(getattr(model, "append_only", False))
            ends = bool(getattr(model, "ends", False))
            expected = (True, not append_only, ends or not append_only, False)
            assert cursor.fetchone() == expected, model
    facts = [m for m in ours() if issubclass(m, Fact | CentralFact)]
    assert all(m.append_only and not hasattr(m, "ends") for m in facts)
