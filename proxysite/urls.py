"""The pages for people: the admin. The API has its own URLs (`proxysite/api/`)."""

from django.contrib import admin
from django.urls import path

urlpatterns = [path("admin/", admin.site.urls)]
