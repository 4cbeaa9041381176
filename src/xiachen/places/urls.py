"""Addresses of places and of what they consist of."""

from django.urls import path

from xiachen.places.screens import buildings, communities, compounds, grids, work_sites

app_name = "places"
urlpatterns = [
    path("search", communities.search, name="search"),
    path("make", communities.make_community, name="make-community"),
    path("work-sites", work_sites.sites, name="work-sites"),
    path("<int:community>", communities.community, name="community"),
    path("<int:community>/aliases", communities.add_alias, name="add-alias"),
    path("<int:community>/grids/register", grids.register_grid, name="register-grid"),
    path("<int:community>/grids/<uuid:id>", grids.grid, name="grid"),
    path("<int:community>/grids/<uuid:id>/correct", grids.edit_grid, name="edit-grid"),
    path(
        "<int:community>/compounds/register", compounds.register_compound, name="register-compound"
    ),
    path("<int:community>/compounds/<uuid:id>", compounds.compound, name="compound"),
    path(
        "<int:community>/compounds/<uuid:id>/correct",
        compounds.edit_compound,
        name="edit-compound",
    ),
    path("<int:community>/compounds/<uuid:id>/gates", compounds.add_gate, name="add-gate"),
    path("<int:community>/gates/<uuid:id>/correct", compounds.edit_gate, name="edit-gate"),
    path(
        "<int:community>/buildings/register", buildings.register_building, name="register-building"
    ),
    path("<int:community>/buildings/<uuid:id>", buildings.building, name="building"),
    path(
        "<int:community>/buildings/<uuid:id>/correct",
        buildings.edit_building,
        name="edit-building",
    ),
    path("<int:community>/doors/<uuid:id>/correct", buildings.edit_household, name="edit-door"),
]
