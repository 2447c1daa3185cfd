"""Alarms follow the database: they are set or cancelled once a transaction has committed.

If Redis is unavailable the verb has still succeeded, and the next sweep sets the alarm.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.db import transaction

from schedules.models import ScheduledJob, Status
from schedules.rq.messages import Alarm, RedisAway
from schedules.scheduler import get_scheduler_service
from workflows.kit.logs import get_logger

logger = get_logger(__name__)


def set_on_commit(schedule: ScheduledJob) -> None:
    """Set the alarm of an active schedule that has a next run; cancel that of any other."""
    if schedule.status != Status.ACTIVE or schedule.next_run_at is None:
        cancel_on_commit(schedule.rq_job_id)
        return
    transaction.on_commit(partial(_set, schedule))


def set_all_on_commit(changed: Sequence[Alarm]) -> None:
    """Set or cancel many alarms, and wake the schedulers once."""
    if changed:
        transaction.on_commit(partial(set_all, changed))


def set_all(changed: Sequence[Alarm]) -> None:
    """The same at once, for rows that are committed."""
    try:
        get_scheduler_service().change_alarms(changed)
    except RedisAway as error:
        logger.warning("alarms_not_set", alarms=len(changed), error=str(error))


def cancel_on_commit(rq_job_id: str) -> None:
    """Cancel the alarm with this id."""
    transaction.on_commit(partial(_cancel, rq_job_id))


def _set(schedule: ScheduledJob) -> None:
    try:
        get_scheduler_service().schedule_job(schedule)
    except RedisAway as error:
        logger.warning("alarm_not_set", schedule=str(schedule.id), error=str(error))


def _cancel(rq_job_id: str) -> None:
    try:
        get_scheduler_service().cancel_job(rq_job_id)
    except RedisAway as error:
        logger.warning("alarm_not_cancelled", alarm=rq_job_id, error=str(error))
