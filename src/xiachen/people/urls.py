"""Addresses of this area."""

from django.urls import path
from django.views import View

app_name = "people"
urlpatterns = [
    path("", View.as_view(), name="members"),
    path("units", View.as_view(), name="units"),
    path("accounts", View.as_view(), name="accounts"),
]
