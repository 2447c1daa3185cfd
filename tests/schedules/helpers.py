"""What the owner of a schedule does to it, at so many minutes past noon."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from schedules.exceptions import InvalidSchedule
from schedules.models import ScheduledJob
from schedules.services import Actor, update_schedule
from tests.schedules.policies import MINUTE, NOON


def edit(
    schedule: ScheduledJob, minute: float, *, version: int | None = None, **fields: Any
) -> ScheduledJob:
    """Change the schedule, and read it again."""
    actor, now = Actor.person(schedule.owner), NOON + minute * MINUTE
    update_schedule(schedule.id, fields, actor=actor, now=now, version=version)
    schedule.refresh_from_db()
    return schedule


def problems(call: Callable[[], object]) -> dict[str, list[str]]:
    """The faults for which the call is refused, by field; it leaves no trace."""
    with pytest.raises(InvalidSchedule) as refused, transaction.atomic():
        call()
    return refused.value.errors
