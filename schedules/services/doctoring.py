"""The doctor: everything that could keep a schedule from firing, each with its remedy."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from importlib.metadata import version

import structlog
from django.conf import settings
from django.db import connection as database
from redis import Redis
from redis.exceptions import RedisError, ResponseError

from schedules import heartbeat
from schedules.messages import RedisAway
from schedules.models import RunStatus, ScheduledJob, ScheduledRun, ScheduleEpoch
from schedules.scheduler import get_scheduler_service
from schedules.timing import tzdata_version
from workflows.queue import connection

logger = structlog.get_logger(__name__)
SKEW = timedelta(seconds=2)
OVERDUE = timedelta(seconds=60)
UNSENT = timedelta(seconds=30)
ALARM_LOOKS = 6
ALARM_LOOK_AGAIN_SECONDS = 0.15


class Severity(IntEnum):
    """Also the exit status of the command: the worst of all findings."""

    OK = 0
    WARNING = 1
    ERROR = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `remedy` is empty if all is well."""

    severity: Severity
    subject: str
    what: str
    remedy: str = ""


def examine(now: datetime) -> list[Finding]:
    """Look at everything; a look that fails is itself a finding."""
    return [finding for look in _LOOKS for finding in _carefully(look, now)]


Look = Callable[[datetime], Iterator[Finding]]


def _carefully(look: Look, now: datetime) -> list[Finding]:
    subject = look.__name__.removeprefix("_").replace("_", " ")
    try:
        return list(look(now))
    except (RedisError, RedisAway) as error:
        why, remedy = f"Redis cannot be reached: {error}", "Start it; check REDIS_URL."
    except Exception as error:
        logger.exception("look_failed", look=subject)
        why, remedy = f"It could not be looked at: {error}", "See the log."
    return [Finding(Severity.ERROR, subject, why, remedy)]


def _ok(subject: str, what: str) -> Finding:
    return Finding(Severity.OK, subject, what)


def _schedulers(now: datetime) -> Iterator[Finding]:
    alive = heartbeat.alive(connection(), "scheduler")
    if alive:
        yield _ok("schedulers", f"{len(alive)} alive")
    else:
        what = "No scheduler is alive: nothing fires."
        yield Finding(
            Severity.ERROR, "schedulers", what, "Run `manage.py rqscheduler`."
        )


def _other_schedulers(now: datetime) -> Iterator[Finding]:
    """rq-scheduler's own loop says so in Redis; ours never does."""
    if get_scheduler_service().stock_scheduler_works():
        what = "A stock rqscheduler works on this Redis, too."
        remedy = (
            "The plain script cannot read our jobs, and django-rq's command only looks "
            "twice: stop it, and run `manage.py rqscheduler`."
        )
        yield Finding(Severity.WARNING, "other schedulers", what, remedy)
    else:
        yield _ok("other schedulers", "none")


def _workers(now: datetime) -> Iterator[Finding]:
    for queue in settings.RQ_QUEUES:
        alive = heartbeat.alive(connection(), f"worker:{queue}")
        waiting = connection().llen(f"rq:queue:{queue}")
        what = f"{len(alive)} alive on the queue {queue}, {waiting} jobs in it"
        if alive:
            yield _ok("workers", what)
        else:
            remedy = f"Run `manage.py rqworker {queue}`."
            yield Finding(Severity.ERROR, "workers", what, remedy)


def _redis(now: datetime) -> Iterator[Finding]:
    redis = connection()
    try:
        config = redis.config_get("maxmemory*", "appendonly", "save")
    except ResponseError:
        yield _ok("redis", "its settings may not be read here")
        return
    policy = config.get("maxmemory-policy", "noeviction")
    if policy != "noeviction":
        what = f"maxmemory-policy is {policy}: jobs and alarms may be thrown away."
        remedy = "Set it to noeviction; until then the sweep sends again what is lost."
        yield Finding(Severity.WARNING, "redis", what, remedy)
    if config.get("appendonly") != "yes" and not config.get("save"):
        what = "It keeps nothing on disk: a restart empties the queue."
        remedy = "Set appendonly yes; until then the sweep sends everything again."
        yield Finding(Severity.WARNING, "redis", what, remedy)
    yield _ok("redis", f"reachable, maxmemory-policy {policy}")


def _clocks(now: datetime) -> Iterator[Finding]:
    skews = {"redis": _redis_clock(connection()) - now.timestamp()}
    if database.vendor == "postgresql":
        skews["database"] = _database_clock() - now.timestamp()
    for name, skew in skews.items():
        what = f"the clock of {name} is {skew:+.1f} s off this host's"
        if abs(skew) > SKEW.total_seconds():
            remedy = "Run an NTP client on both."
            yield Finding(Severity.WARNING, "clocks", what, remedy)
        else:
            yield _ok("clocks", what)


def _redis_clock(redis: Redis) -> float:
    seconds, micros = redis.time()
    return float(seconds) + float(micros) / 1_000_000


def _database_clock() -> float:
    with database.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        return float(cursor.fetchone()[0])


def _time_zones(now: datetime) -> Iterator[Finding]:
    current = tzdata_version()
    others = (
        ScheduleEpoch.objects.filter(to_at=None)
        .exclude(tzdata_version=current)
        .values("schedule")
        .distinct()
        .count()
    )
    what = f"tzdata {current} (package {version('tzdata')})"
    if others:
        what += f"; {others} schedules were reckoned with another version"
        remedy = "Restart the scheduler: it reckons them again."
        yield Finding(Severity.WARNING, "time zones", what, remedy)
    else:
        yield _ok("time zones", what)


def _overdue(now: datetime) -> Iterator[Finding]:
    overdue = ScheduledJob.objects.due(now - OVERDUE)
    count = overdue.count()
    if not count:
        yield _ok("overdue", "no schedule is overdue")
        return
    first = overdue[0]
    what = f"{count} overdue; the longest: {first.name}, since {first.next_run_at}"
    remedy = "Is a scheduler alive, and its log clean?"
    yield Finding(Severity.ERROR, "overdue", what, remedy)


def _unsent(now: datetime) -> Iterator[Finding]:
    unsent = ScheduledRun.objects.filter(
        status=RunStatus.PENDING, enqueued_at=None, created_at__lt=now - UNSENT
    ).count()
    if unsent:
        what = f"{unsent} runs were fired and never reached the queue"
        remedy = "The next sweep sends them: is a scheduler alive?"
        yield Finding(Severity.ERROR, "unsent", what, remedy)
    else:
        yield _ok("unsent", "every fired run reached the queue")


def _alarms(now: datetime) -> Iterator[Finding]:
    # An alarm moves just after its schedule has: what is only on its way is in step soon.
    for _ in range(ALARM_LOOKS):
        missing, stale = get_scheduler_service().alarms_out_of_step()
        if not (missing or stale):
            break
        time.sleep(ALARM_LOOK_AGAIN_SECONDS)
    if missing or stale:
        what = f"{missing} missing or wrong, {stale} without a schedule"
        remedy = "The sweep mends them before they are due; or restart the scheduler."
        yield Finding(Severity.WARNING, "alarms", what, remedy)
    else:
        yield _ok("alarms", "in step with the schedules")


_LOOKS: tuple[Look, ...] = (
    _schedulers,
    _other_schedulers,
    _workers,
    _redis,
    _clocks,
    _time_zones,
    _overdue,
    _unsent,
    _alarms,
)
