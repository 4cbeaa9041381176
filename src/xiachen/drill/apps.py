from django.apps import AppConfig


class DrillConfig(AppConfig):
    name = "xiachen.drill"
    label = "drill"
