"""Workflows that the system makes for schedules that call: one for each owner and callable,
shared by all its schedules, and removed with the last of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from workflows.callables import Target
from workflows.components.trigger_schedule import ScheduleTrigger
from workflows.kit.users import User
from workflows.models import Workflow
from workflows.models.workflow import NAME_LENGTH
from workflows.run_on import RunOn
from workflows.services.definition import create_workflow
from workflows.services.deletion import is_short_deletion, remove_locked
from workflows.services.dependents import unreferenced
from workflows.services.graph import save_graph, write_version
from workflows.services.graph_rows import read_graph
from workflows.services.graph_spec import EdgeSpec, GraphSpec, NodeSpec

TRIGGER, CALL = "schedule", "call"
# The arguments of a schedule are the payload of its events: plain data, never rendered.
ARGUMENTS = "{{ trigger.payload }}"
NOTE = "Made for schedules that call {}"
# How often it is tried to lock a workflow that others remove meanwhile.
TRIES = 10


def workflow_of_call(
    owner: User, target: Target, run_on: str, *, now: datetime
) -> Workflow:
    """The workflow that calls `target` for the schedules of `owner`, made if there is none.

    It is locked until the caller's transaction ends, so that it is not removed before a
    schedule refers to it.
    """
    call = {"owner_id": owner.pk, "call": target.name, "run_on": run_on}
    rows = Workflow.objects.select_for_update(no_key=True)
    for _ in range(TRIES):
        found = rows.filter(deleting_since=None, **call).first()
        if found is None:
            # Waits for another transaction that makes or removes the same.
            new = Workflow(
                name=target.title[:NAME_LENGTH] or target.name,
                created_at=now,
                updated_at=now,
                **call,
            )
            Workflow.objects.bulk_create([new], ignore_conflicts=True)
            found = rows.filter(deleting_since=None, **call).first()
        if found is None:
            continue
        if not found.graph_version:
            _draw(found, target, owner, now=now)
        return found
    raise AssertionError("other processes remove it again and again")


def _draw(workflow: Workflow, target: Target, owner: User, *, now: datetime) -> None:
    note = NOTE.format(target.name)
    graph = graph_of_call(target, workflow.run_on)
    write_version(workflow, read_graph(workflow), graph, user=owner, now=now, note=note)


def graph_of_call(target: Target, run_on: str) -> GraphSpec:
    """A trigger for schedules, and the node that calls `target`."""
    config: dict[str, Any] = {"arguments": ARGUMENTS}
    if target.kind == "command":
        component = "run_command"
        config["command"] = target.name
    else:
        component = "call_function"
        config["function"] = target.name
    if run_on == RunOn.BACKEND:
        config["run_on"] = RunOn.BACKEND.value
    return GraphSpec(
        [
            NodeSpec(
                node_id=TRIGGER,
                component_type=ScheduleTrigger.type,
                position={"x": 0, "y": 0},
            ),
            NodeSpec(
                node_id=CALL,
                component_type=component,
                label=target.title[:NAME_LENGTH],
                config=config,
                position={"x": 280, "y": 0},
            ),
        ],
        [EdgeSpec(source=TRIGGER, target=CALL)],
    )


def remove_unused(ids: Iterable[UUID], *, now: datetime) -> None:
    """Remove those of the workflows that the system has made and that no schedule has any
    more. Their executions are kept. Call it in the transaction that took the schedule away.
    """
    made = Workflow.objects.filter(pk__in=list(ids), deleting_since=None)
    rows = made.exclude(call="").select_for_update(no_key=True).order_by("pk")
    for workflow in rows:
        row = Workflow.objects.filter(pk=workflow.pk)
        if unreferenced(row).exists():
            remove_locked(workflow, at_once=is_short_deletion(row), now=now)


def copy_to_workflow(made: Workflow, *, user: User, now: datetime) -> Workflow:
    """An ordinary workflow of `user` with the graph of one that the system has made.

    Raises `InvalidGraph` if its graph cannot be saved today: what it calls is gone, or
    `user` may not call it.
    """
    with transaction.atomic():
        copied = create_workflow({"name": made.name}, user=user, now=now)
        graph = read_graph(made).spec
        note = f"Copied from the call of {made.call}"
        return save_graph(copied, graph, user=user, now=now, version_note=note)
