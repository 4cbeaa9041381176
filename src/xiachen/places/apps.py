from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "xiachen.places"
    label = "places"
