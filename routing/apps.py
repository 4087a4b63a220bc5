from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RoutingConfig(AppConfig):
    name = "routing"
    verbose_name = "Routing"

    def ready(self) -> None:
        from routing import checks  # noqa: F401  (registers itself)
        from routing.roles import make_groups

        # Permissions exist only after a migration, so the group that holds them cannot be made by one.
        post_migrate.connect(make_groups, sender=self)
