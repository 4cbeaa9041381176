"""Every address of the site; each area keeps its own."""

from django.urls import include, path

from xiachen.site import api, screens

urlpatterns = [
    path("", screens.home, name="home"),
    path("role", screens.change_role, name="change-role"),
    path("accounts/", include("allauth.urls")),
    path("language/", include("django.conf.urls.i18n")),
    path("places/", include("xiachen.places.urls")),
    path("people/", include("xiachen.people.urls")),
    path("incidents/", include("xiachen.incidents.urls")),
    path("notices/", include("xiachen.notices.urls")),
    path("mobilisation/", include("xiachen.mobilisation.urls")),
    path("deployment/", include("xiachen.deployment.urls")),
    path("attendance/", include("xiachen.attendance.urls")),
    path("needs/", include("xiachen.needs.urls")),
    path("command/", include("xiachen.command.urls")),
    path("api/v1/", api.addresses),
    path("audit/", include("xiachen.privacy.urls")),
]
