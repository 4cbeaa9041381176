"""Addresses of incidents."""

from django.urls import path

from xiachen.incidents import screens

app_name = "incidents"
urlpatterns = [
    path("", screens.incident, name="incident"),
    path("all", screens.incidents, name="incidents"),
    path("open", screens.open_incident, name="open"),
    path("<uuid:id>", screens.one, name="one"),
    path("<uuid:id>/include", screens.include, name="include"),
    path("<uuid:id>/communities/<int:community>/leave-out", screens.leave_out, name="leave-out"),
    path("<uuid:id>/parameters/<int:parameter>/end", screens.end_parameter, name="end-parameter"),
    path("<uuid:id>/parameter", screens.set_parameter, name="set-parameter"),
    path("<uuid:id>/close", screens.close, name="close"),
]
