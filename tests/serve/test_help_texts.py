"""Whoever fills in a form of the admin is told what each field means."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import User

from proxysite import urls

OURS = [model for model in admin.site._registry if model._meta.app_label != "auth"]
pytestmark = pytest.mark.django_db


def forms(site, request):
    """That of the page to add a row, and those within it; what nobody adds has none."""
    if site.has_add_permission(request):
        yield site.get_form(request)
        yield from (inline.get_formset(request).form for inline in site.get_inline_instances(request))


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_field_has_its_help(model, rf):
    assert urls.urlpatterns  # with them every page is registered
    request = rf.get("/")
    request.user = User(is_superuser=True, is_staff=True)
    fields = [item for form in forms(admin.site._registry[model], request) for item in form.base_fields.items()]
    assert [name for name, field in fields if not (field.help_text or field.widget.is_hidden)] == []
