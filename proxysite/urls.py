"""The pages for people: the admin, the members' own ones and the API's documentation.

The API itself has a handler of its own (`asgi.py`).
"""

from django.contrib import admin
from django.urls import include, path

from accounting.pages.urls import usage_urls
from proxysite.api.urls import urls as api_urls
from proxysite.pages.urls import urlpatterns as admin_pages
from proxysite.probe import ask_as_member

urlpatterns = [
    path("admin/", include(admin_pages)),
    path("admin/", admin.site.urls),
    path("usage/", include(usage_urls(ask_as_member))),
    path("", api_urls),
]
