"""Login protection: after several failures, further logins are refused for a while.

Failures are counted by account and address together, so that no one can lock out a user by
failing in that user's name from elsewhere. django-axes keeps the counts in the database, for
all web processes.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from axes.backends import AxesStandaloneBackend
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from typing_extensions import override

from platform_site.accounts.client_address import client_address
from platform_site.accounts.throttles import LoginRate
from workflows.kit.logs import get_logger
from workflows.kit.users import find_user

LONGEST_NAME = 150  # of user names in Django
log = get_logger(__name__)


class LoginGuard(AxesStandaloneBackend):
    """The backend that comes first, before any password is checked."""

    @override
    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **options: Any,
    ) -> None:
        if request is None:  # a command on this machine, not a web client
            return
        if not LoginRate().admits(request):
            request.__dict__["axes_locked_out"] = True  # as django-axes marks it
            raise PermissionDenied
        super().authenticate(request, username, password, **options)


class LoginHandler(AxesDatabaseHandler):
    """Counts failures; of the input it keeps only the name of the account."""

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
        # Django's form accepts a name of any length; the column does not.
        name = (credentials.get("username") or "")[:LONGEST_NAME]
        named = {**credentials, "username": name}
        super().user_login_failed(sender, named, request, **options)
        AccessAttempt.objects.filter(
            username=name, ip_address=client_address(request)
        ).update(get_data="", post_data="")


def refused(
    request: HttpRequest, response: HttpResponse, credentials: Any
) -> HttpResponse:
    """The page that asks to try again later, with status 429."""
    context = {
        **admin.site.each_context(request),
        "title": gettext("Too many failed logins"),
        "minutes": settings.LOGIN_LOCK_MINUTES,
    }
    status = HTTPStatus.TOO_MANY_REQUESTS
    page = render(request, "platform_site/login_refused.html", context, status=status)
    page.headers["Retry-After"] = str(settings.LOGIN_LOCK_MINUTES * 60)
    return page


def log_failure(
    sender: Any,
    credentials: dict[str, Any],
    request: HttpRequest | None = None,
    **_: Any,
) -> None:
    """A receiver of Django's `user_login_failed`."""
    if request is not None:
        log.warning(
            "login_failed", **_user_and_address(request, credentials.get("username"))
        )


def log_lock(sender: Any, request: HttpRequest, username: str, **_: Any) -> None:
    """A receiver of `user_locked_out` of django-axes."""
    log.warning("login_locked", **_user_and_address(request, username))


def _user_and_address(request: HttpRequest, name: str | None) -> dict[str, str | None]:
    # A name without an account may be a password typed into the wrong field.
    known = find_user(name) is not None if name else False
    return {"user": name if known else "unknown", "address": client_address(request)}
