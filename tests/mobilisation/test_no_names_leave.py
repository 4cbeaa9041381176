"""Whatever list of the area leaves as a file names nobody in clear."""

import re

import pytest

from tests.mobilisation.calling import call, office, signed
from tests.mobilisation.cast import HERE, MORNING, Cast
from tests.mobilisation.test_completion import called, enter, slip
from tests.mobilisation.test_dispatch import send
from tests.mobilisation.test_excuse import excused
from tests.mobilisation.test_report_in import entry, report
from tests.mobilisation.test_screens import browser
from tests.world import NAMES, prove_twice
from xiachen.mobilisation import urls
from xiachen.mobilisation.operations.selections import accept
from xiachen.privacy.scope import Role

LISTS = {
    "": {Role.MOBILISER},
    "<int:community>/": {Role.SECRETARY, Role.MOBILISER},
    "call-ups/<uuid:id>/selection": {Role.ORGANISER, Role.LIAISON},
    "completion/": {Role.MOBILISER, Role.LIAISON},
    "dispatches/": {Role.MOBILISER, Role.LIAISON},
    "forces/": {Role.MOBILISER},
    "slips/": {Role.MOBILISER, Role.LIAISON},
}


@pytest.mark.parametrize("role", [Role.ORGANISER, Role.LIAISON, Role.SECRETARY, Role.MOBILISER])
def test_no_list_leaves_with_names_in_clear(cast: Cast, role: Role) -> None:
    made = call(cast)
    accept(office(cast), call_up=made.pk, sign_ups=signed(cast, made, cast.people[:4]), at=MORNING)
    called(cast)
    sent = send(cast)
    report(cast.secretary, *(entry(one) for one in cast.people[:3]))
    excused(cast)
    enter(cast.liaison, slip(cast.people[5]))
    ids = {"call-ups": made.pk, "dispatches": sent.pk}
    client = browser(cast, role)
    prove_twice(client)
    left = set()
    for pattern in urls.urlpatterns:
        route = str(pattern.pattern)
        id = ids.get(route.partition("/")[0], cast.people[0])
        address = route.replace("<uuid:id>", str(id)).replace("<int:community>", str(HERE))
        address = re.sub("<uuid:unit>", str(cast.department.pk), address)
        answer = client.get(f"/mobilisation/{address}", {"as": "csv"})
        if "attachment" not in answer.headers.get("Content-Disposition", ""):
            continue
        left.add(route)
        text = answer.getvalue().decode("utf-8-sig", "replace")
        assert not [name for name in NAMES if name in text], route
    assert left >= {route for route, roles in LISTS.items() if role in roles}
