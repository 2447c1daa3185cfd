"""The settings of mail, as this version of Django takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django

SMTP = "django.core.mail.backends.smtp.EmailBackend"
# For each step of a conversation with a mail server.
TIMEOUT = 10
OPTIONS = {
    "EMAIL_HOST": "host",
    "EMAIL_PORT": "port",
    "EMAIL_HOST_USER": "username",
    "EMAIL_HOST_PASSWORD": "password",
    "EMAIL_USE_TLS": "use_tls",
    "EMAIL_USE_SSL": "use_ssl",
}


def mail_settings(found: Mapping[str, object]) -> dict[str, Any]:
    """`found` by the names of Django 5.2; those are deprecated since 6.1."""
    if django.VERSION < (6, 1):
        return {**found, "EMAIL_TIMEOUT": TIMEOUT}
    mailer: dict[str, object] = {"BACKEND": found["EMAIL_BACKEND"]}
    if mailer["BACKEND"] == SMTP:
        options = {OPTIONS[name]: found[name] for name in OPTIONS if found.get(name)}
        mailer["OPTIONS"] = {**options, "timeout": TIMEOUT}
    return {"MAILERS": {"default": mailer}}
