"""Deletes workflows: at once, or in short steps after marking them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from workflows.access import require_permission
from workflows.exceptions import WorkflowInUse
from workflows.kit.errors import NotFound
from workflows.kit.logs import get_logger
from workflows.kit.sqlite_write_lock import brief_write
from workflows.kit.users import User
from workflows.models import Workflow
from workflows.services.definition import locked_workflow
from workflows.services.dependents import (
    count_deleted,
    delete_some,
    few_to_detach,
    is_short,
)

logger = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Deletion:
    """The rows that a deletion removes, counted by kind. `done`: they are already gone."""

    deleted: dict[str, int]
    done: bool


def preview_deletion(
    workflow: Workflow, *, user: User, version: int | None = None
) -> Deletion:
    """What `delete_workflow` would remove. Writes nothing and locks nothing."""
    require_permission(user, "delete", workflow)
    locked_workflow(workflow, version, deleting=True, lock=False)
    rows = Workflow.objects.filter(pk=workflow.pk)
    counts = dict(sorted(count_deleted(rows).items()))
    return Deletion(counts, done=is_short_deletion(rows))


def is_short_deletion(rows: QuerySet[Workflow]) -> bool:
    """Whether one transaction is enough to delete these workflows."""
    return is_short(rows) and few_to_detach(rows)


def delete_workflow(
    workflow: Workflow, *, user: User, now: datetime, version: int | None = None
) -> Deletion:
    """Delete a workflow with its graph and all dependent rows; its executions are kept.

    If there are many dependent rows, it is only marked: from then on it cannot be started
    or changed, and a scheduler deletes it in short steps. Repeating the call is harmless.

    Raises `StaleVersion` if its version is not `version`, `NotFound` if it has already been
    deleted, and `WorkflowInUse`.
    """
    deletion = preview_deletion(workflow, user=user, version=version)
    try:
        with transaction.atomic():
            # Locked before dependent rows are collected: adding one locks it, too.
            locked = locked_workflow(workflow, version, deleting=True)
            remove_locked(locked, at_once=deletion.done, now=now)
    except IntegrityError as error:  # an execution has been created at the same moment
        raise WorkflowInUse from error
    return deletion


def remove_locked(locked: Workflow, *, at_once: bool, now: datetime) -> None:
    """Delete a locked workflow, or mark it for deletion in the background."""
    if at_once:
        locked.delete()
    elif locked.deleting_since is None:
        locked.is_active = False
        locked.deleting_since = now
        locked.version = F("version") + 1
        locked.save(update_fields=["is_active", "deleting_since", "version"])


def deletions_wait() -> bool:
    """Whether a workflow is marked for deletion."""
    return Workflow.objects.filter(deleting_since__isnull=False).exists()


def finish_deletions() -> Iterator[str]:
    """Delete the marked workflows, oldest first, in short transactions.

    Yields the name of the workflow after each step. Several processes may do so at once.
    """
    marked = Workflow.objects.filter(deleting_since__isnull=False)
    for workflow in marked.order_by("deleting_since"):
        began, steps = time.monotonic(), 0
        while _step(workflow):
            steps += 1
            yield workflow.name
        logger.info(
            "workflow_deleted",
            workflow=str(workflow.pk),
            steps=steps,
            seconds=round(time.monotonic() - began, 1),
        )


def _step(workflow: Workflow) -> bool:
    """One step of a deletion; whether more are needed."""
    with brief_write(), transaction.atomic():
        try:
            # One step at a time: two must not find the same rows.
            locked = locked_workflow(workflow, None, deleting=True)
        except NotFound:
            return False
        if delete_some(Workflow.objects.filter(pk=locked.pk)):
            return True
        locked.delete()
    return False
