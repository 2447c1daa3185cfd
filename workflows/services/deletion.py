"""Deleting workflows: at once, or marked now and taken away in short steps."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F

from workflows.access import require_permission
from workflows.exceptions import WorkflowInUse
from workflows.kit.errors import NotFound
from workflows.kit.sqlite_write_lock import brief_write
from workflows.models import Workflow
from workflows.services.definition import locked_workflow
from workflows.services.dependents import (
    count_deleted,
    delete_some,
    few_to_detach,
    is_short,
)

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Deletion:
    """What a deletion takes: rows by kind. `done`: all of it is gone already."""

    deleted: dict[str, int]
    done: bool


def preview_deletion(
    workflow: Workflow, *, user: User, version: int | None = None
) -> Deletion:
    """What `delete_workflow` would do. It writes nothing and locks nothing."""
    require_permission(user, "delete", workflow)
    locked_workflow(workflow, version, deleting=True, lock=False)
    rows = Workflow.objects.filter(pk=workflow.pk)
    counts = dict(sorted(count_deleted(rows).items()))
    return Deletion(counts, done=is_short(rows) and few_to_detach(rows))


def delete_workflow(
    workflow: Workflow, *, user: User, now: datetime, version: int | None = None
) -> Deletion:
    """Delete it with its graph and what hangs on it; its executions stay.

    With much that hangs on it, it is marked: from then on nothing of it starts and nobody
    changes it, and a scheduler takes it away in short steps. To ask again is harmless.

    Raises `StaleVersion` if the caller has read another version than `version`, `NotFound`
    if somebody else has deleted it meanwhile.
    """
    deletion = preview_deletion(workflow, user=user, version=version)
    try:
        with transaction.atomic():
            # Held before what hangs on it is collected: who hangs more on it holds it, too.
            held = locked_workflow(workflow, version, deleting=True)
            if deletion.done:
                held.delete()
            elif held.deleting_since is None:
                held.is_active = False
                held.deleting_since = now
                held.version = F("version") + 1
                held.save(update_fields=["is_active", "deleting_since", "version"])
    except IntegrityError as error:  # an execution began that very moment
        raise WorkflowInUse from error
    return deletion


def deletions_wait() -> bool:
    """Whether a workflow is marked and not yet gone."""
    return Workflow.objects.filter(deleting_since__isnull=False).exists()


def finish_deletions() -> Iterator[str]:
    """Take away what is marked, oldest first: each step is one short transaction.

    Yields the name of the workflow after each step. Several may do so at once.
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
    """Whether there is more to do."""
    with brief_write(), transaction.atomic():
        try:
            # One at a time: what a step deletes, another must not find.
            held = locked_workflow(workflow, None, deleting=True)
        except NotFound:
            return False
        if delete_some(Workflow.objects.filter(pk=held.pk)):
            return True
        held.delete()
    return False
