"""Django settings. Every value that a site may want to change is an environment
variable, declared here and nowhere else with its type and bounds; `docs/operating.md`
lists them."""

from __future__ import annotations

import os
import zoneinfo
from datetime import timedelta
from pathlib import Path

# The PyPI tzdata is the only source of time zones, here and in every child process: a
# system's own database can be a year old and an hour wrong. First, before any zone loads.
os.environ["PYTHONTZPATH"] = ""
zoneinfo.reset_tzpath(to=[])

from platform_site import variable_kinds  # noqa: E402
from platform_site.local import secret_files  # noqa: E402
from platform_site.local.data_dir import data_dir, database, keep_private  # noqa: E402
from platform_site.local.runtime_record import embedded_redis_url  # noqa: E402
from platform_site.logs import logging_config  # noqa: E402
from platform_site.variables import Kind, Variables, among  # noqa: E402
from schedules.limits import DAY, MOST_OPEN_RUNS, TEN_YEARS  # noqa: E402
from schedules.timing.zones import timezone_names  # noqa: E402

env = Variables(os.environ)

DATA_DIR = data_dir()
SECRET_KEY = env.read("SECRET_KEY", "", secret_files.SECRET_KEY) or secret_files.secret(
    DATA_DIR, "secret_key"
)
DEBUG = env.flag("DEBUG", default=False)
ALLOWED_HOSTS = env.words(
    "ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"], variable_kinds.HOST
)
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", [], variable_kinds.ORIGIN)
SITE_URL = env.read("SITE_URL", "http://127.0.0.1:8000", variable_kinds.SITE_ADDRESS)

# `schedules` stands before `django_rq`, so that its `rqscheduler` and `rqworker`
# commands win over those of the same name, which they subclass.
INSTALLED_APPS = [
    "platform_site",
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
    # Several processes write. Without IMMEDIATE a transaction that reads first and writes
    # later meets "database is locked" at once, whatever the time-out.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        " PRAGMA cache_size=-20000;",
    }
elif DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    # A server that takes a connection and never answers must not hold up a page for ever.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
# The counts of rates are in it. Beyond so many it forgets some, in no order.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

# Queue ----------------------------------------------------------------------------

REDIS_URL = env.read("REDIS_URL", "", variable_kinds.REDIS_URL)
REDIS_IS_EMBEDDED = not REDIS_URL  # then `manage.py up` brings one
REDIS_URL = REDIS_URL or embedded_redis_url(DATA_DIR) or "redis://127.0.0.1:6379/0"
# JSON in Redis, never pickle: the job class, the queue's serializer and the worker's (see
# `manage.py rqworker`) must all say so; with one missing, jobs die of UnpicklingError.
RQ = {"JOB_CLASS": "workflows.execution.queue.JSONJob", "COMMIT_MODE": "auto"}
RQ_QUEUES = {
    "workflows": {
        "URL": REDIS_URL,
        "SERIALIZER": "rq.serializers.JSONSerializer",
    },
}

# Schedules ------------------------------------------------------------------------

# A due tick this young is fired under any catch-up policy (`semantics.md`, "Live").
LIVE_TICK_SECONDS = env.number("LIVE_TICK_SECONDS", 30, least=1, most=86_400)
# History is kept this long, and at least so many of the newest runs of each schedule.
RUNS_KEPT_DAYS = env.number("RUNS_KEPT_DAYS", 90, least=0, most=36_500)
RUNS_KEPT_AT_LEAST = env.number("RUNS_KEPT_AT_LEAST", 100, least=0, most=1_000_000)
# A run that has been in the queue for longer is worth a warning; 0 never warns.
QUEUE_OLD_SECONDS = env.number("QUEUE_OLD_SECONDS", 60, least=0, most=86_400)
# How many due schedules one transaction fires.
FIRE_BATCH_SIZE = env.number("FIRE_BATCH_SIZE", 500, least=1, most=10_000)
# How many runs of a new schedule may be open at once under overlap `allow`; 0: no limit.
MAX_OPEN_RUNS = env.number("MAX_OPEN_RUNS", 100, least=0, most=MOST_OPEN_RUNS)

