from __future__ import annotations

from billing.views import OpenInvoices
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/invoices/", OpenInvoices.as_view()),
    path("ostinato/", include("platform_site.embed")),
]
