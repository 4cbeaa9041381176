"""Addresses of notices, of the links that lead to them, and of documents."""

from django.urls import path

from xiachen.notices.screens import documents, messages, notices, readings

app_name = "notices"
urlpatterns = [
    path("", notices.notices, name="notices"),
    path("sent/", notices.sent, name="sent"),
    path("write", notices.write, name="write"),
    path("messages/", messages.messages, name="messages"),
    path("read/<str:token>", readings.read, name="read"),
    path("<uuid:id>/", notices.notice, name="notice"),
    path("<uuid:id>/chase", notices.chase, name="chase"),
    path("<uuid:id>/remind", notices.remind, name="remind"),
    path("<uuid:id>/post", notices.post, name="post"),
    path("documents/", documents.documents, name="documents"),
    path("documents/issue", documents.issue, name="issue"),
    path("documents/<uuid:id>/receive", documents.receive, name="receive"),
    path("documents/<uuid:id>/pass-on", documents.pass_on, name="pass-on"),
]
