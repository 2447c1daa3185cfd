"""The URL configuration of the site."""

from __future__ import annotations

from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView

from platform_site.health import healthz, readyz
from platform_site.http.mcp_view import McpView
from platform_site.http.openapi import DocsView, SchemaView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("favicon.ico", RedirectView.as_view(url=static("platform_site/icon.svg"))),
    path("healthz", healthz),
    path("readyz", readyz),
    path("mcp/", McpView.as_view(), name="mcp"),
    path("api/schema/", SchemaView.as_view(), name="schema"),
    path("api/docs/", DocsView.as_view(url_name="schema"), name="docs"),
    path("api/v1/", include("platform_site.accounts.urls")),
    path("api/v1/", include("triggers.api.urls")),
    # Before those of workflows, which would take `workflows/import/` for one of them.
    path("api/v1/", include("schedules.api.urls")),
    path("api/v1/", include("workflows.api.urls")),
]
handler400 = "platform_site.http.errors.bad_request"
handler403 = "platform_site.http.errors.permission_denied"
handler404 = "platform_site.http.errors.page_not_found"
handler500 = "platform_site.http.errors.server_error"
