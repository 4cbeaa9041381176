"""Addresses of documents."""

from django.urls import path

from xiachen.notices import screens

app_name = "notices"
urlpatterns = [
    path("", screens.documents, name="documents"),
    path("issue", screens.issue, name="issue"),
    path("<uuid:id>/receive", screens.receive, name="receive"),
    path("<uuid:id>/pass-on", screens.pass_on, name="pass-on"),
]
