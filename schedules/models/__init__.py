"""The tables: schedules, epochs, the ledger of runs, events, bulk actions, profiles and views of
users."""

from __future__ import annotations

from schedules.models.bulk_action import BulkAction, BulkItem, BulkOutcome, BulkVerb
from schedules.models.choices import (
    REASON_OF_ACTOR,
    REASONS_OF_STATUS,
    ActorKind,
    AgentsWish,
    CatchupPolicy,
    OverlapPolicy,
    ReasonCode,
    ScheduleType,
    Status,
    Theme,
    WhenObjectGone,
)
from schedules.models.done_once import DoneOnce
from schedules.models.epoch import ScheduleEpoch
from schedules.models.event import DECISIONS, EventVerb, ScheduleEvent
from schedules.models.ledger import (
    ENDED_OTHERWISE,
    NEVER_RAN,
    OPEN_STATUSES,
    TICK_ORIGINS,
    UNSTARTED_STATUSES,
    Origin,
    Reason,
    RunStatus,
    ScheduledRun,
    of_index,
    with_last_run,
)
from schedules.models.profile import UserProfile
from schedules.models.queries import ScheduleQuerySet
from schedules.models.saved_view import SavedView
from schedules.models.schedule import ScheduledJob
from schedules.models.timing_columns import TIMING_FIELDS, timing_of

__all__ = [
    "DECISIONS",
    "ENDED_OTHERWISE",
    "NEVER_RAN",
    "OPEN_STATUSES",
    "REASONS_OF_STATUS",
    "REASON_OF_ACTOR",
    "TICK_ORIGINS",
    "TIMING_FIELDS",
    "UNSTARTED_STATUSES",
    "ActorKind",
    "AgentsWish",
    "BulkAction",
    "BulkItem",
    "BulkOutcome",
    "BulkVerb",
    "CatchupPolicy",
    "DoneOnce",
    "EventVerb",
    "Origin",
    "OverlapPolicy",
    "Reason",
    "ReasonCode",
    "RunStatus",
    "SavedView",
    "ScheduleEpoch",
    "ScheduleEvent",
    "ScheduleQuerySet",
    "ScheduleType",
    "ScheduledJob",
    "ScheduledRun",
    "Status",
    "Theme",
    "UserProfile",
    "WhenObjectGone",
    "of_index",
    "timing_of",
    "with_last_run",
]
