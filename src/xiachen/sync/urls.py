"""Addresses of the pages of phones; what phones themselves ask is answered by `api.door`."""

from django.urls import path

from xiachen.sync.screens import passes

# Of the pages for everybody who has the link, at an address of their own.
public = ([path("<str:token>", passes.show, name="show")], "pass")
