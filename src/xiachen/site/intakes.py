"""The sheets that the house takes in, as the areas declare them."""

from collections.abc import Sequence

from xiachen.deployment.operations.assignment_sheets import TEAM_ASSIGNMENTS
from xiachen.mobilisation.operations.sheets.assignments import ASSIGNMENTS
from xiachen.mobilisation.operations.sheets.report_ins import REPORT_INS
from xiachen.mobilisation.operations.sign_up_sheets import SIGN_UPS
from xiachen.papers.intake import Intake, Reception
from xiachen.people.operations.sheets.households.intake import HOUSEHOLDS
from xiachen.people.operations.sheets.members import MEMBERS
from xiachen.people.operations.sheets.organisations import ORGANISATIONS
from xiachen.people.operations.sheets.party_organisations import PARTY_ORGANISATIONS
from xiachen.places.operations.sheets.premises import PREMISES
from xiachen.places.queries.communities import communities_within
from xiachen.privacy.scope import Scope

# More than any city district has; whoever reaches more chooses a narrower role.
_MOST = 1_000

INTAKES: tuple[Intake, ...] = (
    ORGANISATIONS,
    PARTY_ORGANISATIONS,
    MEMBERS,
    SIGN_UPS,
    ASSIGNMENTS,
    REPORT_INS,
    TEAM_ASSIGNMENTS,
    PREMISES,
    HOUSEHOLDS,
)


def _communities(scope: Scope) -> Sequence[tuple[str, str]]:
    return [(str(one.pk), one.name) for one in communities_within(scope, limit=_MOST)]


RECEPTION = Reception(intakes=INTAKES, communities=_communities)
