"""Which function calls which operation; the verbs' arguments are described in `rules/verbs.py`."""

from collections.abc import Callable, Mapping

from xiachen.drill.operations.stage import Act, Made
from xiachen.drill.operations.verbs import attending, calling, deploying, leading, working

ADAPTERS: Mapping[str, Callable[[Act], Made]] = {
    "incidents.set-parameter": calling.sets_parameter,
    "notices.issue-document": calling.issues_document,
    "mobilisation.dispatch": calling.dispatches,
    "mobilisation.join": calling.joins,
    "mobilisation.report-in": calling.reports_in,
    "mobilisation.reverse-report-in": calling.reverses_report_in,
    "mobilisation.excuse": calling.excuses,
    "mobilisation.release": calling.releases,
    "people.form-branch": leading.forms_branch,
    "people.appoint-in-branch": leading.appoints_in_branch,
    "people.dissolve-branch": leading.dissolves_branch,
    "people.appoint-grid-head": leading.appoints_grid_head,
    "people.give-grant": leading.gives_grant,
    "people.approve-grant": leading.approves_grant,
    "deployment.form-team": deploying.forms_team,
    "deployment.add-members": deploying.adds_members,
    "deployment.set-post": deploying.sets_post,
    "deployment.assign-team": deploying.assigns_team,
    "deployment.form-squads": deploying.forms_squads,
    "deployment.write-briefing": deploying.writes_briefing,
    "deployment.withdraw": deploying.withdraws,
    "attendance.check-in": attending.checks_in,
    "attendance.correct-check-in": attending.corrects_check_in,
    "attendance.check-out": attending.checks_out,
    "attendance.correct-check-out": attending.corrects_check_out,
    "attendance.answer": attending.answers,
    "needs.issue-task": working.issues_task,
    "needs.claim-task": working.claims_task,
    "needs.release-claim": working.releases_claim,
    "needs.finish-task": working.finishes_task,
    "needs.confirm-task": working.confirms_task,
    "needs.send-back-task": working.sends_task_back,
    "needs.withdraw-task": working.withdraws_task,
    "command.declare-figure": working.declares_figure,
    "command.issue-bulletin": working.issues_bulletin,
}
