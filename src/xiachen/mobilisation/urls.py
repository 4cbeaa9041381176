"""Addresses of this area."""

from django.urls import path

from xiachen.mobilisation import screens

app_name = "mobilisation"
urlpatterns = [
    path("", screens.board, name="board"),
    path("excuses/", screens.excuses, name="excuses"),
    path("excuses/<uuid:id>/end", screens.end_excuse, name="end-excuse"),
    path("<int:community>/", screens.community, name="community"),
    path("<int:community>/report-in", screens.take, name="report-in"),
    path("<int:community>/units/<uuid:unit>", screens.take_unit, name="report-in-unit"),
    path("<int:community>/join", screens.join, name="join"),
    path("<int:community>/report-in/<uuid:id>", screens.take_back, name="take-back"),
]
