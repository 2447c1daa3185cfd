"""Django settings. Every value that a site may want to change is an environment variable,
declared here only, with its type and bounds. `docs/operating.md` lists them."""

from __future__ import annotations

import os
import zoneinfo
from datetime import timedelta
from pathlib import Path

# The tzdata package from PyPI is the only source of time zones, here and in every child
# process: a system's own database can be a year old and an hour off. This comes first, before
# any zone is loaded.
os.environ["PYTHONTZPATH"] = ""
zoneinfo.reset_tzpath(to=[])

from platform_site import variable_kinds  # noqa: E402
from platform_site.local import secret_files  # noqa: E402
from platform_site.local.data_dir import data_dir, database, keep_private  # noqa: E402
from platform_site.local.runtime_record import embedded_redis_url  # noqa: E402
from platform_site.logs import logging_config  # noqa: E402
from platform_site.mail import mail_settings  # noqa: E402
from platform_site.variables import Variables, among  # noqa: E402
from schedules.timing.zones import timezone_names  # noqa: E402
from workflows.kit.conf_kinds import ORIGIN, RATE, Kind  # noqa: E402
from workflows.kit.conf_options import OPTIONS  # noqa: E402

env = Variables(os.environ)

DATA_DIR = data_dir()
SECRET_KEY = env.read("SECRET_KEY", "", secret_files.SECRET_KEY) or secret_files.secret(
    DATA_DIR, "secret_key"
)
DEBUG = env.flag("DEBUG", default=False)
ALLOWED_HOSTS = env.words(
    "ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"], variable_kinds.HOST
)
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", [], ORIGIN)

INSTALLED_APPS = [
    "platform_site",
    "platform_site.own_admin",
    "platform_site.local",
    "platform_site.accounts",
    "schedules",
    "triggers",
    "workflows",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "knox",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "axes",
    "django_rq",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "platform_site.http.middleware.LanguageMiddleware",
    "platform_site.http.middleware.SiteMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "platform_site.urls"
ASGI_APPLICATION = "platform_site.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # The pages of the admin of all apps: no app has files of these names.
        "DIRS": [
            Path(__file__).parent / "own_admin" / "pages",
            Path(__file__).parent / "theme",
        ],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Database -------------------------------------------------------------------------

DATABASES = {
    "default": database(
        env.read("DATABASE_URL", "", variable_kinds.DATABASE_URL), DATA_DIR
    ),
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    keep_private(Path(DATABASES["default"]["NAME"]))
    # Several processes write. Without IMMEDIATE, a transaction that reads first and writes
    # later fails at once with "database is locked", however long the timeout.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        " PRAGMA cache_size=-20000;",
    }
elif DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    # A server that accepts a connection and never answers must not block a page forever.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
# It holds the counters of the rate limits. Beyond this size, arbitrary entries are dropped.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

# Queue ----------------------------------------------------------------------------

REDIS_URL = env.read("REDIS_URL", "", variable_kinds.REDIS_URL)
REDIS_IS_EMBEDDED = not REDIS_URL  # `manage.py up` then starts its own
REDIS_URL = REDIS_URL or embedded_redis_url(DATA_DIR) or "redis://127.0.0.1:6379/0"
# JSON in Redis, never pickle, also for jobs of the site's own.
RQ = {"JOB_CLASS": "workflows.execution.queue.JSONJob", "COMMIT_MODE": "auto"}
RQ_QUEUES = {
    "workflows": {
        "URL": REDIS_URL,
        "SERIALIZER": "rq.serializers.JSONSerializer",
    },
}

# The apps -------------------------------------------------------------------------

# Each option is an environment variable; docs/settings.md lists them. Two are fixed: the queue
# is declared above, and all pages of this site are ours.
FIXED = {"QUEUE", "THEME_ALL_PAGES"}
OSTINATO = env.options(
    (option for option in OPTIONS.values() if option.name not in FIXED),
    SITE_URL="http://127.0.0.1:8000",
)

# Mail, for `send_email` nodes. Without a server they fail with a message: mail that goes
# nowhere must not look sent.
_MAIL = env.read(
    "EMAIL_URL", variable_kinds.email_url("dummymail://"), variable_kinds.EMAIL_URL
)
globals().update(mail_settings(_MAIL))
DEFAULT_FROM_EMAIL = env.read(
    "DEFAULT_FROM_EMAIL", "ostinato@localhost", variable_kinds.MAILBOX
)

# Web ------------------------------------------------------------------------------

# How many clients may be connected to a web process, how many requests it answers at once,
# and which proxies it trusts to report where a request comes from.
WEB_MAX_CONNECTIONS = env.number(
    "WEB_MAX_CONNECTIONS", 1000, minimum=10, maximum=100_000
)
WEB_MAX_REQUESTS = env.number("WEB_MAX_REQUESTS", 20, minimum=1, maximum=1000)
TRUSTED_PROXIES = env.words("TRUSTED_PROXIES", [], variable_kinds.NETWORK)

# After LOGIN_FAILURES failed logins to one account from one address, logins to that account
# from that address are refused for LOGIN_LOCK_MINUTES. LOGIN_RATE limits all logins from one
# address.
LOGIN_FAILURES = env.number("LOGIN_FAILURES", 10, minimum=1, maximum=1000)
LOGIN_LOCK_MINUTES = env.number("LOGIN_LOCK_MINUTES", 15, minimum=1, maximum=1440)
LOGIN_RATE = env.read("LOGIN_RATE", "30/minute", RATE)
AUTHENTICATION_BACKENDS = [
    "platform_site.own_admin.logins.LoginGuard",
    "django.contrib.auth.backends.ModelBackend",
]
AXES_HANDLER = "platform_site.own_admin.logins.LoginHandler"
AXES_LOCKOUT_CALLABLE = "platform_site.own_admin.logins.refused"
AXES_CLIENT_IP_CALLABLE = "platform_site.accounts.client_address.client_address"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = LOGIN_FAILURES
AXES_COOLOFF_TIME = timedelta(minutes=LOGIN_LOCK_MINUTES)
AXES_RESET_ON_SUCCESS = True
# Further failures do not extend the lock.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LANGUAGE_CODE = "en-us"
TIME_ZONE = env.read(
    "TIME_ZONE",
    "UTC",
    Kind("it must be a time zone such as Europe/Berlin", among(timezone_names)),
)
FORMAT_MODULE_PATH = "platform_site.formats"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
# Static files are served from their source folders, without collectstatic: the first start is
# quick, and no page can lack the manifest of a newer release.
WHITENOISE_USE_FINDERS = True

SECURE_HTTPS = OSTINATO["SITE_URL"].startswith("https://")
SESSION_COOKIE_SECURE = SECURE_HTTPS
CSRF_COOKIE_SECURE = SECURE_HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "platform_site.http.errors.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
}

# API ------------------------------------------------------------------------------

KNOX_TOKEN_MODEL = "ostinato_accounts.ApiToken"
# The only table of Knox would be that of the token model which ours replaces. When Django
# flushes the database it omits that table, and PostgreSQL then refuses to truncate the users'.
MIGRATION_MODULES = {"knox": None}
REST_KNOX = {"AUTH_HEADER_PREFIX": "Bearer", "TOKEN_TTL": None}
# All views are ours, and need nothing of REST framework's settings.
SPECTACULAR_SETTINGS = {
    "DEFAULT_GENERATOR_CLASS": "platform_site.http.description.Generator"
}

LOGGING = logging_config(
    level=env.choice("LOG_LEVEL", "INFO", ["DEBUG", "INFO", "WARNING", "ERROR"])
)
LOGGING_CONFIG = "logging.config.dictConfig"
