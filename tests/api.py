"""The API as its clients see it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Permission, User
from rest_framework.test import APIClient


def client(user: User | None = None) -> APIClient:
    """A client that speaks JSON, as `user` or as nobody."""
    client = APIClient(raise_request_exception=False)
    if user:
        client.force_authenticate(user)
    return client


def staff(*permissions: str) -> User:
    """A member of the staff with `app.codename` permissions."""
    user = User.objects.create_user("staff", is_staff=True)
    for permission in permissions:
        app, codename = permission.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    return user


def names(rows: Iterable[dict[str, Any]], field: str = "name") -> list[Any]:
    return [row[field] for row in rows]
