"""Creates and changes workflows; `graph` saves their graphs."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from django.db import transaction

from workflows.access import require_permission
from workflows.exceptions import WorkflowDeleting
from workflows.guards import WorkflowChange, guard_change
from workflows.kit.errors import InvalidInput, NotFound, StaleVersion
from workflows.kit.json_value import composed, map_strings, text_problem
from workflows.kit.users import User
from workflows.models import Workflow
from workflows.models.workflow import NAME_LENGTH

MAX_NAME = NAME_LENGTH
MAX_DESCRIPTION = 10_000


class Changes(TypedDict, total=False):
    name: str
    description: str
    is_active: bool


def create_workflow(
    values: Changes, *, user: User, now: datetime, workflow_id: UUID | None = None
) -> Workflow:
    """Create a workflow of `user` with an empty graph. `workflow_id` is its id, if that is
    needed before.

    Raises `InvalidInput` for a name or a description that is not valid.
    """
    _check_texts(values)
    chosen = {"pk": workflow_id} if workflow_id else {}
    return Workflow.objects.create(
        **map_strings(values, composed),
        **chosen,
        owner=user,
        created_at=now,
        updated_at=now,
    )


def update_workflow(
    workflow: Workflow,
    changes: Changes,
    *,
    user: User,
    now: datetime,
    version: int | None = None,
    orphan_schedules: bool = False,
) -> Workflow:
    """Change the given fields. Without a difference, nothing is written. Returns the
    current row.

    Raises `InvalidInput`, `StaleVersion` if the current version is not `version`, and what
    the guards of other apps raise: a workflow that schedules start can be deactivated only
    if `orphan_schedules` confirms it.
    """
    require_permission(user, "change", workflow)
    _check_texts(changes)
    change = WorkflowChange(
        workflow=workflow, user=user, now=now, orphans_schedules=orphan_schedules
    )
    switches_off = changes.get("is_active") is False
    check = guard_change(change) if switches_off else None
    with transaction.atomic():
        locked = locked_workflow(workflow, version)
        new = {
            name: value
            for name, value in map_strings(changes, composed).items()
            if getattr(locked, name) != value
        }
        if new:
            new |= {"version": locked.version + 1, "updated_at": now}
            for name, value in new.items():
                setattr(locked, name, value)
            locked.save(update_fields=list(new))
            if check:
                check()
    return locked


def locked_workflow(
    workflow: Workflow,
    version: int | None,
    *,
    deleting: bool = False,
    lock: bool = True,
) -> Workflow:
    """The current row, locked until the transaction ends unless `lock` is false.

    Raises `NotFound` if it has been deleted, `StaleVersion` if its version is not `version`,
    and `WorkflowDeleting` if it is marked for deletion, unless `deleting` is true.
    """
    rows = Workflow.objects.select_for_update(no_key=True) if lock else Workflow.objects
    locked = rows.filter(pk=workflow.pk).first()
    if locked is None:
        raise NotFound
    if locked.deleting_since is not None:
        if not deleting:
            raise WorkflowDeleting
    elif version is not None and version != locked.version:
        raise StaleVersion(field="version")
    return locked


def _check_texts(values: Changes) -> None:
    name, description = values.get("name", ""), values.get("description", "")
    problems = {
        "name": text_problem(name, one_line=True),
        "description": text_problem(description),
    }
    for field, text, most in (
        ("name", name, MAX_NAME),
        ("description", description, MAX_DESCRIPTION),
    ):
        if len(text) > most:
            problems[field] = f"Must have at most {most:,} characters."
    errors = {field: [problem] for field, problem in problems.items() if problem}
    if errors:
        raise InvalidInput(errors=errors)
