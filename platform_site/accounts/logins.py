"""Failed logins: counted by account and address, and refused after some.

The count is of both together, so that nobody can lock out a user by failing in that user's
name from elsewhere. django-axes keeps it in the database, for all web processes.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import structlog
from axes.backends import AxesStandaloneBackend
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from typing_extensions import override

from platform_site.accounts.client_address import client_address
from platform_site.accounts.throttles import LoginRate

LONGEST_NAME = 150  # of Django's users
log = structlog.get_logger(__name__)


class LoginGuard(AxesStandaloneBackend):
    """Asked before any password is looked at."""

    @override
    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **options: Any,
    ) -> None:
        if request is None:  # a command on this machine, not somebody from outside
            return
        if not LoginRate().admits(request):
            request.__dict__["axes_locked_out"] = True  # as django-axes marks it
            raise PermissionDenied
        super().authenticate(request, username, password, **options)


class LoginHandler(AxesDatabaseHandler):
    """Counts, and keeps nothing of what was typed but the name of the account."""

    @override
    def user_login_failed(
        self,
        sender: Any,
        credentials: dict[str, Any],
        request: HttpRequest | None = None,
        **options: Any,
    ) -> None:
        if request is None:
            return
        # Django's form takes a name of any length; the column does not.
        name = (credentials.get("username") or "")[:LONGEST_NAME]
        named = {**credentials, "username": name}
        super().user_login_failed(sender, named, request, **options)
        AccessAttempt.objects.filter(
            username=name, ip_address=client_address(request)
        ).update(get_data="", post_data="")


def refused(
    request: HttpRequest, response: HttpResponse, credentials: Any
) -> HttpResponse:
    """The page that says to try again later."""
    context = {
        **admin.site.each_context(request),
        "title": "Too many failed logins",
        "minutes": settings.LOGIN_LOCK_MINUTES,
    }
    status = HTTPStatus.TOO_MANY_REQUESTS
    page = render(request, "accounts/login_refused.html", context, status=status)
    page.headers["Retry-After"] = str(settings.LOGIN_LOCK_MINUTES * 60)
    return page


def log_failure(
    sender: Any,
    credentials: dict[str, Any],
    request: HttpRequest | None = None,
    **_: Any,
) -> None:
    """A receiver of Django's signal."""
    if request is not None:
        log.warning("login_failed", **_who(request, credentials.get("username")))


def log_lock(sender: Any, request: HttpRequest, username: str, **_: Any) -> None:
    """A receiver of the signal of django-axes."""
    log.warning("login_locked", **_who(request, username))


def _who(request: HttpRequest, name: str | None) -> dict[str, str | None]:
    # What is no account may be a password that was typed into the wrong field.
    users = get_user_model().objects
    known = bool(name) and users.filter(username=name).exists()
    return {"user": name if known else "unknown", "address": client_address(request)}
