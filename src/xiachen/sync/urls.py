"""Addresses of the pages of phones; what phones themselves ask is answered by `api.door`."""

from django.urls import path

from xiachen.sync.screens import invitations, passes, phones, records

app_name = "sync"
urlpatterns = [
    path("", phones.phones, name="phones"),
    path("mine", invitations.mine, name="mine"),
    path("invite", invitations.invite, name="invite"),
    path("invite/sheet", invitations.sheet, name="sheet"),
    path("invite/text", invitations.text, name="text"),
    path("invitations/", invitations.invitations, name="invitations"),
    path("invitations/<uuid:id>/withdraw", invitations.withdraw, name="withdraw"),
    path("records/", records.records, name="records"),
    path("records/<uuid:id>", records.record, name="record"),
    path("records/<uuid:id>/dismiss", records.dismiss, name="dismiss"),
    path("<uuid:id>", phones.phone, name="phone"),
]

# Of the pages for everybody who has the link, at an address of their own.
public = ([path("<str:token>", passes.show, name="show")], "pass")
