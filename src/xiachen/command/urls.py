"""Addresses of the figures and the bulletins."""

from django.urls import path

from xiachen.command import screens

app_name = "command"
urlpatterns = [
    path("figures/", screens.figures, name="figures"),
    path("figures/<str:code>/", screens.rows, name="rows"),
    path("bulletins/", screens.bulletins, name="bulletins"),
    path("bulletins/issue/", screens.issue, name="issue"),
    path("bulletins/<uuid:id>/", screens.bulletin, name="bulletin"),
    path("bulletins/<uuid:id>/text", screens.bulletin_text, name="bulletin-text"),
    path("bulletins/<uuid:id>/<str:code>/", screens.frozen_rows, name="frozen-rows"),
    path("declared/", screens.declare, name="declare"),
    path("declared/<uuid:id>/", screens.correct, name="correct-declared"),
]
