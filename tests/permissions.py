"""Gives people permissions, as an administrator does."""

from __future__ import annotations

from django.contrib.auth.models import Permission, User

CALLS = tuple(
    f"ostinato_workflows.call_{each}" for each in ("function", "task", "command")
)


def allow(user: User, *names: str) -> User:
    """Grant permissions such as "ostinato_workflows.call_function" to `user`."""
    for name in names:
        app, _, codename = name.partition(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    for kept in ("_perm_cache", "_user_perm_cache"):
        user.__dict__.pop(kept, None)
    return user
