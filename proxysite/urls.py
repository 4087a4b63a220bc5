"""The pages for people: the admin and the API's documentation. The API itself has a handler of its own (`asgi.py`)."""

from django.contrib import admin
from django.urls import path

from proxysite.api.urls import urls as api_urls

urlpatterns = [path("admin/", admin.site.urls), path("", api_urls)]
