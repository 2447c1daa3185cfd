"""The test settings of a project with a user model of its own, and without our own admin."""

from __future__ import annotations

import sys

from platform_site.local.data_dir import BASE_DIR
from tests.settings import *  # noqa: F403
from tests.settings import DATABASES, INSTALLED_APPS

# The user model of the project in which the wheel is tried.
sys.path.append(str(BASE_DIR / "tests" / "foreign" / "project"))
AUTH_USER_MODEL = "people.Person"
INSTALLED_APPS = [
    "people",
    *(
        app
        for app in INSTALLED_APPS
        if app not in {"platform_site.own_admin", "platform_site.local"}
    ),
]
# On PostgreSQL the tests around these have a database of the usual name.
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["default"]["TEST"] = {"NAME": "test_other_user"}
