from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "xiachen.sync"
    label = "sync"
