"""Rates of the API. Their counters are ours: the project's own rates are not touched."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView
from typing_extensions import override

from workflows.kit.conf import conf


class Rate(SimpleRateThrottle):
    """A rate that is an option of ours."""

    option: str

    @override
    def get_rate(self) -> str | None:
        rate: str | None = getattr(conf, self.option)
        return rate


class UserRate(Rate):
    """`API_RATE`: how often one user may call the API."""

    option = "API_RATE"

    @override
    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        if not getattr(request.user, "is_authenticated", False):  # it may be None
            return None
        return f"ostinato-user-{request.user.pk}"
