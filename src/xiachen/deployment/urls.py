"""Addresses of this area."""

from django.urls import path

from xiachen.deployment.screens import going_home, moves, returned, sheets, squads, strength, teams

app_name = "deployment"
urlpatterns = [
    path("", teams.teams, name="teams"),
    path("types", teams.types, name="types"),
    path("teams/new", teams.new_team, name="new-team"),
    path("teams/<uuid:id>/", teams.team, name="team"),
    path("teams/<uuid:id>/members", teams.add_members, name="add-members"),
    path("teams/<uuid:id>/members/<uuid:member>", teams.set_post, name="set-post"),
    path("teams/<uuid:id>/assign", teams.assign, name="assign"),
    path("teams/<uuid:id>/places/<int:community>/end", teams.end_assignment, name="end-assignment"),
    path("teams/<uuid:id>/branch", teams.link_branch, name="link-branch"),
    path("teams/<uuid:id>/disband", teams.disband, name="disband"),
    path("teams/<uuid:id>/squads/<int:community>", squads.squads, name="squads"),
    path("teams/<uuid:id>/squads/<int:community>/move", squads.move, name="move"),
    path("teams/<uuid:id>/squads/<int:community>/grid", squads.set_grid, name="set-grid"),
    path("hand-over/<int:community>/<uuid:team>", sheets.hand_over, name="hand-over"),
    path("briefing/<int:community>", sheets.briefing, name="briefing"),
    path("needed", strength.needed, name="needed"),
    path("strength/<int:community>", strength.community, name="strength"),
    path("strength/<int:community>/enough", strength.enough, name="enough"),
    path("moves/", moves.moves, name="moves"),
    path("moves/ask", moves.ask, name="ask-move"),
    path("moves/<uuid:id>", moves.move, name="answer-move"),
    path("moves/<uuid:id>/take-back", moves.take_back, name="take-back-move"),
    path("returned/", returned.returned, name="returned"),
    path("going-home/<int:community>", going_home.going_home, name="going-home"),
]
