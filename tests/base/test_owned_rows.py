"""Owned rows: keys, rights and facts in the database itself."""

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from xiachen.places.models import Building, Community, Compound


@pytest.fixture
def two_communities(db: None) -> tuple[Community, Community]:
    return (
        Community.objects.get(pk=420111002044),
        Community.objects.get(pk=420111002011),
    )


def test_a_relation_cannot_cross_communities(
    two_communities: tuple[Community, Community],
) -> None:
    here, there = two_communities
    compound = Compound.objects.create(community=here, name="一期", kind="commercial")
    with pytest.raises(IntegrityError), transaction.atomic():
        Building.objects.create(community=there, compound=compound, number="1")


def test_the_application_cannot_change_a_fact(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        assert cursor.fetchone() == ("xiachen_app",)
        with pytest.raises(Exception, match="permission denied") as refused, transaction.atomic():
            cursor.execute("update attendance_checkin set by_proxy = true")
        assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)
