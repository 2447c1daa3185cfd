from __future__ import annotations

from billing.api import InvoiceViewSet
from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from rest_framework.routers import DefaultRouter

router = DefaultRouter()
router.register("invoices", InvoiceViewSet)
urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include(router.urls)),
]
if "platform_site" in settings.INSTALLED_APPS:
    urlpatterns.append(path("ostinato/", include("platform_site.embed")))
