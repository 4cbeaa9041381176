from django.apps import AppConfig


class DeploymentConfig(AppConfig):
    name = "xiachen.deployment"
    label = "deployment"
