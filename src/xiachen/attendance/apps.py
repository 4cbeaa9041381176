from django.apps import AppConfig


class AttendanceConfig(AppConfig):
    name = "xiachen.attendance"
    label = "attendance"
