"""Background work of the site itself, and what needs both a role's scope and an area below."""

from dataclasses import replace
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _
from procrastinate import JobContext
from procrastinate.contrib.django import app

from xiachen.base import clock
from xiachen.base.errors import NotFound, Refused
from xiachen.papers.models.drafts import Draft, State
from xiachen.papers.operations import drafts, entering
from xiachen.people.models.accounts import Grant
from xiachen.people.queries.accounts import grants_of
from xiachen.privacy.scope import Role, Scope, system_scope
from xiachen.site.intakes import RECEPTION
from xiachen.site.scoping import scope_of


@app.periodic(cron="* * * * *")
@app.task(name="site.retry_stalled", queueing_lock="site.retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Queue again the jobs whose worker was killed while it did them."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        await manager.retry_job(job)


@app.task(name="site.jobs.work_on_draft", pass_context=False)
def work_on_draft(draft: str) -> None:
    """Check or enter a large sheet as whoever has sent it, with what their role reaches now."""
    found = Draft.objects.filter(pk=UUID(draft)).first()
    if found is None or not found.is_at_work:
        return
    with translation.override(found.language):
        try:
            _work(found)
        except Refused as refusal:
            drafts.stop_work(_as_owner(found), draft=found.pk, words=str(refusal))
        except Exception:
            words = _("Something went wrong. Nothing was entered; try again.")
            drafts.stop_work(_as_owner(found), draft=found.pk, words=words)
            raise


def _work(found: Draft) -> None:
    grants = grants_of(found.account, day=clock.local_day(clock.now()))
    grant = next((one for one in grants if one.pk == found.grant), None)
    intake = RECEPTION.intake(found.kind)
    if grant is None or intake is None:
        raise NotFound()
    scope = _scope(found, grant)
    if found.state == State.CHECKING:
        entering.check_draft(scope, draft=found.pk, intake=intake, at=clock.now())
    else:
        entering.enter_draft(
            scope,
            draft=found.pk,
            intake=intake,
            keeps_faulty=found.keeps_faulty,
            at=clock.now(),
        )


def _scope(found: Draft, grant: Grant) -> Scope:
    scope = scope_of(grant, incident=found.incident)
    return replace(scope, second_factor=found.second_factor)


def _as_owner(found: Draft) -> Scope:
    """Return a scope that reaches nothing but the account's own drafts."""
    nowhere = replace(system_scope(found.incident), places=())
    return replace(nowhere, account=found.account, role=Role(found.role))
