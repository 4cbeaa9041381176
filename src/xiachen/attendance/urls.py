"""Addresses of this area."""

from django.urls import path
from django.views import View

app_name = "attendance"
urlpatterns = [
    path("", View.as_view(), name="board"),
    path("mine", View.as_view(), name="mine"),
]