# Agents that schedule in a user's name; each but the fourth to the sixth can be
# set per user, too.
AGENTS_MAY_SCHEDULE = env.flag("AGENTS_MAY_SCHEDULE", default=True)
AGENTS_PROPOSE = env.flag("AGENTS_PROPOSE", default=False)
AGENT_MAX_ACTIVE_SCHEDULES = env.number(
    "AGENT_MAX_ACTIVE_SCHEDULES", 20, least=0, most=1_000_000
)
AGENT_MAX_KEPT_SCHEDULES = env.number(
    "AGENT_MAX_KEPT_SCHEDULES", 100, least=0, most=1_000_000
)
AGENT_MAX_CREATED_A_DAY = env.number(
    "AGENT_MAX_CREATED_A_DAY", 100, least=0, most=1_000_000
)
AGENT_MAX_RESUMED_AN_HOUR = env.number(
    "AGENT_MAX_RESUMED_AN_HOUR", 100, least=0, most=1_000_000
)
AGENT_MIN_INTERVAL_SECONDS = env.number(
    "AGENT_MIN_INTERVAL_SECONDS", 60, least=1, most=TEN_YEARS
)
AGENT_MAX_DAYS = env.number("AGENT_MAX_DAYS", 90, least=1, most=TEN_YEARS // DAY)
# Whether a run that a schedule started may make schedules.
AGENTS_MAY_SCHEDULE_FROM_SCHEDULES = env.flag(
    "AGENTS_MAY_SCHEDULE_FROM_SCHEDULES", default=False
)

# The model of the node `agent`: an OpenAI-compatible provider, for all nodes alike. The key
# is nowhere but here, in memory.
AGENT_BASE_URL = env.read("AGENT_BASE_URL", "", variable_kinds.SITE_ADDRESS)
AGENT_API_KEY = env.text("AGENT_API_KEY")
AGENT_MODEL = env.text("AGENT_MODEL")
# The most that one agent node may be given to spend.
AGENT_MAX_REQUESTS = env.number("AGENT_MAX_REQUESTS", 50, least=1, most=100_000)
AGENT_MAX_TOOL_CALLS = env.number("AGENT_MAX_TOOL_CALLS", 100, least=0, most=100_000)
AGENT_MAX_TOKENS = env.number("AGENT_MAX_TOKENS", 500_000, least=1, most=1_000_000_000)
AGENT_MAX_SECONDS = env.number("AGENT_MAX_SECONDS", 600, least=1, most=DAY)

# Workflows ------------------------------------------------------------------------

# Origins (scheme://host:port) that the node `http_request` may call although they resolve
# to a private or loopback address.
HTTP_NODE_ALLOWED_ORIGINS = env.words(
    "HTTP_NODE_ALLOWED_ORIGINS", [], variable_kinds.ORIGIN
)
# Modules whose functions, decorated with `@workflow_function`, workflows may call.
WORKFLOW_FUNCTION_MODULES = env.words(
    "WORKFLOW_FUNCTION_MODULES", [], variable_kinds.MODULE
)
# How long the node `wait` may hold up a worker.
WAIT_NODE_MAX_SECONDS = env.number("WAIT_NODE_MAX_SECONDS", 300, least=0, most=DAY)
# The deadline of a run that no schedule started; a schedule has its own.
EXECUTION_TIMEOUT_SECONDS = env.number(
    "EXECUTION_TIMEOUT_SECONDS", 600, least=1, most=7 * DAY
)

# Mail, for the node `send_email`. Without a server it fails and says so: mail that goes
# nowhere must not look sent.
_MAIL = env.read(
    "EMAIL_URL", variable_kinds.email_url("dummymail://"), variable_kinds.EMAIL_URL
)
globals().update(_MAIL)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.read(
    "DEFAULT_FROM_EMAIL", "ostinato@localhost", variable_kinds.MAILBOX
)

# Web ------------------------------------------------------------------------------

# How many clients may be connected to a web process, how many requests it answers at once,
# and whose word it takes for where a request comes from.
WEB_MAX_CONNECTIONS = env.number("WEB_MAX_CONNECTIONS", 1000, least=10, most=100_000)
WEB_MAX_REQUESTS = env.number("WEB_MAX_REQUESTS", 20, least=1, most=1000)
TRUSTED_PROXIES = env.words("TRUSTED_PROXIES", [], variable_kinds.NETWORK)

# After so many failed logins in the name of one account from one address, that address is
# refused in that name for so long. An address may try to log in so often, whoever it is.
LOGIN_FAILURES = env.number("LOGIN_FAILURES", 10, least=1, most=1000)
LOGIN_LOCK_MINUTES = env.number("LOGIN_LOCK_MINUTES", 15, least=1, most=1440)
LOGIN_RATE = env.read("LOGIN_RATE", "30/minute", variable_kinds.RATE)
AUTHENTICATION_BACKENDS = [
    "platform_site.accounts.logins.LoginGuard",
    "django.contrib.auth.backends.ModelBackend",
]
AXES_HANDLER = "platform_site.accounts.logins.LoginHandler"
AXES_LOCKOUT_CALLABLE = "platform_site.accounts.logins.refused"
AXES_CLIENT_IP_CALLABLE = "platform_site.accounts.client_address.client_address"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = LOGIN_FAILURES
AXES_COOLOFF_TIME = timedelta(minutes=LOGIN_LOCK_MINUTES)
AXES_RESET_ON_SUCCESS = True
# Who goes on failing is not locked for ever.
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
    Kind("it is a time zone such as Europe/Berlin", among(timezone_names)),
)
FORMAT_MODULE_PATH = "platform_site.formats"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
# Files are served from where they stand: no collectstatic, so that the first start is
# quick and a page never misses the manifest of a newer release.
WHITENOISE_USE_FINDERS = True

