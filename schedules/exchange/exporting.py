"""Export: a workflow with its graph and its schedules as one JSON value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from schedules.exchange.references import without_ids
from schedules.limits import MOST_IN_FILE
from schedules.models import ScheduledJob, Status
from schedules.services.drafts.draft import OF_CALL
from schedules.services.drafts.fields import FIELDS, Kind
from schedules.services.drafts.snapshot import snapshot
from workflows.api.graph_serializers import graph_of
from workflows.exceptions import WorkflowOfCalls
from workflows.kit.errors import InvalidInput
from workflows.kit.users import User
from workflows.models import Workflow
from workflows.safety.emptying import emptied

FORMAT, VERSION = "ostinato/workflow", 1
# Which workflow a schedule runs is clear, so that it calls nothing; its node is given by
# `node_id`.
EXCHANGED = {
    name: field
    for name, field in FIELDS.items()
    if field.kind is not Kind.WORKFLOW and name not in OF_CALL
}
# Of this site alone: primary keys, and versions.
NOT_OF_A_FILE = {"version", "graph_version"}


def export_workflow(
    workflow: Workflow, *, user: User, only: ScheduledJob | None = None
) -> dict[str, Any]:
    """The file of a workflow that `user` may view, with the schedules that `user` may view,
    or with `only` one of them.

    Without owners, ids and secrets: what was emptied is listed under `emptied`. Schedules
    that have ended are left out, since they could not be created again. Raises
    `InvalidInput` for more schedules than a file can hold, `WorkflowOfCalls` for a workflow
    that the system has made.
    """
    if workflow.call:
        raise WorkflowOfCalls(workflow.call)
    schedules = [only] if only else _schedules_of(workflow, user)
    graph = graph_of(workflow)
    node_ids = {node["id"]: node["node_id"] for node in graph["nodes"]}
    nodes, gone = without_ids(
        [_without(node, {"id"}) for node in graph["nodes"]],
        own=workflow.pk,
        schedules=[schedule.pk for schedule in schedules],
        user=user,
    )
    whole = {
        "workflow": {"name": workflow.name, "description": workflow.description},
        "graph": {**_without(graph, NOT_OF_A_FILE), "nodes": nodes},
        "schedules": [_entry(schedule, node_ids) for schedule in schedules],
    }
    gone += _without_node(schedules, node_ids)
    clean, paths = emptied(whole)
    return {
        "format": FORMAT,
        "version": VERSION,
        "emptied": sorted({*gone, *paths}),
        **clean,
    }


def _schedules_of(workflow: Workflow, user: User) -> list[ScheduledJob]:
    rows = ScheduledJob.objects.visible_to(user).filter(workflow=workflow)
    alive = rows.exclude(status=Status.STOPPED).order_by("name", "created_at", "pk")
    found = list(alive[: MOST_IN_FILE + 1])
    if len(found) > MOST_IN_FILE:
        raise InvalidInput(
            f"This workflow has more than {MOST_IN_FILE} schedules, which is the most that "
            "a file can hold."
        )
    return found


def _entry(schedule: ScheduledJob, node_ids: Mapping[int, str]) -> dict[str, Any]:
    """The fields of a schedule that people may set, without those that are not set."""
    fields = snapshot(schedule)
    fields["trigger_node"] = node_ids.get(fields["trigger_node"])
    empty: Sequence[Any] = (None, "", [], {})
    return {name: fields[name] for name in EXCHANGED if fields[name] not in empty}


def _without_node(
    schedules: Sequence[ScheduledJob], node_ids: Mapping[int, str]
) -> list[str]:
    """The paths of trigger nodes that were removed from the graph: another trigger must not
    start these schedules silently."""
    return [
        f"schedules[{index}].trigger_node"
        for index, schedule in enumerate(schedules)
        if schedule.trigger_node_id and schedule.trigger_node_id not in node_ids
    ]


def _without(value: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: item for name, item in value.items() if name not in names}
