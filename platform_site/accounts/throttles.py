"""Limits of logins and wrong tokens from one address, counted by each web process."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from rest_framework.throttling import SimpleRateThrottle
from typing_extensions import override

from platform_site.accounts.client_address import client_address


class AddressRate(SimpleRateThrottle):
    """What comes from one address."""

    scope: str

    def admits(self, request: HttpRequest) -> bool:
        """Whether this attempt is within the rate; if so, it is counted."""
        is_within: bool = self.allow_request(cast("Any", request), cast("Any", None))
        return is_within

    @override
    def get_cache_key(self, request: Any, view: Any) -> str:
        return f"ostinato-{self.scope}-{client_address(request)}"


class LoginRate(AddressRate):
    """All logins, so that no address tries many accounts, or one account many times at once."""

    scope = "login"

    @override
    def get_rate(self) -> str:
        rate: str = settings.LOGIN_RATE
        return rate


class TokenFailureRate(AddressRate):
    """Wrong API tokens. Valid ones are never counted and never refused."""

    scope = "wrong_token"
    rate = "300/minute"
