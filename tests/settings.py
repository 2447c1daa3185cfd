"""The site's settings for a test run: a folder of its own, and no Redis until asked for.

`DATABASE_URL` is respected, so that the same tests run on PostgreSQL.
"""

from __future__ import annotations

import os
import tempfile

# Read by the site's settings below, and inherited by the processes that tests start:
# nothing that a test does can reach the `var/` of the person who runs it.
os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="ostinato-test-")
# A port where nobody listens: what needs Redis says so by asking for the fixture `redis`.
os.environ["REDIS_URL"] = "redis://127.0.0.1:1/0"

from platform_site.settings import *  # noqa: F403
from platform_site.settings import DATA_DIR, DATABASES, INSTALLED_APPS

DATABASE = DATABASES["default"]
if DATABASE["ENGINE"] == "django.db.backends.sqlite3":
    # A file, as on a site: threads and processes of a test see the same rows.
    DATABASE["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
    DATABASE["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Without it each test's client reads every static file as it starts.
WHITENOISE_AUTOREFRESH = True

# A backend of Tasks that keeps their results, as a project may have one.
INSTALLED_APPS += ["django_tasks_db"]
TASKS = {
    "default": {"BACKEND": "django_tasks_db.DatabaseBackend"},
    "immediate": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"},
}
