"""Addresses of this area."""

from django.urls import path

from xiachen.privacy import screens

app_name = "privacy"
urlpatterns = [path("", screens.audit_log, name="audit")]
