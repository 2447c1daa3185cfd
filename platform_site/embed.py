"""The addresses of Ostinato for the URL configuration of a project:

    path("ostinato/", include("platform_site.embed"))

Our own site includes them at its root.
"""

from __future__ import annotations

from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path, re_path

from platform_site.health import healthz, readyz
from platform_site.http.mcp_view import McpView
from platform_site.http.openapi import DocsView, SchemaView
from platform_site.http.unknown import unknown_address
from triggers.api.webhooks import HookView, OldHookView

app_name = "ostinato"


def _tokens() -> list[URLPattern | URLResolver]:
    """The addresses of tokens, if their app is installed."""
    if not apps.is_installed("platform_site.accounts"):
        return []
    return [path("", include("platform_site.accounts.urls"))]


api = [
    *_tokens(),
    path("", include("triggers.api.urls")),
    # Before those of workflows, which would take `workflows/import/` for one of them.
    path("", include("schedules.api.urls")),
    path("", include("workflows.api.urls")),
    path("hooks/<str:token>/", OldHookView.as_view(), name="old-hook"),
]
urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("mcp/", McpView.as_view(), name="mcp"),
    path("api/schema/", SchemaView.as_view(), name="schema"),
    path("api/docs/", DocsView.as_view(), name="docs"),
    path("api/v1/", include(api)),
    path("hooks/<str:token>/", HookView.as_view(), name="hook"),
    re_path("^(?:api|hooks|mcp)(?:/.*)?$", unknown_address),
]
