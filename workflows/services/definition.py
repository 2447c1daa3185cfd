"""Making, changing and deleting workflows; their graphs are in `graph`."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from django.apps import apps
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F

from workflows.access import check_may
from workflows.exceptions import InvalidInput, NotFound, StaleVersion, WorkflowInUse
from workflows.json_value import text_problem
from workflows.models import Workflow


class Changes(TypedDict, total=False):
    name: str
    description: str
    is_active: bool


def create_workflow(values: Changes, *, actor: User, now: datetime) -> Workflow:
    """A workflow of `actor`, without a graph as yet.

    Raises `InvalidInput` for a name or a description that cannot be saved.
    """
    _check_texts(values)
    return Workflow.objects.create(
        **values, owner=actor, created_at=now, updated_at=now
    )


def update_workflow(
    workflow: Workflow,
    changes: Changes,
    *,
    actor: User,
    now: datetime,
    version: int | None = None,
) -> Workflow:
    """The workflow with the named fields changed; if they are so already, as it is.

    Raises `StaleVersion` if the caller has read another version than `version`.
    """
    check_may(actor, "change", workflow)
    _check_texts(changes)
    with transaction.atomic():
        held = _held(workflow, version)
        new = {
            name: value
            for name, value in changes.items()
            if getattr(held, name) != value
        }
        if new:
            move_on(held, version=None, now=now)
            for name, value in new.items():
                setattr(held, name, value)
            held.save(update_fields=list(new))
    return held


def delete_workflow(
    workflow: Workflow, *, actor: User, version: int | None = None
) -> dict[str, int]:
    """Delete it with its graph and what hangs on it; its executions stay.

    How many of each kind went, as {"schedules": 2, "workflows": 1}. Raises `StaleVersion`
    if the caller has read another version than `version`, `NotFound` if somebody else has
    deleted it meanwhile.
    """
    check_may(actor, "delete", workflow)
    try:
        with transaction.atomic():
            # Held before what hangs on it is collected: who hangs more on it holds it, too.
            _, by_model = _held(workflow, version).delete()
    except IntegrityError as error:  # an execution began that very moment
        raise WorkflowInUse from error
    return {
        str(apps.get_model(label)._meta.verbose_name_plural): count
        for label, count in sorted(by_model.items())
    }


def _held(workflow: Workflow, version: int | None) -> Workflow:
    """The row as it is now, held until the transaction ends.

    Raises `NotFound` if it is gone, `StaleVersion` if it has another version than `version`.
    """
    rows = Workflow.objects.select_for_update(no_key=True)
    held = rows.filter(pk=workflow.pk).first()
    if held is None:
        raise NotFound
    if version is not None and version != held.version:
        raise StaleVersion(field="version")
    return held


def _check_texts(values: Changes) -> None:
    faults = {
        "name": text_problem(values.get("name", ""), one_line=True),
        "description": text_problem(values.get("description", "")),
    }
    errors = {field: [why] for field, why in faults.items() if why}
    if errors:
        raise InvalidInput(errors=errors)


def move_on(workflow: Workflow, *, version: int | None, now: datetime) -> None:
    """Count a change, and hold the row until the transaction ends.

    Raises `StaleVersion` if the caller has read another version than `version`.
    """
    row = Workflow.objects.filter(pk=workflow.pk)
    if version is not None:
        row = row.filter(version=version)
    if not row.update(version=F("version") + 1, updated_at=now):
        raise StaleVersion(field="version") if version is not None else NotFound()
    workflow.refresh_from_db(fields=["version", "updated_at"])
