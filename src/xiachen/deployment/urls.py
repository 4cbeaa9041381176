"""Addresses of this area."""

from django.urls import path

from xiachen.deployment import screens

app_name = "deployment"
urlpatterns = [
    path("", screens.teams, name="teams"),
    path("teams/new", screens.new_team, name="new-team"),
    path("teams/<uuid:id>/", screens.team, name="team"),
    path("teams/<uuid:id>/members", screens.add_members, name="add-members"),
    path("teams/<uuid:id>/members/<uuid:member>", screens.set_post, name="set-post"),
    path("teams/<uuid:id>/assign", screens.assign, name="assign"),
    path("teams/<uuid:id>/squads/<int:community>", screens.squads, name="squads"),
    path("hand-over/<int:community>/<uuid:team>", screens.hand_over, name="hand-over"),
    path("briefing/<int:community>", screens.briefing, name="briefing"),
    path("going-home/<int:community>", screens.going_home, name="going-home"),
]
