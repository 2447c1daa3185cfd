"""The doctor: everything that could keep a schedule from firing, each with its remedy.

The causes come first, in the words and the order of `/readyz` and the admin; then come
details for operators.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version

from redis.exceptions import ResponseError

from schedules.causes import SUBJECTS, Cause, Diagnosis, Facts, Severity
from schedules.models import (
    ScheduledJob,
    ScheduleEpoch,
    Status,
)
from schedules.scheduler import get_scheduler_service
from schedules.services.drafts.calls import call_fault
from schedules.services.drafts.starting import unable_to_start
from schedules.services.insight.health import Probes, diagnose
from schedules.services.insight.installation import missing_apps
from schedules.timing import tzdata_version
from schedules.timing.english import counted, in_words
from workflows.execution import outbox
from workflows.execution.queue import (
    connection,
    queue_name,
    queues_beside,
    redis_setting,
)
from workflows.kit.embedding import is_included
from workflows.kit.embedding import remedy as remedy_of_embedding
from workflows.kit.logs import get_logger

logger = get_logger(__name__)
OVERDUE = timedelta(seconds=60)
UNSENT = timedelta(seconds=30)
ALARM_CHECKS = 6
ALARM_CHECK_PAUSE_SECONDS = 0.15
# At most so many schedules that cannot start are counted, and so many named.
UNABLE_COUNTED = 10_000
NAMED = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check. `remedy` is empty if all is well. `code` is that of the
    cause, for programs; other findings have none."""

    severity: Severity
    subject: str
    what: str
    remedy: str = ""
    code: str = ""


def examine(now: datetime) -> list[Finding]:
    """Run all checks as of `now`; the root cause of what is wrong comes first.

    Checks that need the database or Redis are left out while it fails.
    """
    facts = Probes().facts(now)
    diagnosis = diagnose(facts)
    # In the order in which a new project adds them. Without tables little else is known.
    findings = [
        *_missing_apps(),
        *(_of_cause(cause, now) for cause in diagnosis.causes),
    ]
    findings += [*_missing_addresses(), *_well(facts, diagnosis)]
    failing = {
        cause.subject for cause in diagnosis.causes if cause.severity == Severity.ERROR
    }
    for check, needs in _CHECKS.items():
        if not needs & failing:
            findings += _results(check, now)
    return findings


Check = Callable[[datetime], Iterator[Finding]]


def _results(check: Check, now: datetime) -> list[Finding]:
    """The findings of one check; a check that fails must not hide those of the others."""
    subject = check.__name__.removeprefix("_").replace("_", " ")
    try:
        return list(check(now))
    except Exception as error:
        logger.exception("check_failed", check=subject)
        what = f"The check failed: {error}"
    return [Finding(Severity.ERROR, subject, what, "See `check_failed` in the log.")]


def _ok(subject: str, what: str) -> Finding:
    return Finding(Severity.OK, subject, what)


def _missing_apps() -> Iterator[Finding]:
    if names := missing_apps():
        listed = ", ".join(f'"{name}"' for name in names)
        what, remedy = f"Not installed: {listed}.", f"Add {listed} to INSTALLED_APPS."
        yield Finding(Severity.ERROR, "apps", what, remedy)


def _missing_addresses() -> Iterator[Finding]:
    if not is_included():  # a warning: schedules fire without them
        what = "The URL configuration has no addresses of Ostinato: neither API nor canvas work."
        yield Finding(Severity.WARNING, "addresses", what, remedy_of_embedding())


def _of_cause(cause: Cause, now: datetime) -> Finding:
    what: str = cause.what
    if cause.code == "overdue":
        what = f"{what} {_overdue(now)}"
    return Finding(cause.severity, cause.subject, what, cause.remedy, cause.code)


def _overdue(now: datetime) -> str:
    overdue = ScheduledJob.objects.due(now - OVERDUE)
    first = overdue.first()
    if first is None:
        return "It has fired in the meantime."
    number = counted(overdue.count(), "schedule")
    return f'Overdue: {number}; the longest overdue is "{first.name}".'


def _well(facts: Facts, diagnosis: Diagnosis) -> Iterator[Finding]:
    """One finding for each subject that is known to be well."""
    texts = {
        "disk": "can be written to",
        "database": "answers and can be written to",
        "redis": "answers and can be written to",
        "clock": "agrees with the clocks of the database and Redis",
        "scheduler": f"{facts.schedulers} alive",
        "worker": f"{facts.workers_here} alive on the queue {queue_name()}, for "
        f"{counted(facts.at_once or 0, 'run')} at once",
        "firing": "no schedule is overdue",
        "queue": _waiting(facts.oldest_waiting or 0.0),
    }
    others = {cause.subject for cause in diagnosis.causes} | set(diagnosis.hidden)
    for subject in SUBJECTS:
        if subject not in others:
            yield _ok(subject, texts[subject])


def _waiting(seconds: float) -> str:
    if not seconds:
        return "no run is waiting"
    return f"the oldest run has been waiting for {in_words(seconds)}"


def _other_schedulers(now: datetime) -> Iterator[Finding]:
    """rq-scheduler's own loop registers in Redis; ours never does."""
    if get_scheduler_service().stock_scheduler_works():
        what = "A scheduler of rq-scheduler itself is running on this Redis, too."
        remedy = (
            "Stop it and run `manage.py rqscheduler`, which enqueues its jobs as well. The "
            "script `rqscheduler` cannot read our jobs, and `manage.py rqscheduler --queue` "
            "with another queue only duplicates the work."
        )
        yield Finding(Severity.WARNING, "other schedulers", what, remedy)
    else:
        yield _ok("other schedulers", "none")


