"""The other verbs, on the schedule with a key."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from schedules.exceptions import InvalidSchedule, ScheduleNotFound, UnknownKey
from schedules.models import CatchupPolicy, ScheduledJob
from schedules.services.actor import Actor
from schedules.services.pause import pause_schedule
from schedules.services.resume import Resumed, resume_schedule
from schedules.services.stop import stop_schedule
from workflows.kit.json_value import text_problem

NO_KEY = (
    "Give the key under which the schedule was made, which is a text: not {key!r:.100}."
)


def cancel_key(key: str, *, actor: Actor, now: datetime, note: str = "") -> bool:
    """Stop the schedule with this key for good. Returns False if there is none (any more)."""
    try:
        stop_schedule(_id_of(key), actor=actor, now=now, note=note)
    except ScheduleNotFound:
        return False
    return True


def pause_key(key: str, *, actor: Actor, now: datetime, note: str = "") -> ScheduledJob:
    """Pause the schedule with this key. Raises `UnknownKey` if there is none."""
    return pause_schedule(_id_of(key), actor=actor, now=now, note=note)


def resume_key(
    key: str,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
    catch_up: str = CatchupPolicy.NONE,
) -> Resumed:
    """Resume the schedule with this key. Raises `UnknownKey` if there is none."""
    return resume_schedule(
        _id_of(key), actor=actor, now=now, note=note, catch_up=catch_up
    )


def _id_of(key: object) -> UUID:
    if not isinstance(key, str):
        raise InvalidSchedule(errors={"key": [NO_KEY.format(key=key)]})
    of_key = ScheduledJob.objects.filter(key=key)
    # No database can be asked for a text that it cannot store.
    found = None if text_problem(key) else of_key.values_list("pk", flat=True).first()
    if found is None:
        raise UnknownKey(key)
    return found
