"""The ASGI entry point, served by uvicorn."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platform_site.settings")
django_application = get_asgi_application()

# REST framework, by which errors are told, cannot be imported before Django is set up.
from django.conf import settings  # noqa: E402

from platform_site.http.bodies import bounded  # noqa: E402
from platform_site.http.request_limit import limit_requests  # noqa: E402

application = bounded(
    limit_requests(django_application, most=settings.WEB_MAX_REQUESTS)
)
