"""The verbs, one function each. Every door calls them with an actor and the time."""

from __future__ import annotations

from schedules.services.actor import Actor
from schedules.services.approve import approve_schedule
from schedules.services.backfill import backfill, ticks_to_backfill
from schedules.services.copy_call import copy_call
from schedules.services.create import (
    Created,
    create_or_find,
    create_schedule,
    refuse_other_content,
)
from schedules.services.decline import decline_schedule
from schedules.services.drafts.copying import name_of_copy
from schedules.services.insight.explain import Explanation, explain
from schedules.services.insight.preview import Preview, preview_fields, preview_schedule
from schedules.services.keyed.upsert import upsert_schedules
from schedules.services.keyed.verbs import cancel_key, pause_key, resume_key
from schedules.services.pause import pause_schedule
from schedules.services.permissions import may
from schedules.services.resume import Resumed, resume_schedule
from schedules.services.run_now import run_now
from schedules.services.runs.firing import Firing, fire_due
from schedules.services.runs.sweep import Swept, sweep
from schedules.services.spread import Spreading, spread_schedule
from schedules.services.stop import stop_schedule
from schedules.services.tag import tag_schedule
from schedules.services.update import update_schedule

__all__ = [
    "Actor",
    "Created",
    "Explanation",
    "Firing",
    "Preview",
    "Resumed",
    "Spreading",
    "Swept",
    "approve_schedule",
    "backfill",
    "cancel_key",
    "copy_call",
    "create_or_find",
    "create_schedule",
    "decline_schedule",
    "explain",
    "fire_due",
    "may",
    "name_of_copy",
    "pause_key",
    "pause_schedule",
    "preview_fields",
    "preview_schedule",
    "refuse_other_content",
    "resume_key",
    "resume_schedule",
    "run_now",
    "spread_schedule",
    "stop_schedule",
    "sweep",
    "tag_schedule",
    "ticks_to_backfill",
    "update_schedule",
    "upsert_schedules",
]
