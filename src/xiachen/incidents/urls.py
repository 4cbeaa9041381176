"""Addresses of this area."""

from django.urls import path
from django.views import View

app_name = "incidents"
urlpatterns = [
    path("", View.as_view(), name="incident"),
]
