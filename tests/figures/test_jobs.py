"""The minute's work of the figures."""

from datetime import date

from xiachen.figures import jobs
from xiachen.figures.models import Delta, Rollup
from xiachen.figures.operations import post_deltas
from xiachen.incidents.models import Incident
from xiachen.places.models import Community

DAY = date(2020, 3, 1)
HERE = 420111002044


def test_the_job_folds_what_waits_and_may_come_twice(db: None) -> None:
    Community.objects.get_or_create(id=HERE, defaults={"name": "社区", "search_name": "社区"})
    incident = Incident.objects.create(name="演练", kind="flood", began_on=DAY).pk
    post_deltas(incident, [(HERE, "test.signed", DAY, 2), (HERE, "test.signed", DAY, -1)])
    jobs.fold(timestamp=0)
    jobs.fold(timestamp=60)
    assert not Delta.objects.exists()
    assert Rollup.objects.get().amount == 1
