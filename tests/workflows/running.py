"""Running a workflow in the test itself, with a node that does what the test says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from typing_extensions import override

from triggers.dispatch import dispatch_event
from workflows.execution.engine import run_execution
from workflows.models import Workflow, WorkflowExecution
from workflows.registry import Component, Config, Context, Result, registry

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def clock() -> datetime:
    return NOW


def fire(workflow: Workflow, payload: dict[str, object] | None = None):
    return dispatch_event(
        "manual",
        {"fired_at": NOW.isoformat(), "started_by": "ada", "payload": payload or {}},
        workflow=workflow,
        now=NOW,
        status=WorkflowExecution.Status.RUNNING,
    )


def run(workflow: Workflow, payload: dict[str, object] | None = None):
    return run_execution(fire(workflow, payload), clock=clock)


def statuses(execution: WorkflowExecution) -> dict[str, str]:
    return {run.node_id: run.status for run in execution.node_runs.all()}


@contextmanager
def component(run_node, **declared) -> Iterator[None]:
    """A component `probe` whose run is `run_node(config, context)`."""

    class Probe(Component):
        label = description = category = "Probe"
        icon, colour = "bug", "#000000"
        config_schema = {
            "type": "object",
            "additionalProperties": False,
            "properties": {},
        }

        @override
        def run(self, config: Config, context: Context) -> Result:
            return run_node(config, context)

    for name, value in declared.items():
        setattr(Probe, name, value)
    registry.register("probe")(Probe)
    try:
        yield
    finally:
        del registry.components["probe"]
