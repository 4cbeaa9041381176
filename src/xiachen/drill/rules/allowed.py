"""Which roles may do which verb; the documentation's table says the same, a test compares them."""

from collections.abc import Mapping

from xiachen.privacy.scope import ALLOWED, Can, Role

# What the operation behind each verb asks for; where several stand, one of them is enough.
ASKED: Mapping[str, tuple[Can, ...]] = {
    "incidents.set-parameter": (Can.MANAGE_INCIDENTS,),
    "notices.issue-document": (Can.ISSUE_DOCUMENTS,),
    "notices.send-notice": (Can.NOTIFY,),
    "notices.read-notice": (),
    "mobilisation.call-up": (Can.CALL_UP,),
    "mobilisation.sign-up": (Can.SIGN_UP_PEOPLE,),
    "mobilisation.confirm-for-unit": (Can.SIGN_UP_PEOPLE,),
    "mobilisation.accept": (Can.SELECT,),
    "mobilisation.refuse": (Can.SELECT, Can.SIGN_UP_PEOPLE),
    "mobilisation.put-on-waiting-list": (Can.SELECT,),
    "mobilisation.offer-waiting": (Can.SELECT,),
    "mobilisation.confirm": (Can.SIGN_UP_PEOPLE,),
    "mobilisation.withdraw-sign-up": (Can.SIGN_UP_PEOPLE,),
    "mobilisation.close-call-up": (Can.CALL_UP,),
    "mobilisation.oblige": (Can.DISPATCH,),
    "mobilisation.lift-duty": (Can.DISPATCH,),
    "mobilisation.enter-slip": (Can.EXCUSE,),
    "mobilisation.take-back-slip": (Can.EXCUSE,),
    "mobilisation.move": (Can.DISPATCH,),
    "mobilisation.recall": (Can.DISPATCH, Can.CORRECT),
    "mobilisation.dispatch": (Can.DISPATCH,),
    "mobilisation.join": (Can.REPORT_IN,),
    "mobilisation.report-in": (Can.REPORT_IN,),
    "mobilisation.reverse-report-in": (Can.CORRECT,),
    "mobilisation.excuse": (Can.EXCUSE,),
    "mobilisation.release": (Can.DISPATCH, Can.CORRECT),
    "people.form-branch": (Can.FORM_BRANCHES,),
    "people.appoint-in-branch": (Can.FORM_BRANCHES,),
    "people.dissolve-branch": (Can.FORM_BRANCHES,),
    "people.appoint-grid-head": (Can.APPOINT,),
    "people.give-grant": (Can.MANAGE_ACCOUNTS,),
    "people.approve-grant": (Can.MANAGE_ACCOUNTS,),
    "deployment.form-team": (Can.FORM_TEAMS,),
    "deployment.add-members": (Can.FORM_TEAMS,),
    "deployment.set-post": (Can.FORM_TEAMS,),
    "deployment.assign-team": (Can.FORM_TEAMS,),
    "deployment.form-squads": (Can.FORM_TEAMS,),
    "deployment.say-strength": (Can.SAY_STRENGTH,),
    "deployment.say-enough": (Can.SAY_STRENGTH,),
    "deployment.ask-move": (Can.MOVE_TEAMS,),
    "deployment.answer-move": (Can.RELEASE_TEAMS,),
    "deployment.take-back-move": (Can.MOVE_TEAMS,),
    "deployment.write-briefing": (Can.MANAGE_PLACES,),
    "deployment.withdraw": (Can.RECORD_HEALTH,),
    "attendance.check-in": (Can.CHECK_IN,),
    "attendance.correct-check-in": (Can.CORRECT,),
    "attendance.check-out": (Can.CHECK_IN,),
    "attendance.correct-check-out": (Can.CORRECT,),
    "attendance.answer": (Can.VERIFY, Can.ANSWER),
    "needs.issue-task": (Can.ISSUE_TASKS,),
    "needs.claim-task": (Can.CLAIM_TASKS,),
    "needs.release-claim": (Can.CLAIM_TASKS,),
    "needs.finish-task": (Can.CLAIM_TASKS,),
    "needs.confirm-task": (Can.CONFIRM_TASKS,),
    "needs.send-back-task": (Can.CONFIRM_TASKS,),
    "needs.withdraw-task": (Can.ISSUE_TASKS,),
    "command.issue-supervision": (Can.SUPERVISE,),
    "command.answer-supervision": (),
    "command.send-back-supervision": (Can.SUPERVISE,),
    "command.close-supervision": (Can.SUPERVISE,),
    "command.withdraw-supervision": (Can.SUPERVISE,),
    "command.remind-supervision": (Can.SUPERVISE,),
    "command.declare-figure": (Can.PUBLISH,),
    "command.issue-bulletin": (Can.PUBLISH,),
}

# Roles that need no such right there: people answer for themselves, a street moves people among
# its own communities, whoever got a notice reads it, and whoever is asked answers.
ALSO: Mapping[str, tuple[Role, ...]] = {
    "notices.read-notice": tuple(role for role in Role if role is not Role.SYSTEM),
    "mobilisation.sign-up": (Role.MEMBER,),
    "mobilisation.confirm": (Role.MEMBER,),
    "mobilisation.withdraw-sign-up": (Role.MEMBER,),
    "mobilisation.move": (Role.STREET,),
    "command.answer-supervision": tuple(
        role for role in Role if Can.ANSWER_SUPERVISION in ALLOWED[role]
    ),
}


def roles_for(verb: str) -> list[str]:
    """Return the roles that may do a verb, as a scenario writes them."""
    asked, also = set(ASKED[verb]), ALSO.get(verb, ())
    return [
        role.value
        for role in Role
        if role is not Role.SYSTEM and (asked & ALLOWED[role] or role in also)
    ]
