"""Addresses of this area."""

from django.urls import path
from django.views import View

app_name = "mobilisation"
urlpatterns = [
    path("", View.as_view(), name="board"),
]
