"""Making and changing workflows; their graphs are in `graph`."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F

from workflows.access import require_permission
from workflows.exceptions import WorkflowDeleting
from workflows.guards import WorkflowChange, guard_change
from workflows.kit.errors import InvalidInput, NotFound, StaleVersion
from workflows.kit.json_value import composed, map_strings, text_problem
from workflows.models import Workflow

MAX_NAME = 200
MAX_DESCRIPTION = 10_000


class Changes(TypedDict, total=False):
    name: str
    description: str
    is_active: bool


def create_workflow(values: Changes, *, user: User, now: datetime) -> Workflow:
    """A workflow of `user`, without a graph as yet.

    Raises `InvalidInput` for a name or a description that cannot be saved.
    """
    _check_texts(values)
    return Workflow.objects.create(
        **map_strings(values, composed), owner=user, created_at=now, updated_at=now
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
    """The workflow with the named fields changed; if they are so already, as it is.

    Raises `StaleVersion` if the caller has read another version than `version`, and what
    the guards of other apps raise: one that schedules start is not made inactive unless
    `orphan_schedules` confirms it.
    """
    require_permission(user, "change", workflow)
    _check_texts(changes)
    change = WorkflowChange(
        workflow=workflow, user=user, now=now, orphans_schedules=orphan_schedules
    )
    switches_off = changes.get("is_active") is False
    check = guard_change(change) if switches_off else None
    with transaction.atomic():
        held = locked_workflow(workflow, version)
        new = {
            name: value
            for name, value in map_strings(changes, composed).items()
            if getattr(held, name) != value
        }
        if new:
            bump_version(held, version=None, now=now)
            for name, value in new.items():
                setattr(held, name, value)
            held.save(update_fields=list(new))
            if check:
                check()
    return held


def locked_workflow(
    workflow: Workflow,
    version: int | None,
    *,
    deleting: bool = False,
    lock: bool = True,
) -> Workflow:
    """The row as it is now, held until the transaction ends unless `lock` is false.

    Raises `NotFound` if it is gone, `StaleVersion` if it has another version than
    `version`, and `WorkflowDeleting` unless `deleting` says that this is no hindrance.
    """
    rows = Workflow.objects.select_for_update(no_key=True) if lock else Workflow.objects
    held = rows.filter(pk=workflow.pk).first()
    if held is None:
        raise NotFound
    if held.deleting_since is not None:
        if not deleting:
            raise WorkflowDeleting
    elif version is not None and version != held.version:
        raise StaleVersion(field="version")
    return held


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
            problems[field] = f"At most {most:,} characters."
    errors = {field: [why] for field, why in problems.items() if why}
    if errors:
        raise InvalidInput(errors=errors)


def bump_version(workflow: Workflow, *, version: int | None, now: datetime) -> None:
    """Count a change, and hold the row until the transaction ends.

    Raises what `locked_workflow` raises.
    """
    row = Workflow.objects.filter(pk=workflow.pk, deleting_since=None)
    if version is not None:
        row = row.filter(version=version)
    if not row.update(version=F("version") + 1, updated_at=now):
        locked_workflow(workflow, version)  # says why
        raise NotFound
    workflow.refresh_from_db(fields=["version", "updated_at"])
