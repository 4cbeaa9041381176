"""The catalogue of kinds of work, as the product ships it."""

from django.db import transaction

from xiachen.needs import rules
from xiachen.needs.models import TaskKind


@transaction.atomic
def install_catalogue() -> None:
    """Add the kinds of work that the product ships with; what is there already stays."""
    kinds = [
        TaskKind(code=code, name=name, name_en=name_en, need=need)
        for need, lines in ((True, rules.NEEDS), (False, rules.WORK))
        for code, name, name_en in lines
    ]
    TaskKind.objects.bulk_create(kinds, ignore_conflicts=True)
