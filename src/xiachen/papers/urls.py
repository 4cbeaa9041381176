"""Addresses of the sheets on their way in; the site adds what the house takes in (`reception`)."""

from django.urls import path

from xiachen.papers import screens

app_name = "papers"
urlpatterns = [
    path("", screens.sheets, name="sheets"),
    path("<slug:kind>/send", screens.send, name="send"),
    path("drafts/<uuid:id>/", screens.draft, name="draft"),
    path("drafts/<uuid:id>/columns", screens.columns, name="columns"),
    path("drafts/<uuid:id>/mend", screens.mend, name="mend"),
    path("drafts/<uuid:id>/lines/<int:number>", screens.line, name="line"),
    path("drafts/<uuid:id>/errors", screens.error_file, name="error-file"),
    path("drafts/<uuid:id>/enter", screens.enter, name="enter"),
    path("drafts/<uuid:id>/give-up", screens.give_up, name="give-up"),
]
