from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "xiachen.papers"
    label = "papers"
