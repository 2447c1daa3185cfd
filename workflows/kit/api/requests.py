"""The user, the time and the validated body of a request."""

from __future__ import annotations

from typing import Any, cast

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer

from workflows.kit.users import User

clock = timezone.now  # noqa: TID251 - an entry point: here the clock is read


def user_of(request: Request) -> User:
    """The authenticated user; every view of the API requires one."""
    return cast("User", request.user)


def valid(serializer: BaseSerializer[Any]) -> dict[str, Any]:
    """The validated body. Raises `ValidationError`."""
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
