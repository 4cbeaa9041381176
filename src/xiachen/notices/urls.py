"""Addresses of documents."""

from django.urls import path

from xiachen.notices.screens import documents

app_name = "notices"
urlpatterns = [
    path("", documents.documents, name="documents"),
    path("issue", documents.issue, name="issue"),
    path("<uuid:id>/receive", documents.receive, name="receive"),
    path("<uuid:id>/pass-on", documents.pass_on, name="pass-on"),
]
