"""Import: a workflow with its graph and its schedules from the value of a file.

Everything that can be checked without writing is checked first; then all is created in one
transaction, by the same services as everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.dateparse import parse_datetime

from schedules.exceptions import InvalidSchedule
from schedules.exchange.document import document
from schedules.exchange.exporting import EXCHANGED
from schedules.exchange.references import id_fields, with_ids
from schedules.models import ScheduledJob, Status
from schedules.services import Actor, create_or_find
from schedules.services.drafts.draft import apply_fields, check_draft, check_first_tick
from schedules.services.drafts.fields import Kind
from schedules.services.drafts.validation import NO_NODE
from workflows.api.graph_serializers import graph_spec
from workflows.exceptions import InvalidGraph
from workflows.kit.errors import Errors, InvalidInput
from workflows.kit.users import User
from workflows.models import Workflow
from workflows.safety import emptying
from workflows.safety.templating import MARKS
from workflows.services import GraphSpec, checked_graph, create_workflow, save_graph

NOTE = "Imported. Resume it to start it."
NO_TIME = "Enter a date and time such as 2026-01-31T09:00:00+01:00."
WAS_EMPTIED = "It was emptied when the workflow was exported: fill it in in the file."
# Which depend on rows that do not exist yet.
OF_ROWS = ("workflow", "trigger_node")
Fields = dict[str, Any]


@dataclass(frozen=True)
class Checked:
    """An import without problems, as far as that can be told without writing. Only
    `check_import` makes one."""

    workflow: Workflow  # not saved; it has the id that it will be saved with
    graph: GraphSpec
    schedule_ids: Sequence[UUID]
    schedules: Sequence[Fields]
    emptied: Sequence[str]  # what is still to be filled in


@dataclass(frozen=True)
class Imported:
    """What an import has created, and the paths of what is to be filled in."""

    workflow: Workflow
    graph: GraphSpec
    schedules: Sequence[ScheduledJob]
    emptied: Sequence[str]


def check_import(value: Any, *, user: User, now: datetime, name: str = "") -> Checked:
    """Check the value of a file for an import by `user`. `name`: another name for the
    workflow.

    Takes as long as the check of a graph: call it before opening a transaction. Raises
    `InvalidInput` with the problems by their path in the file.
    """
    parts = document(value)
    workflow = Workflow(owner=user, **parts["workflow"])
    workflow.name = name or workflow.name
    ids = [ScheduledJob._meta.pk.get_default() for _ in parts["schedules"]]
    nodes, unknown = with_ids(
        parts["graph"]["nodes"], own=workflow.pk, schedules=ids, user=user
    )
    graph = graph_spec({**parts["graph"], "nodes": nodes})
    errors: dict[str, list[str]] = {}
    for path, why in unknown:
        errors.setdefault(path, []).append(why)
    if not errors:
        errors |= _graph_errors(workflow, graph)
    emptied = _still_empty(value, parts["emptied"])
    schedules = []
    for index, entry in enumerate(parts["schedules"]):
        fields, problems = _fields(entry, user=user, now=now)
        schedules.append(fields)
        errors |= _under(f"schedules[{index}]", problems)
    if errors:
        raise InvalidInput(errors=_explained(errors, emptied))
    return Checked(workflow, graph, ids, schedules, emptied)


def import_workflow(checked: Checked, *, user: User, now: datetime) -> Imported:
    """Create the workflow, its graph and its schedules, all or nothing.

    The schedules are paused. A workflow of which something was emptied is inactive: it must
    not run before someone has filled that in. Raises `InvalidInput` with the problems by
    their path in the file.
    """
    draft = checked.workflow
    with transaction.atomic():
        workflow = create_workflow(
            {"name": draft.name, "description": draft.description},
            user=user,
            now=now,
            workflow_id=draft.pk,
        )
        save_graph(workflow, checked.graph, user=user, now=now)
        schedules = _create_schedules(workflow, checked, user=user, now=now)
        if checked.emptied:
            # Only now, as no schedule can be created for an inactive workflow. Not by
            # `update_workflow`: that nothing can start yet is no news of these schedules.
            workflow.is_active = False
            workflow.save(update_fields=["is_active"])
    return Imported(workflow, checked.graph, schedules, checked.emptied)


def _create_schedules(
    workflow: Workflow, checked: Checked, *, user: User, now: datetime
) -> list[ScheduledJob]:
    nodes = {node.node_id: node for node in workflow.nodes.all()}
    made: list[ScheduledJob] = []
    errors: dict[str, list[str]] = {}
    for index, fields in enumerate(checked.schedules):
        at = f"schedules[{index}]"
        node_id = fields.get("trigger_node")
        if node_id is not None and node_id not in nodes:
            errors[f"{at}.trigger_node"] = [NO_NODE]
            continue
        start = None if node_id is None else nodes[node_id]
        wanted = {**fields, "workflow": workflow, "trigger_node": start}
        try:
            created = create_or_find(
                wanted,
                actor=Actor.person(user),
                now=now,
                status=Status.PAUSED,
                note=NOTE,
                schedule_id=checked.schedule_ids[index],
            )
            made.append(created.schedule)
        except InvalidSchedule as error:
            errors |= _under(at, error.errors)
    if errors:
        raise InvalidInput(errors=errors)
    return made


def _graph_errors(workflow: Workflow, graph: GraphSpec) -> dict[str, list[str]]:
    try:
        checked_graph(workflow, graph, user=workflow.owner)
    except InvalidGraph as error:
        return _under("graph", error.errors)
    return {}


def _fields(
    entry: Mapping[str, Any], *, user: User, now: datetime
) -> tuple[Fields, Errors]:
    """The fields of a schedule as the services take them, and their problems by field."""
    errors: dict[str, list[str]] = {}
    fields: Fields = {}
    for name, value in entry.items():
        fields[name] = value
        if EXCHANGED[name].kind is Kind.TIME and value is not None:
            fields[name] = _time(value)
            if fields[name] is None:
                errors[name] = [NO_TIME]
        if EXCHANGED[name].kind is Kind.NODE and not isinstance(value, str | None):
            errors[name] = ["Enter the node_id of a node."]
    if errors:
        return fields, errors
    try:
        _check_fields(fields, user=user, now=now)
    except InvalidSchedule as error:
        return fields, error.errors
    return fields, {}


def _check_fields(fields: Fields, *, user: User, now: datetime) -> None:
    """All that does not depend on rows: the service checks the rest when it creates."""
    draft = ScheduledJob(owner=user, created_at=now, updated_at=now)
    known = {name: value for name, value in fields.items() if name not in OF_ROWS}
    apply_fields(draft, known, now=now)
    check_first_tick(draft, check_draft(draft, ignoring=OF_ROWS), after=now)


def _time(value: Any) -> datetime | None:
    """A date and time in ISO 8601; without an offset, in the zone of the schedule."""
    try:
        return parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _still_empty(value: Mapping[str, Any], paths: Sequence[str]) -> list[str]:
    """Those of the emptied `paths` that nobody has filled in in the file since."""
    if not paths:
        return []
    found = dict(emptying.leaves(value))
    secrets = set(emptying.emptied(value).paths)
    return [
        path
        for path in dict.fromkeys(paths)
        if not (path in secrets or _is_filled_in(path, found.get(path)))
    ]


def _is_filled_in(path: str, value: Any) -> bool:
    """Whether a value that is no secret replaces one: a reference, or a template. Any other
    text may be what was left of an address when its password was removed."""
    is_reference = path.rpartition(".")[2] in id_fields()
    return bool(value) and (is_reference or bool(MARKS.search(str(value))))


def _under(path: str, errors: Errors) -> dict[str, list[str]]:
    return {f"{path}.{name}": list(why) for name, why in errors.items()}


def _explained(errors: Errors, emptied: Sequence[str]) -> Errors:
    """The problem of a field that was emptied says so."""
    return {
        path: [*why, WAS_EMPTIED] if path in emptied else why
        for path, why in errors.items()
    }
