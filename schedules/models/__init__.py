"""The tables: the schedule, its epochs, its ledger, its events, and its people's limits."""

from __future__ import annotations

from schedules.models.choices import (
    BY,
    REASONS_OF,
    ActorKind,
    CatchupPolicy,
    OverlapPolicy,
    ReasonCode,
    ScheduleType,
    Status,
)
from schedules.models.epoch import ScheduleEpoch
from schedules.models.event import ScheduleEvent, Verb
from schedules.models.ledger import (
    NEVER_RAN,
    OPEN_STATUSES,
    TICK_ORIGINS,
    UNSTARTED_STATUSES,
    Origin,
    Reason,
    RunStatus,
    ScheduledRun,
    with_last_run,
)
from schedules.models.profile import UserProfile
from schedules.models.schedule import (
    WHEN_FIELDS,
    ScheduledJob,
    ScheduleQuerySet,
    timing_of,
)

__all__ = [
    "BY",
    "NEVER_RAN",
    "OPEN_STATUSES",
    "REASONS_OF",
    "TICK_ORIGINS",
    "UNSTARTED_STATUSES",
    "WHEN_FIELDS",
    "ActorKind",
    "CatchupPolicy",
    "Origin",
    "OverlapPolicy",
    "Reason",
    "ReasonCode",
    "RunStatus",
    "ScheduleEpoch",
    "ScheduleEvent",
    "ScheduleQuerySet",
    "ScheduleType",
    "ScheduledJob",
    "ScheduledRun",
    "Status",
    "UserProfile",
    "Verb",
    "timing_of",
    "with_last_run",
]
