"""Addresses of attendance."""

from django.urls import path

from xiachen.attendance.screens import (
    boards,
    certificates,
    duty,
    health,
    hours,
    injuries,
    leaving,
    signing,
    stand_ins,
)

app_name = "attendance"
urlpatterns = [
    path("", boards.board, name="board"),
    path("<int:community>/sign-in", boards.sign_in, name="sign-in"),
    path("at/", signing.at, name="at"),
    path("<int:community>/places/", signing.places, name="places"),
    path("<int:community>/places/new", signing.new_place, name="new-place"),
    path("<int:community>/places/<uuid:place>", signing.place, name="place"),
    path("<int:community>/places/<uuid:place>/close", signing.close, name="close-place"),
    path("<int:community>/places/<uuid:place>/poster", signing.poster, name="poster"),
    path("<int:community>/places/<uuid:place>/renew", signing.renew, name="renew-poster"),
    path("<int:community>/places/<uuid:place>/code", signing.code, name="code"),
    path("duty/", duty.duty, name="duty"),
    path("hours/", hours.hours, name="hours"),
    path("hours/mine", hours.mine, name="my-hours"),
    path("hours/<uuid:member>/", hours.person, name="hours-of"),
    path(
        "hours/<uuid:member>/<int:community>/take-back/<uuid:correction>",
        hours.take_back,
        name="take-back-hours",
    ),
    path("hours/<uuid:member>/certificate", certificates.issue, name="issue-certificate"),
    path("certificates/", certificates.several, name="certificates"),
    path("certificates/issue", certificates.issue_several, name="issue-certificates"),
    path("certificates/print", certificates.print_several, name="print-certificates"),
    path("certificates/<uuid:certificate>/", certificates.certificate, name="certificate"),
    path(
        "certificates/<uuid:certificate>/withdraw",
        certificates.withdraw,
        name="withdraw-certificate",
    ),
    path("c/<str:token>", certificates.check, name="check-certificate"),
    path("health/", health.mine, name="my-health"),
    path("<int:community>/health", health.state, name="state-health"),
    path("<int:community>/hurt", health.injury, name="hurt"),
    path("stand-ins/", stand_ins.stand_ins, name="stand-ins"),
    path("stand-ins/<uuid:place>/find", stand_ins.find, name="find-stand-in"),
    path("stand-ins/<uuid:place>/not-needed", stand_ins.not_needed, name="no-stand-in"),
    path("stand-ins/<uuid:place>/again", stand_ins.again, name="seek-again"),
    path("fit/<uuid:member>", stand_ins.fit, name="say-fit"),
    path("injuries/", injuries.injuries, name="injuries"),
    path("<int:community>/injuries/record", injuries.record, name="record-injury"),
    path("<int:community>/injuries/<uuid:injury>/", injuries.injury, name="injury"),
    path("<int:community>/injuries/<uuid:injury>/tick", injuries.tick, name="tick-injury"),
    path(
        "<int:community>/injuries/<uuid:injury>/take-back",
        injuries.take_back,
        name="take-back-injury",
    ),
    path("<int:community>/sign-out", leaving.sign_out, name="sign-out"),
    path(
        "<int:community>/correct-out/<uuid:check_out>", leaving.correct_sign_out, name="correct-out"
    ),
    path("<int:community>/correct/<uuid:check_in>", boards.correct, name="correct"),
    path("<int:community>/answer/<str:gap>/<uuid:member>", boards.answer, name="answer"),
]
