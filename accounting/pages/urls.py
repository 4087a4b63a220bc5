"""The addresses of the members' pages, to be included under /usage/."""

from __future__ import annotations

from django.contrib.auth import views as auth
from django.urls import URLPattern, path, reverse_lazy

from accounting.pages import keys, overview
from accounting.pages.access import View, members_only
from accounting.pages.key_test import Ask, key_test_view
from accounting.pages.statusline import statusline

LOGIN = auth.LoginView.as_view(template_name="usage/login.html", next_page="usage:home")
LOGOUT = auth.LogoutView.as_view(next_page="usage:login")
PASSWORD = auth.PasswordChangeView.as_view(template_name="usage/password.html", success_url=reverse_lazy("usage:home"))


def usage_urls(ask: Ask) -> tuple[list[URLPattern], str]:
    """`ask` is how a key is tested. Everything but the login and the script is for members only."""
    pages: list[tuple[str, View, str]] = [
        ("", overview.home, "home"),
        ("clients/<int:number>/", overview.overview, "overview"),
        ("clients/<int:number>/keys/", keys.list_keys, "keys"),
        ("clients/<int:number>/keys/issue/", keys.issue, "issue"),
        ("keys/<int:number>/", keys.connect, "connect"),
        ("keys/<int:number>/revoke/", keys.revoke, "revoke"),
        ("keys/<int:number>/test/", key_test_view(ask), "test"),
        ("password/", PASSWORD, "password"),
    ]
    own = [path(address, members_only(view), name=name) for address, view, name in pages]
    everybody = [
        path("login/", LOGIN, name="login"),
        path("logout/", LOGOUT, name="logout"),
        path("statusline.sh", statusline, name="statusline"),
    ]
    return [*own, *everybody], "usage"
