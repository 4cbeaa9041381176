"""Addresses of this area."""

from django.urls import path
from django.views import View

app_name = "notices"
urlpatterns = [
    path("", View.as_view(), name="documents"),
]
