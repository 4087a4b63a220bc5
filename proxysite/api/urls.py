"""The URLs of the API, for its own handler; `proxysite/guard.py` makes `/v1/v1/…` and trailing slashes plain before."""

from django.urls import path

from proxysite.api.router import api

urls = api.urls
urlpatterns = [path("", urls)]
