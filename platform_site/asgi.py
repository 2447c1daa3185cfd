"""The ASGI entry point, served by uvicorn."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platform_site.settings")
django_application = get_asgi_application()

# REST framework, by which errors are told, cannot be imported before Django is set up.
from platform_site.bodies import bounded  # noqa: E402

application = bounded(django_application)
