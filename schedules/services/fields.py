"""The fields of a schedule that people may set, and what kind of value each takes."""

from __future__ import annotations

from datetime import datetime

from schedules.models import ScheduleType
from workflows.models import Workflow, WorkflowNode

TIMING_FIELDS = (
    "schedule_type",
    "cron_expression",
    "timezone",
    "interval_seconds",
    "anchor_at",
    "run_at",
    "start_at",
    "end_at",
    "jitter_seconds",
)
OTHER_FIELDS = (
    "name",
    "description",
    "workflow",
    "trigger_node",
    "trigger_payload",
    "tags",
    "catchup_policy",
    "catchup_window_seconds",
    "overlap_policy",
    "max_open_runs",
    "max_runs",
    "max_retries",
    "retry_backoff_seconds",
    "timeout_seconds",
    "pause_after_failures",
)
WRITABLE_FIELDS = frozenset(TIMING_FIELDS + OTHER_FIELDS)

# The field that says when, for each type that has ticks; giving one implies the type.
WHEN_FIELD = {
    ScheduleType.CRON: "cron_expression",
    ScheduleType.INTERVAL: "interval_seconds",
    ScheduleType.ONCE: "run_at",
}
# What bounds or moves ticks, and so has no meaning where there are none (type manual);
# with the value that says nothing.
OF_TICKS: dict[str, object] = {
    "start_at": None,
    "end_at": None,
    "jitter_seconds": 0,
    "max_runs": None,
}
NULLABLE = {"max_runs", "interval_seconds"}
NEVER_NULL = {"name", "description"}
TEXTS = ("name", "description", "cron_expression", "timezone")
TIMES = ("run_at", "start_at", "end_at", "anchor_at")
KINDS: dict[str, tuple[type, str]] = {
    **dict.fromkeys(TEXTS, (str, "text")),
    **dict.fromkeys(TIMES, (datetime, "date and time")),
    "workflow": (Workflow, "workflow"),
    "trigger_node": (WorkflowNode, "node"),
}
