"""Addresses of this area."""

from django.urls import path
from django.views import View

app_name = "places"
urlpatterns = [
    path("search", View.as_view(), name="search"),
    path("<int:community>", View.as_view(), name="community"),
]