def _other_queues(now: datetime) -> Iterator[Finding]:
    """Queues of the project in the same Redis, as RQ itself counts their workers and jobs.

    `manage.py rqworker` without a name serves our queue, and no longer `default`.
    """
    for name in queues_beside():
        workers = connection().scard(f"rq:workers:{name}")
        waiting = connection().llen(f"rq:queue:{name}")
        what = (
            f"{counted(workers, 'worker')} registered on the queue {name}, "
            f"{counted(waiting, 'job')} in it"
        )
        if workers or not waiting:
            yield _ok("other queues", what)
        else:
            remedy = f"Run `manage.py rqworker {name}`."
            yield Finding(Severity.WARNING, "other queues", what, remedy)


def _redis_settings(now: datetime) -> Iterator[Finding]:
    redis = connection()
    try:
        config = redis.config_get("maxmemory*", "appendonly", "save")
    except ResponseError:
        yield _ok("redis settings", f"the user of {redis_setting()} may not read them")
        return
    policy = config.get("maxmemory-policy", "noeviction")
    if policy != "noeviction":
        what = f"maxmemory-policy is {policy}: Redis may evict jobs and alarms."
        remedy = "Set it to noeviction. Until then the sweep restores evicted keys."
        yield Finding(Severity.WARNING, "redis settings", what, remedy)
    if config.get("appendonly") != "yes" and not config.get("save"):
        what = "Redis does not save to disk: a restart empties the queue."
        remedy = "Set `appendonly yes`. Until then the sweep sends all runs again."
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
        what += f"; {counted(others, 'schedule')} calculated with another version"
        remedy = "Restart the scheduler: it calculates their next runs again."
        yield Finding(Severity.WARNING, "time zones", what, remedy)
    else:
        yield _ok("time zones", what)


def _triggers(now: datetime) -> Iterator[Finding]:
    """Schedules whose runs all fail because no trigger of their workflow accepts them."""
    active = ScheduledJob.objects.filter(status=Status.ACTIVE).order_by("name", "pk")
    unable = unable_to_start(active, most=UNABLE_COUNTED)
    if not unable:
        yield _ok("triggers", "every active schedule has a trigger that accepts it")
        return
    named = ", ".join(f'"{each.name}" ({each.id})' for each in unable[:NAMED])
    more = f" and {len(unable) - NAMED} more" if len(unable) > NAMED else ""
    what = f"{counted(len(unable), 'active schedule')} cannot start: {named}{more}"
    remedy = (
        "Activate the workflow, add a trigger_schedule node that accepts the schedule, or "
        "pause the schedule."
    )
    yield Finding(Severity.WARNING, "triggers", what, remedy)


def _calls(now: datetime) -> Iterator[Finding]:
    """Schedules whose callable is gone or takes other arguments, or whose owner may not call
    it: each would fail when it is due."""
    active = ScheduledJob.objects.filter(status=Status.ACTIVE).exclude(call="")
    rows = active.select_related("owner").order_by("name", "pk")[:UNABLE_COUNTED]
    found = [(each, why) for each in rows.iterator() if (why := call_fault(each))]
    if not found:
        yield _ok("calls", "everything that active schedules call can be called")
        return
    named = "; ".join(
        f'"{each.name}" ({each.id}): {why}' for each, why in found[:NAMED]
    )
    more = f"; and {len(found) - NAMED} more" if len(found) > NAMED else ""
    what = f"{counted(len(found), 'active schedule')} cannot call: {named}{more}"
    remedy = (
        "Declare the function again, give the schedule another call or other arguments, or "
        "pause the schedule."
    )
    yield Finding(Severity.WARNING, "calls", what, remedy)


def _unsent(now: datetime) -> Iterator[Finding]:
    unsent = outbox.count_unsent(now - UNSENT)
    if unsent:
        what = f"{counted(unsent, 'run')} not sent to the queue"
        remedy = "The next sweep sends them. Check that a scheduler is alive."
        yield Finding(Severity.ERROR, "unsent", what, remedy)
    else:
        yield _ok("unsent", "every run has been sent to the queue")


def _alarms(now: datetime) -> Iterator[Finding]:
    # An alarm is moved just after its schedule: a difference may last for a moment.
    for _ in range(ALARM_CHECKS):
        missing, stale = get_scheduler_service().alarms_out_of_sync()
        if not (missing or stale):
            break
        time.sleep(ALARM_CHECK_PAUSE_SECONDS)
    if missing or stale:
        what = f"{missing} missing or wrong, {stale} without an active schedule"
        remedy = "The sweep repairs them before they are due; so does a restart of the scheduler."
        yield Finding(Severity.WARNING, "alarms", what, remedy)
    else:
        yield _ok("alarms", "agree with the schedules")


# Each check with the services that it needs.
_CHECKS: dict[Check, set[str]] = {
    _other_schedulers: {"redis"},
    _other_queues: {"redis"},
    _redis_settings: {"redis"},
    _time_zones: {"database"},
    _unsent: {"database", "redis"},
    _triggers: {"database"},
    _calls: {"database"},
    _alarms: {"database", "redis"},
}
