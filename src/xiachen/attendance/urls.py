"""Addresses of attendance."""

from django.urls import path

from xiachen.attendance import screens

app_name = "attendance"
urlpatterns = [
    path("", screens.board, name="board"),
    path("<int:community>/sign-in", screens.sign_in, name="sign-in"),
    path("<int:community>/correct/<uuid:check_in>", screens.correct, name="correct"),
    path("<int:community>/answer/<str:gap>/<uuid:member>", screens.answer, name="answer"),
]
