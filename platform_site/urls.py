"""The URL configuration of the site."""

from __future__ import annotations

from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView

from schedules.admin.pages import page_urls

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    # The index of the admin is the overview.
    *page_urls(admin.site, {"ostinato_overview": "admin/"}),
    path("admin/", admin.site.urls),
    path("favicon.ico", RedirectView.as_view(url=static("workflows/icon.svg"))),
    path("", include("platform_site.embed")),
]
handler400 = "platform_site.http.errors.bad_request"
handler403 = "platform_site.http.errors.permission_denied"
handler404 = "platform_site.http.errors.page_not_found"
handler500 = "platform_site.http.errors.server_error"
