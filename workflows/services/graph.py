"""Saves a graph: the whole graph is validated, then replaced in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice

from django.db import transaction

from workflows.access import require_permission
from workflows.components.run_workflow import RunWorkflow
from workflows.exceptions import InvalidGraph
from workflows.execution.definition import pure_graph, tool_node_ids
from workflows.graph import Problem, problems
from workflows.guards import WorkflowChange, guard_change
from workflows.kit.errors import InvalidInput, StaleVersion
from workflows.kit.json_value import problem, text_problem
from workflows.kit.users import User
from workflows.layout import note_problems, position_problem
from workflows.models import Workflow
from workflows.registry import config_problems, registry
from workflows.services.called import permission_problems
from workflows.services.calls import call_problems
from workflows.services.definition import locked_workflow
from workflows.services.graph_rows import (
    SavedGraph,
    read_graph,
    replace_graph,
    replace_layout,
)
from workflows.services.graph_size import size_problems
from workflows.services.graph_spec import CheckedGraph, GraphSpec, NodeSpec
from workflows.services.layout_merge import Layout, with_layout_since
from workflows.services.versions import (
    note_problem,
    record_layout,
    record_version,
    version_of,
)

MAX_CONFIG = 64 * 1024
MAX_PROBLEMS = 50


def save_graph(
    workflow: Workflow,
    graph: GraphSpec,
    *,
    user: User,
    now: datetime,
    graph_version: int | None = None,
    layout_before: Layout | None = None,
    orphan_schedules: bool = False,
    version_note: str = "",
) -> Workflow:
    """Replace the graph of `workflow`, and record it as a new version with `version_note`.

    A graph that differs from the current one, or from the version `graph_version`, in
    nothing but its layout makes no version: its notes and the positions of the nodes that
    still exist are saved, whatever others have saved since. Without any difference nothing
    is written. `layout_before` is the layout on which `graph` was drawn: what has not been
    moved or written since then stays as others have saved it.

    Raises `InvalidGraph` with the problems by field, `StaleVersion` if the current version
    is not `graph_version`, what `locked_workflow` raises, and what the guards of other apps
    raise: they refuse a graph in which no trigger starts some schedule, unless
    `orphan_schedules` confirms that.

    The row of a node is kept as long as its `node_id` is, so that schedules can refer to it;
    and longer if they do, marked as removed.
    """
    saving = Saving(
        workflow=workflow,
        user=user,
        now=now,
        base=graph_version,
        orphan_schedules=orphan_schedules,
        note=version_note,
        layout_before=layout_before,
    )
    return saving.save(graph)


def restore_version(
    workflow: Workflow,
    number: int,
    *,
    user: User,
    now: datetime,
    graph: CheckedGraph | None = None,
    graph_version: int | None = None,
    orphan_schedules: bool = False,
    version_note: str = "",
) -> Workflow:
    """Save the graph of version `number` again, like `save_graph`; as the current version it
    makes no new one. `graph` is the result of `checked_version`, if it has been called.

    Raises what `save_graph` raises, and `NotFound`. An old `graph_version` is refused unless
    the current graph is that of the version anyway, so that a repeated call is harmless.
    """
    require_permission(user, "change", workflow)
    saving = Saving(
        workflow=workflow,
        user=user,
        now=now,
        base=graph_version,
        orphan_schedules=orphan_schedules,
        note=version_note or f"Restored version {number}",
        merges=False,
    )
    return saving.save(graph or checked_version(workflow, number, user=user))


def checked_version(workflow: Workflow, number: int, *, user: User) -> CheckedGraph:
    """The graph of a version, if `user` can save it today. Raises like `checked_graph`."""
    graph = GraphSpec.of(version_of(workflow, number).graph)
    return checked_graph(workflow, graph, user=user)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """One save of a graph."""

    workflow: Workflow
    user: User
    now: datetime
    # The version on which the graph is based; None if it replaces any.
    base: int | None
    orphan_schedules: bool
    note: str
    layout_before: Layout | None = None
    # Whether a layout is merged that is based on an old version.
    merges: bool = True

    def save(self, graph: GraphSpec) -> Workflow:
        require_permission(self.user, "change", self.workflow)
        if found := note_problem(self.note):
            raise InvalidInput(found, field="version_note")
        if not isinstance(graph, CheckedGraph):
            graph = checked_graph(self.workflow, graph, user=self.user)
        change = WorkflowChange(
            workflow=self.workflow,
            user=self.user,
            now=self.now,
            orphans_schedules=self.orphan_schedules,
        )
        check = guard_change(change)
        with transaction.atomic():
            locked = locked_workflow(self.workflow, None)
            saved = read_graph(locked)
            if self.layout_before:
                graph = with_layout_since(graph, self.layout_before, saved.spec)
            if self._is_layout_alone(locked, saved.spec, graph):
                self._save_layout(locked, saved, graph)
            else:
                self._save_version(locked, saved, graph)
                check()
        for name in ("version", "graph_version", "updated_at"):
            setattr(self.workflow, name, getattr(locked, name))
        return self.workflow

    def _is_layout_alone(
        self, locked: Workflow, saved: GraphSpec, graph: GraphSpec
    ) -> bool:
        """Raises `StaleVersion` if it is not, and another graph has been saved since."""
        if not graph.differs_from(saved):
            return True
        if self.base is None or self.base == locked.graph_version:
            return False
        based_on = locked.versions.filter(number=self.base).first()
        if self.merges and based_on:
            old = GraphSpec.of(based_on.graph)
            if not graph.differs_from(old):
                return True
        raise StaleVersion(field="graph_version")

    def _save_layout(
        self, locked: Workflow, saved: SavedGraph, graph: GraphSpec
    ) -> None:
        if arranged := replace_layout(locked, saved, graph):
            record_layout(locked, arranged)

    def _save_version(
        self, locked: Workflow, saved: SavedGraph, graph: GraphSpec
    ) -> None:
        write_version(
            locked, saved, graph, user=self.user, now=self.now, note=self.note
        )


def write_version(
    locked: Workflow,
    saved: SavedGraph,
    graph: GraphSpec,
    *,
    user: User,
    now: datetime,
    note: str,
) -> None:
    """Make `graph` the graph of a locked workflow, and record it as its next version."""
    locked.version += 1
    locked.graph_version += 1
    locked.updated_at = now
    locked.save(update_fields=["version", "graph_version", "updated_at"])
    replace_graph(locked, saved, graph, now=now)
    record_version(locked, graph, user=user, now=now, note=note)


def checked_graph(workflow: Workflow, graph: GraphSpec, *, user: User) -> CheckedGraph:
    """The graph, if it is valid for `workflow` and `user` may save it. Raises `InvalidGraph`
    like `save_graph`.

    Writes nothing. It takes half a second for a graph of maximum size: call it before
    opening a transaction around `save_graph`.
    """
    _refuse_if_wrong(workflow, graph, user)
    return CheckedGraph(graph.nodes, graph.edges, graph.notes)


def _refuse_if_wrong(workflow: Workflow, graph: GraphSpec, user: User) -> None:
    # Sizes first: what is too large is not checked any further.
    found = list(size_problems(graph.nodes, graph.edges))
    if not found:
        tools = tool_node_ids(graph.pure_edges)
        in_nodes = (
            (f"nodes[{index}].{path}", reason)
            for index, node in enumerate(graph.nodes)
            for path, reason in _node_problems(node, is_tool=node.node_id in tools)
        )
        in_notes = note_problems(graph.notes)
        found = list(islice(chain(in_nodes, in_notes), MAX_PROBLEMS))
    found = (
        found
        or problems(pure_graph(graph.nodes, graph.pure_edges))
        or list(_calls_in(workflow, graph))
        or list(permission_problems(workflow, graph.nodes, user=user))
    )
    if found:
        errors: dict[str, list[str]] = {}
        for path, reason in found[:MAX_PROBLEMS]:
            errors.setdefault(path, []).append(reason)
        raise InvalidGraph(errors=errors)


def _node_problems(node: NodeSpec, *, is_tool: bool) -> Iterator[Problem]:
    component = registry.get(node.component_type)
    if component is None:
        known = ", ".join(item.type for item in registry.all())
        yield (
            "component_type",
            f'"{node.component_type}" is not a valid component type. Valid types: {known}.',
        )
    if found := text_problem(node.label, one_line=True):
        yield "label", found
    if node.position and (found := position_problem(node.position)):
        yield "position", found
    if found := problem(node.config, max_bytes=MAX_CONFIG):
        yield "config", f"The value {found}."
        return
    if component:
        for path, reason in config_problems(component, node.config, is_tool=is_tool):
            yield (f"config.{path}" if path else "config"), reason


def _calls_in(workflow: Workflow, graph: GraphSpec) -> Iterator[Problem]:
    configs = {
        index: node.config
        for index, node in enumerate(graph.nodes)
        if node.component_type == RunWorkflow.type
    }
    if configs:
        for index, reason in call_problems(workflow, configs):
            yield f"nodes[{index}].config.workflow", reason
