"""The ASGI entry point, served by uvicorn."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platform_site.settings")
django_application = get_asgi_application()

# REST framework, which the error responses use, can be imported only once Django is set up.
from django.conf import settings  # noqa: E402

from platform_site.http.bodies import limit_body  # noqa: E402
from platform_site.http.request_limit import limit_requests  # noqa: E402

application = limit_body(
    limit_requests(django_application, maximum=settings.WEB_MAX_REQUESTS)
)
