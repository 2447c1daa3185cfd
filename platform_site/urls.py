"""The URL configuration of the site."""

from __future__ import annotations

from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("favicon.ico", RedirectView.as_view(url=static("platform_site/icon.svg"))),
    path("", include("platform_site.embed")),
]
handler400 = "platform_site.http.errors.bad_request"
handler403 = "platform_site.http.errors.permission_denied"
handler404 = "platform_site.http.errors.page_not_found"
handler500 = "platform_site.http.errors.server_error"
