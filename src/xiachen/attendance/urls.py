"""Addresses of attendance."""

from django.urls import path

from xiachen.attendance.screens import boards, duty, leaving

app_name = "attendance"
urlpatterns = [
    path("", boards.board, name="board"),
    path("<int:community>/sign-in", boards.sign_in, name="sign-in"),
    path("duty/", duty.duty, name="duty"),
    path("<int:community>/sign-out", leaving.sign_out, name="sign-out"),
    path(
        "<int:community>/correct-out/<uuid:check_out>", leaving.correct_sign_out, name="correct-out"
    ),
    path("<int:community>/correct/<uuid:check_in>", boards.correct, name="correct"),
    path("<int:community>/answer/<str:gap>/<uuid:member>", boards.answer, name="answer"),
]
