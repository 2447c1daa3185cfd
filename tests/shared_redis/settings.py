"""The site's settings with the RQ of another project: pickle, and no REDIS_URL."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from platform_site.settings import *  # noqa: F403
from platform_site.settings import INSTALLED_APPS

_redis = urlsplit(os.environ["REDIS_URL"])
_server = {
    "HOST": _redis.hostname,
    "PORT": _redis.port,
    "DB": 0,
    "PASSWORD": _redis.password,
}
del REDIS_URL  # noqa: F821
# As in a project that had django-rq before us.
INSTALLED_APPS = ["django_rq", *(app for app in INSTALLED_APPS if app != "django_rq")]
RQ: dict[str, object] = {}
RQ_QUEUES = {"default": _server, "high": _server}
