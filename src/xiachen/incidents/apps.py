from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "xiachen.incidents"
    label = "incidents"
