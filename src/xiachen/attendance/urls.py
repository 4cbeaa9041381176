"""Addresses of attendance."""

from django.urls import path

from xiachen.attendance.screens import boards, duty, leaving, signing

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
    path("<int:community>/sign-out", leaving.sign_out, name="sign-out"),
    path(
        "<int:community>/correct-out/<uuid:check_out>", leaving.correct_sign_out, name="correct-out"
    ),
    path("<int:community>/correct/<uuid:check_in>", boards.correct, name="correct"),
    path("<int:community>/answer/<str:gap>/<uuid:member>", boards.answer, name="answer"),
]
