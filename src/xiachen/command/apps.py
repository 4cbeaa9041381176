from django.apps import AppConfig


class CommandConfig(AppConfig):
    name = "xiachen.command"
    label = "command"
