"""Addresses of this area."""

from django.urls import path

from xiachen.mobilisation.screens import (
    boards,
    call_ups,
    completion,
    dispatches,
    duties,
    excuses,
    forces,
    joining,
    moves,
    own_sign_ups,
    public_sign_ups,
    roll_calls,
    selections,
    sign_up_roll_calls,
    slips,
    stays,
)

app_name = "mobilisation"
urlpatterns = [
    path("", boards.board, name="board"),
    path("excuses/", excuses.excuses, name="excuses"),
    path("excuses/<uuid:id>/end", excuses.end_excuse, name="end-excuse"),
    path("dispatches/", dispatches.dispatches, name="dispatches"),
    path("dispatches/new", dispatches.new_dispatch, name="new-dispatch"),
    path("dispatches/<uuid:id>", dispatches.dispatch, name="dispatch"),
    path("call-ups/", call_ups.call_ups, name="call-ups"),
    path("call-ups/new", call_ups.new_call_up, name="new-call-up"),
    path("call-ups/<uuid:id>", call_ups.call_up, name="call-up"),
    path("call-ups/<uuid:id>/change", call_ups.change_call_up, name="change-call-up"),
    path("call-ups/<uuid:id>/units", call_ups.quotas, name="quotas"),
    path("call-ups/<uuid:id>/close", call_ups.close_call_up, name="close-call-up"),
    path("call-ups/<uuid:id>/offer", call_ups.offer_places, name="offer-places"),
    path("call-ups/<uuid:id>/selection", selections.board, name="selection"),
    path("call-ups/<uuid:id>/fairness", selections.fairness, name="fairness"),
    path("call-ups/<uuid:id>/roll-call", sign_up_roll_calls.roll_call, name="sign-up-roll-call"),
    path("call-ups/<uuid:id>/decide", selections.decide, name="decide"),
    path("sign-ups/", own_sign_ups.mine, name="my-sign-ups"),
    path("sign-ups/<uuid:id>", own_sign_ups.answer, name="answer-sign-up"),
    path("dispatches/<uuid:id>/move", moves.move, name="move"),
    path("dispatches/<uuid:id>/recall", moves.recall, name="recall"),
    path("completion/", completion.completed, name="completion"),
    path("duties/", duties.duties, name="duties"),
    path("duties/<uuid:id>/lift", duties.lift, name="lift-duty"),
    path("slips/", slips.slips, name="slips"),
    path("slips/new", slips.new_slip, name="new-slip"),
    path("slips/<uuid:id>/photo", slips.photo, name="slip-photo"),
    path("slips/<uuid:id>/take-back", slips.take_back, name="take-back-slip"),
    path("forces/", forces.all_forces, name="forces"),
    path("forces/people", forces.people, name="forces-people"),
    path("stays/<uuid:id>/end", stays.release, name="release"),
    path("<int:community>/", boards.community, name="community"),
    path("<int:community>/report-in", boards.take, name="report-in"),
    path("<int:community>/units/<uuid:unit>", boards.take_unit, name="report-in-unit"),
    path("<int:community>/roll-call", roll_calls.roll_call, name="roll-call"),
    path("<int:community>/join", joining.join, name="join"),
    path("<int:community>/report-in/<uuid:id>", boards.take_back, name="take-back"),
]

# Of the pages for everybody who has the link, at an address of their own.
public = (
    [
        path("answer/<str:key>", public_sign_ups.answer, name="answer"),
        path("<str:token>", public_sign_ups.page, name="page"),
        path("<str:token>/own", public_sign_ups.own, name="own"),
    ],
    "sign-up",
)
