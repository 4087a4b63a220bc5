from django.apps import AppConfig


class InspectorConfig(AppConfig):
    name = "proxysite.inspector"
    verbose_name = "Request inspector"
