"""Addresses of this area."""

from django.urls import path

from xiachen.privacy import screens

app_name = "privacy"
urlpatterns = [
    path("", screens.audit_log, name="audit"),
    path("unmasking", screens.unmaskings, name="unmaskings"),
    path("unmasking/<uuid:id>/approve", screens.approve, name="approve-unmasking"),
]
