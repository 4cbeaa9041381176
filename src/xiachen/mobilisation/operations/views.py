"""Looking at a call and at those who signed up: names in clear, and the look is noted."""

from uuid import UUID

from django.db import transaction

from xiachen.mobilisation.queries import selection
from xiachen.mobilisation.queries.selection import BoardPage, Wanted
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope


@transaction.atomic
def view_selection(scope: Scope, *, call_up: UUID, wanted: Wanted, page: int = 1) -> BoardPage:
    """
    Return a page of the selection board, and note whom it named.

    Whoever decides about people must know who they are: names are clear to the offices that
    select and to the units for their own.

    :raises NotFound: the call is not within the scope
    """
    scope.require(Can.SELECT if scope.allows(Can.SELECT) else Can.SIGN_UP_PEOPLE)
    shown = selection.board(scope, call=call_up, wanted=wanted, page=page)
    if shown.rows:
        targets = [call_up, *(row.member_id for row in shown.rows)]
        audit.record(scope, "mobilisation.view-selection", targets=targets)
    return shown
