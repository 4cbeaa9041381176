"""Every address of the site; each area keeps its own."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
]
