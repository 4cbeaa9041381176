"""Every address of the site; each area keeps its own."""

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import TemplateView

from xiachen.mobilisation import urls as mobilisation
from xiachen.site import api, screens
from xiachen.site.handing_over import hand_over
from xiachen.site.intakes import RECEPTION
from xiachen.site.second_factor import SetUp
from xiachen.sync import urls as sync

urlpatterns = [
    path("", screens.home, name="home"),
    path("role", screens.change_role, name="change-role"),
    path(
        "accounts/password/reset/",
        login_not_required(TemplateView.as_view(template_name="account/password_reset.html")),
    ),
    # Accounts are given, and no mail is sent: these pages of the library are not for anybody.
    path("accounts/email/", screens.nothing_here),
    path("accounts/confirm-email/", screens.nothing_here),
    path("accounts/password/set/", screens.nothing_here),
    # Before allauth's own page at the same address.
    path("accounts/2fa/totp/activate/", SetUp.as_view(), name="mfa_activate_totp"),
    path("accounts/", include("allauth.urls")),
    path("language/", include("django.conf.urls.i18n")),
    path("papers/", include("xiachen.papers.urls"), {"reception": RECEPTION}),
    path("places/", include("xiachen.places.urls")),
    path("people/", include("xiachen.people.urls")),
    path("incidents/", include("xiachen.incidents.urls")),
    path("notices/", include("xiachen.notices.urls")),
    path("sign-up/", include(mobilisation.public)),
    path("pass/", include(sync.public)),
    path("mobilisation/", include("xiachen.mobilisation.urls")),
    path("deployment/", include("xiachen.deployment.urls")),
    path("attendance/", include("xiachen.attendance.urls")),
    path("needs/", include("xiachen.needs.urls")),
    path("command/", include("xiachen.command.urls")),
    path("phones/hand-over", hand_over, name="hand-over"),
    path("phones/", include("xiachen.sync.urls")),
    path("api/v1/", api.addresses),
    path("audit/", include("xiachen.privacy.urls")),
]
