"""The project as a Django app: its commands, its templates and its system checks."""

from django.apps import AppConfig


class ProxysiteConfig(AppConfig):
    name = "proxysite"
    verbose_name = "Claude Code Proxy"

    def ready(self) -> None:
        from proxysite import checks

        checks.register_all()
