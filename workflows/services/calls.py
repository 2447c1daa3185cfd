"""Validates the workflows that the `run_workflow` nodes of a graph run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from workflows.components.run_workflow import RunWorkflow
from workflows.execution.inline import NO_WORKFLOW
from workflows.models import Workflow, WorkflowNode


def call_problems(
    workflow: Workflow, configs: Mapping[int, Mapping[str, Any]]
) -> Iterator[tuple[int, str]]:
    """The problems of the workflows that the nodes with these configurations run, by index.

    Checked on saving so that the author learns of them early. The engine checks again, since
    those workflows may change afterwards.
    """
    called = {index: UUID(config["workflow"]) for index, config in configs.items()}
    own = set(
        Workflow.objects.drawn()
        .filter(owner=workflow.owner_id, pk__in=called.values())
        .values_list("pk", flat=True)
    )
    for index, target in called.items():
        if target not in own:
            yield index, NO_WORKFLOW
        elif workflow.pk in _reached_from(target):
            yield index, "This workflow would run itself again."


def _reached_from(start: UUID) -> set[UUID]:
    """`start`, and every workflow that it runs, directly or through others."""
    seen: set[UUID] = set()
    ahead = {start}
    while ahead:
        seen |= ahead
        configs = WorkflowNode.objects.filter(
            component_type=RunWorkflow.type, workflow__in=ahead
        ).values_list("config", flat=True)
        ahead = set(_ids(configs)) - seen
    return seen


def _ids(configs: Iterable[Any]) -> Iterator[UUID]:
    for config in configs:
        try:
            yield UUID(config["workflow"])
        except (KeyError, TypeError, ValueError, AttributeError):
            continue  # a row that was inserted by hand
