"""The members' pages, with a test of keys that asks nobody."""

from django.contrib import admin
from django.urls import include, path

from accounting.pages.key_test import Tested
from accounting.pages.urls import usage_urls


async def ask(key, model):
    return Tested(model, succeeded=True, text=f"ok, {key.client_name}", milliseconds=1234)


urlpatterns = [path("admin/", admin.site.urls), path("usage/", include(usage_urls(ask)))]
