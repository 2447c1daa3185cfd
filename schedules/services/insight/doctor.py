"""The doctor: everything that could keep a schedule from firing, each with its remedy.

First the causes that `/readyz` and the admin tell too, in the same words and order; then
what only an operator wants to know.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version

import structlog
from django.conf import settings
from redis.exceptions import ResponseError

from schedules.causes import SUBJECTS, Cause, Diagnosis, Facts, Severity, in_words
from schedules.models import (
    RunStatus,
    ScheduledJob,
    ScheduledRun,
    ScheduleEpoch,
    Status,
)
from schedules.rq import heartbeat
from schedules.scheduler import get_scheduler_service
from schedules.services.drafts.starting import unable_to_start
from schedules.services.insight.health import Probes, diagnose
from schedules.timing import tzdata_version
from workflows.execution.queue import QUEUE_NAME, connection

logger = structlog.get_logger(__name__)
OVERDUE = timedelta(seconds=60)
UNSENT = timedelta(seconds=30)
ALARM_LOOKS = 6
# Schedules that cannot start: so many are counted, and so many named.
UNABLE_COUNTED = 10_000
NAMED = 5
ALARM_LOOK_AGAIN_SECONDS = 0.15


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `remedy` is empty if all is well; `code` is that of a
    cause, for programs, and empty for the rest."""

    severity: Severity
    subject: str
    what: str
    remedy: str = ""
    code: str = ""


def examine(now: datetime) -> list[Finding]:
    """Look at everything, the true cause of what is wrong first.

    What cannot be looked at while the database or Redis fails is left out.
    """
    facts = Probes().facts(now)
    diagnosis = diagnose(facts)
    findings = [_of_cause(cause, now) for cause in diagnosis.causes]
    findings += _well(facts, diagnosis)
    away = {
        cause.subject for cause in diagnosis.causes if cause.severity == Severity.ERROR
    }
    for look, needs in _LOOKS.items():
        if not needs & away:
            findings += _carefully(look, now)
    return findings


Look = Callable[[datetime], Iterator[Finding]]


def _carefully(look: Look, now: datetime) -> list[Finding]:
    subject = look.__name__.removeprefix("_").replace("_", " ")
    try:
        return list(look(now))
    except Exception as error:
        logger.exception("look_failed", look=subject)
        why = f"It could not be looked at: {error}"
    return [Finding(Severity.ERROR, subject, why, "See the log.")]


def _ok(subject: str, what: str) -> Finding:
    return Finding(Severity.OK, subject, what)


def _of_cause(cause: Cause, now: datetime) -> Finding:
    what = cause.what
    if cause.code == "overdue":
        what = f"{what} {_who_is_overdue(now)}"
    return Finding(cause.severity, cause.subject, what, cause.remedy, cause.code)


def _who_is_overdue(now: datetime) -> str:
    overdue = ScheduledJob.objects.due(now - OVERDUE)
    first = overdue.first()
    name = first.name if first else "none any more"
    return f"Overdue are {overdue.count()}; the longest: {name}."


def _well(facts: Facts, diagnosis: Diagnosis) -> Iterator[Finding]:
    """A line for each subject of which nothing is wrong, and something is known."""
    said = {
        "disk": "can be written to",
        "database": "answers, and can be written to",
        "redis": "answers, and can be written to",
        "clock": "in step with the others",
        "scheduler": f"{facts.schedulers} alive",
        "worker": f"{facts.workers_here} alive on the queue {QUEUE_NAME}",
        "firing": "no schedule is overdue",
        "queue": _oldest(facts.oldest_waiting or 0.0),
    }
    others = {cause.subject for cause in diagnosis.causes} | set(diagnosis.hidden)
    for subject in SUBJECTS:
        if subject not in others:
            yield _ok(subject, said[subject])


def _oldest(seconds: float) -> str:
    if not seconds:
        return "no run is waiting"
    return f"the oldest run has been waiting for {in_words(seconds)}"


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


def _other_queues(now: datetime) -> Iterator[Finding]:
    """A site may have queues of its own beside that of the schedules."""
    for queue in set(settings.RQ_QUEUES) - {QUEUE_NAME}:
        alive = heartbeat.alive(connection(), f"worker:{queue}")
        waiting = connection().llen(f"rq:queue:{queue}")
        what = f"{len(alive)} alive on the queue {queue}, {waiting} jobs in it"
        if alive:
            yield _ok("other queues", what)
        else:
            remedy = f"Run `manage.py rqworker {queue}`."
            yield Finding(Severity.ERROR, "other queues", what, remedy)


def _redis_settings(now: datetime) -> Iterator[Finding]:
    redis = connection()
    try:
        config = redis.config_get("maxmemory*", "appendonly", "save")
    except ResponseError:
        yield _ok("redis settings", "its settings may not be read here")
        return
    policy = config.get("maxmemory-policy", "noeviction")
    if policy != "noeviction":
        what = f"maxmemory-policy is {policy}: jobs and alarms may be thrown away."
        remedy = "Set it to noeviction; until then the sweep sends again what is lost."
        yield Finding(Severity.WARNING, "redis settings", what, remedy)
    if config.get("appendonly") != "yes" and not config.get("save"):
        what = "It keeps nothing on disk: a restart empties the queue."
        remedy = "Set appendonly yes; until then the sweep sends everything again."
        yield Finding(Severity.WARNING, "redis settings", what, remedy)
    yield _ok("redis settings", f"maxmemory-policy {policy}")


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


def _unable(now: datetime) -> Iterator[Finding]:
    """Schedules whose runs all fail, as no trigger of their workflow accepts them."""
    active = ScheduledJob.objects.filter(status=Status.ACTIVE).order_by("name", "pk")
    unable = unable_to_start(active, most=UNABLE_COUNTED)
    if not unable:
        yield _ok("triggers", "every active schedule has one that starts it")
        return
    named = ", ".join(f'"{each.name}" ({each.id})' for each in unable[:NAMED])
    more = f" and {len(unable) - NAMED} more" if len(unable) > NAMED else ""
    what = f"{len(unable)} active schedules cannot start: {named}{more}"
    remedy = (
        "Activate the workflow, add a trigger_schedule node that accepts the schedule, or "
        "pause it."
    )
    yield Finding(Severity.WARNING, "triggers", what, remedy)


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
        missing, stale = get_scheduler_service().alarms_out_of_sync()
        if not (missing or stale):
            break
        time.sleep(ALARM_LOOK_AGAIN_SECONDS)
    if missing or stale:
        what = f"{missing} missing or wrong, {stale} without a schedule"
        remedy = "The sweep mends them before they are due; or restart the scheduler."
        yield Finding(Severity.WARNING, "alarms", what, remedy)
    else:
        yield _ok("alarms", "in step with the schedules")


# Each with what it cannot do without.
_LOOKS: dict[Look, set[str]] = {
    _other_schedulers: {"redis"},
    _other_queues: {"redis"},
    _redis_settings: {"redis"},
    _time_zones: {"database"},
    _unsent: {"database", "redis"},
    _unable: {"database"},
    _alarms: {"database", "redis"},
}
