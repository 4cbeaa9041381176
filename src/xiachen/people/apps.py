from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "xiachen.people"
    label = "people"
