"""Handing the faulty lines of a sheet back to whoever has sent it."""

from uuid import UUID

from django.db import transaction

from xiachen.papers.intake import Intake
from xiachen.papers.queries import error_files
from xiachen.papers.tables import Paper
from xiachen.privacy import audit
from xiachen.privacy.scope import Scope


@transaction.atomic
def take_error_file(scope: Scope, *, draft: UUID, intake: Intake) -> Paper:
    """Return the file of a draft's faulty lines, and note that it was taken."""
    scope.require(intake.can)
    made = error_files.error_file(scope, draft, intake=intake)
    audit.record(scope, "papers.take-error-file", targets=[draft], reason=intake.kind)
    return made
