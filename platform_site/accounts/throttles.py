"""Limits of logins and wrong tokens from one address, counted by each web process."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from rest_framework.throttling import SimpleRateThrottle
from typing_extensions import override

from platform_site.accounts.client_address import client_address


class LoginRate(SimpleRateThrottle):
    """All logins, so that no address tries many accounts, or one account many times at once."""

    scope = "login"

    def admits(self, request: HttpRequest) -> bool:
        """Whether this attempt is within the rate; if so, it is counted."""
        is_within: bool = self.allow_request(cast("Any", request), cast("Any", None))
        return is_within

    @override
    def get_cache_key(self, request: Any, view: Any) -> str:
        return f"{self.scope}-{client_address(request)}"


class TokenFailureRate(LoginRate):
    """Wrong API tokens. Valid ones are never counted and never refused."""

    scope = "wrong_token"
