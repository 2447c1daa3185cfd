"""The WSGI entry point, for servers such as gunicorn."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platform_site.settings")
django_application = get_wsgi_application()

# REST framework, by which errors are told, cannot be imported before Django is set up.
from platform_site.chunked import measured  # noqa: E402

application = measured(django_application)
