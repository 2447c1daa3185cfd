"""Who may let a workflow or a schedule call what, and with which objects."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.contrib.auth import get_permission_codename
from django.db.models import Model

from workflows.schemas.references import Reference, fetched

if TYPE_CHECKING:
    from workflows.callables.target import Target
    from workflows.kit.users import User


def permissions_of(target: Target) -> list[str]:
    """The permissions that it takes to call `target`: that of its kind, and its own."""
    own = [target.permission] if target.permission else []
    return [f"ostinato_workflows.call_{target.kind}", *own]


def why_not(user: User, target: Target) -> str:
    """The permission that `user` lacks to call `target`; empty if there is none."""
    missing = (each for each in permissions_of(target) if not user.has_perm(each))
    return next(missing, "")


def may_view(user: User, instance: Model) -> bool:
    """Whether `user` may pass this object: by the permission to view or change the model, or
    this object, if an authentication backend of the project knows permissions of objects."""
    meta = instance._meta
    return any(
        user.has_perm(name) or user.has_perm(name, instance)
        for action in ("view", "change")
        for name in [f"{meta.app_label}.{get_permission_codename(action, meta)}"]
    )


def unseen(user: User, named: Collection[Reference]) -> set[Reference]:
    """Those objects that do not exist, or that `user` may not view."""
    existing = fetched(named)
    return {
        each
        for each in named
        if each not in existing or not may_view(user, existing[each])
    }
