"""References by id in the configurations of nodes: no id of a site is in a file.

In a file, `$workflow` is the workflow itself and `$schedules[0]` the first schedule of the
file. Another workflow is named by its name. What else a file cannot name is emptied.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from workflows.components.run_workflow import RunWorkflow
from workflows.kit.json_value import map_strings
from workflows.kit.users import User
from workflows.models import Workflow
from workflows.registry import registry
from workflows.safety.emptying import leaves

OWN = "$workflow"
SCHEDULE = re.compile(r"\$schedules\[([0-9]{1,4})\]")
Node = dict[str, Any]
Problem = tuple[str, str]


def id_fields() -> set[str]:
    """The names of all fields that refer to a row; `trigger_node` is one of schedules."""
    return {
        *_fields("workflow").values(),
        *_fields("schedule").values(),
        "trigger_node",
    }


def _fields(widget: str) -> dict[str, str]:
    """The field that holds the id of a row, by component: the one whose form offers such rows."""
    return {
        component.type: name
        for component in registry.all()
        for name, part in component.config_schema.get("properties", {}).items()
        if part.get("x-widget") == widget
    }


def without_ids(
    nodes: Sequence[Node], *, own: UUID, schedules: Sequence[UUID], user: User
) -> tuple[list[Node], list[str]]:
    """The nodes with marks and names instead of ids, and the paths of what was emptied.

    Only workflows that `user` may view are named. One query, or none.
    """
    marks = {str(own): OWN}
    marks |= {str(pk): f"$schedules[{index}]" for index, pk in enumerate(schedules)}
    marked = [
        {**node, "config": map_strings(node["config"], lambda text: _mark(text, marks))}
        for node in nodes
    ]
    workflows, of_schedules = _fields("workflow"), _fields("schedule")
    names = _names(list(_ids(marked, workflows)), user)
    gone: list[str] = []
    for index, node in enumerate(marked):
        config, kind = node["config"], node["component_type"]
        named, field = workflows.get(kind), of_schedules.get(kind)
        if named and (pk := _id(config.get(named))):
            config[named] = names.get(pk, "")
            gone += [] if config[named] else [f"graph.nodes[{index}].config.{named}"]
        elif field and _id(config.get(field)):
            del config[field]
            gone.append(f"graph.nodes[{index}].config.{field}")
    return marked, gone


def with_ids(
    nodes: Iterable[Node], *, own: UUID, schedules: Sequence[UUID], user: User
) -> tuple[list[Node], list[Problem]]:
    """The nodes with ids instead of marks and names, and the problems by path.

    `own` and `schedules` are the ids that the workflow and its schedules get. A name stands
    for a workflow that `user` owns. One query, or none.
    """
    ids = {OWN: str(own)}
    ids |= {f"$schedules[{index}]": str(pk) for index, pk in enumerate(schedules)}
    found = [
        {
            **node,
            "config": map_strings(node["config"], lambda text: ids.get(text, text)),
        }
        for node in nodes
    ]
    problems = list(_unknown_marks(found))
    wanted = dict(_called(found))
    mine = Workflow.objects.drawn().filter(owner=user)
    rows = mine.filter(name__in=set(wanted.values()))
    by_name: dict[str, list[str]] = {}
    for pk, name in rows.values_list("pk", "name") if wanted else ():
        by_name.setdefault(name, []).append(str(pk))
    for index, name in wanted.items():
        if len(matching := by_name.get(name, [])) == 1:
            found[index]["config"]["workflow"] = matching[0]
        else:
            path = f"graph.nodes[{index}].config.workflow"
            problems.append((path, _not_one(name, matching)))
    return found, problems


def _mark(text: str, marks: Mapping[str, str]) -> str:
    return marks.get(text.lower(), text) if len(text) == 36 else text


def _id(value: Any) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _ids(nodes: Iterable[Node], fields: Mapping[str, str]) -> Iterator[UUID]:
    for node in nodes:
        field = fields.get(node["component_type"])
        if field and (pk := _id(node["config"].get(field))):
            yield pk


def _names(ids: Sequence[UUID], user: User) -> dict[UUID, str]:
    if not ids:
        return {}
    rows = Workflow.objects.visible_to(user).filter(pk__in=ids)
    return dict(rows.values_list("pk", "name"))


def _unknown_marks(nodes: Iterable[Node]) -> Iterator[Problem]:
    for index, node in enumerate(nodes):
        for path, value in leaves(node["config"], f"graph.nodes[{index}].config"):
            if isinstance(value, str) and SCHEDULE.fullmatch(value):
                yield path, f"There is no {value[1:]} in this file."


def _called(nodes: Iterable[Node]) -> Iterator[tuple[int, str]]:
    """The names in `run_workflow` nodes, which take an id."""
    for index, node in enumerate(nodes):
        name = node["config"].get("workflow")
        is_called = node["component_type"] == RunWorkflow.type and isinstance(name, str)
        if is_called and name and _id(name) is None:
            yield index, name


def _not_one(name: str, matching: Sequence[str]) -> str:
    if matching:
        return f'You have {len(matching)} workflows named "{name}": rename all but one.'
    return f'You have no workflow named "{name}": import or create it first.'
