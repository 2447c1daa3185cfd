"""A project that was there before Ostinato. What it adds for Ostinato is at the end."""

from __future__ import annotations

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "not-secret"
DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "shopfront.urls"
AUTH_USER_MODEL = "people.Person"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = True
TIME_ZONE = "Europe/Berlin"
STATIC_URL = "static/"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_rq",
    "people",
    "accounts",
    "billing",
    "shopfront.schedules",
    "shopfront.workflows",
    "django_tasks_db",
]
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
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
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": BASE_DIR / "db.sqlite3",
        "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
    }
}
RQ_QUEUES = {  # jobs in both are pickled
    name: {"URL": os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")}
    for name in ("default", "high")
}

if os.environ.get("WITHOUT_OSTINATO") != "1":
    INSTALLED_APPS += [
        "platform_site",
        "schedules",
        "triggers",
        "workflows",
        "django_filters",
        "drf_spectacular",
    ]
    if os.environ.get("WITHOUT_EXTRAS") != "1":
        INSTALLED_APPS += [
            "platform_site.accounts",
            "knox",
            "drf_spectacular_sidecar",
        ]
    OSTINATO = {"QUEUE": "ostinato", "COMMANDS": ["close_month"]}
    if os.environ.get("THEME_ALL_PAGES") == "1":
        OSTINATO["THEME_ALL_PAGES"] = True
    RQ_QUEUES["ostinato"] = RQ_QUEUES["default"].copy()
