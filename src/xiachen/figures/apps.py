from django.apps import AppConfig


class FiguresConfig(AppConfig):
    name = "xiachen.figures"
    label = "figures"
