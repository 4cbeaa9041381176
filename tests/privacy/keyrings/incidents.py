"""The incidents and classes whose keys are made, and the place of a value sealed with them."""

from datetime import UTC, datetime
from uuid import UUID

from xiachen.privacy.classes import DataClass

INCIDENT, ANOTHER = UUID(int=1), UUID(int=2)
EMERGENCY, REGISTER = DataClass.EMERGENCY, DataClass.REGISTER
AT = datetime(2020, 2, 20, 8, 0, tzinfo=UTC)
HERE = {
    "table": "people_resident",
    "column": "sealed",
    "community": 420106001001,
    "row": UUID(int=7),
}
