"""Addresses of people, units, branches and accounts."""

from django.urls import path

from xiachen.people.screens import (
    accounts,
    appointments,
    branches,
    persons,
    residents,
    units,
    unmasking,
)

app_name = "people"
urlpatterns = [
    path("", persons.members, name="members"),
    path("enter", persons.enter, name="enter"),
    path("skills", persons.skill_list, name="skills"),
    path("<uuid:id>", persons.member, name="member"),
    path("<uuid:id>/fitness", persons.set_fitness, name="set-fitness"),
    path("<uuid:id>/skills", persons.set_skills, name="set-skills"),
    path("<uuid:id>/unmask", unmasking.ask_for_member, name="unmask"),
    path("<uuid:id>/unmasked", unmasking.member, name="unmasked"),
    path("units/", units.units, name="units"),
    path("units/register", units.register, name="register-unit"),
    path("units/register-party", units.register_party, name="register-party-organisation"),
    path("units/<uuid:unit>/form-branch", branches.form_branch, name="form-branch"),
    path("branches/<uuid:id>", branches.branch, name="branch"),
    path("branches/<uuid:id>/join", branches.join, name="join-branch"),
    path("branches/<uuid:id>/appoint", branches.appoint, name="appoint-in-branch"),
    path("branches/<uuid:id>/<uuid:member>/release", branches.release, name="release-from-post"),
    path("branches/<uuid:id>/end", branches.dissolve, name="end-branch"),
    path("heads/<int:community>", appointments.heads, name="appointments"),
    path(
        "heads/<int:community>/grids",
        appointments.appoint,
        {"place": "grid"},
        name="appoint-grid-head",
    ),
    path(
        "heads/<int:community>/buildings",
        appointments.appoint,
        {"place": "building"},
        name="appoint-building-head",
    ),
    path("heads/<int:community>/<uuid:id>/end", appointments.end, name="end-appointment"),
    path("doors/<int:community>/<uuid:household>", residents.residents, name="residents"),
    path(
        "residents/<int:community>/<uuid:id>/unmask",
        unmasking.ask_for_resident,
        name="unmask-resident",
    ),
    path(
        "residents/<int:community>/<uuid:id>/unmasked",
        unmasking.resident,
        name="unmasked-resident",
    ),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/open", accounts.open_account, name="open-account"),
    path("accounts/<uuid:id>", accounts.account, name="account"),
    path("accounts/<uuid:id>/close", accounts.close_account, name="close-account"),
    path("grants/<uuid:id>/approve", accounts.approve_grant, name="approve-grant"),
    path("grants/<uuid:id>/end", accounts.end_grant, name="end-grant"),
]
