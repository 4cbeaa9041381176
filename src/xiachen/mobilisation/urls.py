"""Addresses of this area."""

from django.urls import path

from xiachen.mobilisation.screens import boards, dispatches, excuses, joining, stays

app_name = "mobilisation"
urlpatterns = [
    path("", boards.board, name="board"),
    path("excuses/", excuses.excuses, name="excuses"),
    path("excuses/<uuid:id>/end", excuses.end_excuse, name="end-excuse"),
    path("dispatches/", dispatches.dispatches, name="dispatches"),
    path("dispatches/new", dispatches.new_dispatch, name="new-dispatch"),
    path("dispatches/<uuid:id>", dispatches.dispatch, name="dispatch"),
    path("stays/<uuid:id>/end", stays.release, name="release"),
    path("<int:community>/", boards.community, name="community"),
    path("<int:community>/report-in", boards.take, name="report-in"),
    path("<int:community>/units/<uuid:unit>", boards.take_unit, name="report-in-unit"),
    path("<int:community>/join", joining.join, name="join"),
    path("<int:community>/report-in/<uuid:id>", boards.take_back, name="take-back"),
]
