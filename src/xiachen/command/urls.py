"""Addresses of this area."""

from django.urls import path
from django.views import View

app_name = "command"
urlpatterns = [
    path("", View.as_view(), name="figures"),
    path("bulletins", View.as_view(), name="bulletins"),
    path("rows/<str:code>", View.as_view(), name="rows"),
]
