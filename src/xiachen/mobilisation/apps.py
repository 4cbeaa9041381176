from django.apps import AppConfig


class MobilisationConfig(AppConfig):
    name = "xiachen.mobilisation"
    label = "mobilisation"
