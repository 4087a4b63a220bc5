"""Django's admin app with the admin site of this project: a module of its own, since an app is found by its config."""

from django.contrib.admin.apps import AdminConfig


class ProxyAdminConfig(AdminConfig):
    default_site = "proxysite.admin_site.ProxyAdminSite"
