"""Permissions: owners on their own rows, staff with Django's permissions on all."""

from __future__ import annotations

from typing import Literal

from workflows.exceptions import WorkflowOfCalls
from workflows.kit.errors import NotAllowed, NotFound
from workflows.kit.users import User
from workflows.models import Workflow, WorkflowExecution

Permission = Literal["change", "delete"]


def require_permission(
    user: User, permission: Permission, row: Workflow | WorkflowExecution
) -> None:
    """Raise `NotFound` for a row that `user` may not view, and `NotAllowed` for one that
    `user` may view, but not change or delete, and `WorkflowOfCalls` for a workflow that the
    system has made: nobody changes it."""
    if row.owner_id != user.pk:
        _require(user, permission, row)
    if isinstance(row, Workflow) and row.call:
        raise WorkflowOfCalls(row.call)


def _require(
    user: User, permission: Permission, row: Workflow | WorkflowExecution
) -> None:
    if not type(row).objects.visible_to(user).filter(pk=row.pk).exists():
        raise NotFound
    if not user.has_perm(f"ostinato_workflows.{permission}_{row._meta.model_name}"):
        raise NotAllowed
