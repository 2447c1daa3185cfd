"""Messages to the rq-scheduler adapter, and its exception for an outage of Redis."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from redis.exceptions import RedisError

from workflows.kit.database_retry import DATABASE_AWAY
from workflows.kit.texts import id_text, time_text

ALARM_PREFIX = "schedule-"
ENTRY_POINT = "schedules.jobs.execute_scheduled_trigger"


class RedisAway(Exception):
    """Redis cannot be reached. The sweep will write what could not be written."""


# Outages pass: loops wait for the service to return.
OUTAGES = (RedisAway, *DATABASE_AWAY)


@contextmanager
def redis_errors() -> Iterator[None]:
    """Raise `RedisAway` for the errors of the Redis client, which callers need not know."""
    try:
        yield
    except RedisError as error:
        raise RedisAway(str(error)) from error


class RunMessage(NamedTuple):
    """One attempt of a run, as it is sent to the queue."""

    schedule_id: UUID
    id: UUID
    scheduled_for: datetime
    attempt: int
    send_count: int

    @property
    def job_id(self) -> str:
        return f"run-{id_text(self.id)}-{self.attempt}-{self.send_count}"

    @property
    def arguments(self) -> list[str | int]:
        """The arguments of `ENTRY_POINT`."""
        return [
            id_text(self.schedule_id),
            time_text(self.scheduled_for),
            id_text(self.id),
            self.attempt,
        ]


class Alarm(NamedTuple):
    """When a schedule is next due. `at` is None if it never is."""

    rq_job_id: str
    at: datetime | None

    @property
    def schedule_id(self) -> str:
        return self.rq_job_id.removeprefix(ALARM_PREFIX)


@dataclass(frozen=True, slots=True)
class AlarmChanges:
    """How many alarms were set and removed to agree with the database."""

    set: int = 0
    removed: int = 0


def alarm_id(schedule_id: UUID) -> str:
    """The RQ job id of a schedule's alarm."""
    return f"{ALARM_PREFIX}{schedule_id}"