SECURE_HTTPS = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = SECURE_HTTPS
CSRF_COOKIE_SECURE = SECURE_HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
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
# Knox's only table would be that of the token model which ours replaces. Django forgets
# it when it empties the database, and PostgreSQL then refuses to empty the users' table.
MIGRATION_MODULES = {"knox": None}
REST_KNOX = {"AUTH_HEADER_PREFIX": "Bearer", "TOKEN_TTL": None}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "platform_site.accounts.authentication.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "workflows.kit.api.scopes.HasScope",
    ],
    "DEFAULT_PARSER_CLASSES": ["platform_site.http.json_parser.SafeJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "workflows.kit.api.paging.Paging",
    # `?format=` would be a parameter that no description has.
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "platform_site.http.errors.handle",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "login": LOGIN_RATE,
        "wrong_token": "300/minute",
        "user": env.read("API_RATE", None, variable_kinds.RATE),
        "hook": env.read("HOOK_RATE", None, variable_kinds.RATE),
    },
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Ostinato",
    "DESCRIPTION": "Workflows on a schedule: every tick accounted for, none run twice.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SCHEMA_PATH_PREFIX_INSERT": "",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "GET_LIB_DOC_EXCLUDES": "platform_site.http.openapi.without_public_docstring",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "platform_site.http.openapi.document_errors",
        "platform_site.http.examples.add_examples",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ScheduleStatus": "schedules.models.Status",
        "RunStatus": "schedules.models.RunStatus",
        "ExecutionStatus": "workflows.models.WorkflowExecution.Status",
        "NodeRunStatus": "workflows.models.NodeRun.Status",
        "CatchupPolicy": "schedules.models.CatchupPolicy",
        "OverlapPolicy": "schedules.models.OverlapPolicy",
        "ActorKind": "schedules.models.ActorKind",
    },
}

LOGGING = logging_config(
    level=env.choice("LOG_LEVEL", "INFO", ["DEBUG", "INFO", "WARNING", "ERROR"])
)
LOGGING_CONFIG = "logging.config.dictConfig"
