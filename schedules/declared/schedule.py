"""`Schedule`: one schedule as application code declares it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from schedules.declared.timings import When

if TYPE_CHECKING:
    from django.db.models import Model

    from workflows.models import Workflow, WorkflowNode

OnObjectGone = Literal["stop", "pause", "keep"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """What `upsert` takes a list of. The fields are the arguments of `upsert`; None means
    that a field is not given, and code leaves it to its default and to people.
    """

    key: str = field(kw_only=False)
    timing: When
    call: str | None = None
    arguments: Mapping[str, Any] | None = None
    run_on: Literal["worker", "backend"] | None = None
    workflow: Workflow | None = None
    trigger_node: WorkflowNode | None = None
    trigger_payload: Mapping[str, Any] | None = None
    owner: Any = None
    for_object: Model | None = None
    when_object_gone: OnObjectGone | None = None
    name: str | None = None
    description: str | None = None
    tags: Sequence[str] | None = None
    overlap_policy: Literal["skip", "queue", "allow", "replace"] | None = None
    max_open_runs: int | None = None
    catchup_policy: Literal["latest", "all", "none"] | None = None
    catchup_window_seconds: int | None = None
    max_runs: int | None = None
    timeout_seconds: int | None = None
    max_retries: int | None = None
    retry_backoff_seconds: int | None = None
    pause_after_failures: int | None = None
