"""From the observed facts to their causes, the root cause first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from schedules.causes.table import CAUSES, Cause, Severity
from schedules.timing.english import in_words
from workflows.kit.phrases import Phrase, phrase

# Two clocks that differ by more than this are a warning, or an error.
CLOCK_WARNING_SECONDS = 2.0
CLOCK_ERROR_SECONDS = 60.0
OVERDUE_SECONDS = 60.0
# The share of `maxmemory` in use.
REDIS_NEARLY_FULL = 0.95
ORDER = {code: place for place, code in enumerate(CAUSES)}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the probes have observed. None: not known."""

    disk: str = ""  # the code of a cause, as in the three fields that follow
    database: str = ""
    redis: str = ""
    # Reported by a scheduler that is alive: it may see what this process does not.
    scheduler_cause: str = ""
    schedulers: int | None = None
    scheduler_seen: float | None = None  # seconds since one reported that it is alive
    workers: int | None = None  # of any queue
    workers_here: int | None = None  # of the queue of the schedules
    at_once: int | None = None  # how many runs they do at once
    redis_memory: float = 0.0  # the share of `maxmemory` in use
    ahead_of_database: float | None = None  # this host's clock, in seconds
    ahead_of_redis: float | None = None
    ledger_ahead: float = 0.0
    overdue: float = 0.0
    oldest_waiting: float | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is wrong, the root cause first, without what another cause explains.

    `hidden` maps the subjects that cannot be judged to the subject to repair first.
    """

    causes: list[Cause]
    hidden: dict[str, str]

    @property
    def severity(self) -> Severity:
        """The severity of the gravest cause."""
        return max((cause.severity for cause in self.causes), default=Severity.OK)


def diagnose(
    facts: Facts, *, queue_old_seconds: float, redis_setting: str = "REDIS_URL"
) -> Diagnosis:
    """Find the causes of the observed facts.

    Runs that have been queued for more than `queue_old_seconds` are a warning; 0: never.
    `redis_setting` is the setting to which the remedies point.
    """
    found = {cause.code: cause for cause in _causes(facts, queue_old_seconds)}
    explained = {
        name: CAUSES[code].subject
        for code in found
        for name in _EXPLAINS.get(code, ())
        if name in found
    }
    left = [
        replace(cause, remedy=cause.remedy.fill(redis=redis_setting))
        for code, cause in found.items()
        if code not in explained
    ]
    left.sort(key=lambda cause: ORDER[cause.code])
    hidden = _unknown_subjects(facts)
    hidden |= {CAUSES[code].subject: subject for code, subject in explained.items()}
    for cause in left:
        hidden.pop(cause.subject, None)
    return Diagnosis(left, hidden)


def _unknown_subjects(facts: Facts) -> dict[str, str]:
    unknown: dict[str, str] = {}
    if facts.oldest_waiting is None:
        unknown |= dict.fromkeys(("firing", "queue"), "database")
    if facts.schedulers is None:
        unknown |= dict.fromkeys(("scheduler", "worker"), "redis")
    return unknown


_WRITES_FAIL = tuple(
    code
    for code, cause in CAUSES.items()
    if cause.subject == "database" and code != "database_locked"
)
_REDIS_FAILS = tuple(
    code
    for code, cause in CAUSES.items()
    if cause.subject == "redis" and cause.severity == Severity.ERROR
)
_BY_DATABASE = ("scheduler_failing", "overdue", "queue_old")
# Without Redis no process can report that it is alive, and no run reaches a worker.
_BY_REDIS = ("no_scheduler", "no_worker", "no_worker_here", "queue_old")
_BY_DISK = (
    "disk_nearly_full",
    "redis_disk",
    "database_full",
    "database_read_only",
    "database_damaged",
    *_BY_DATABASE,
)
_EXPLAINS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys((*_WRITES_FAIL, "database_locked"), _BY_DATABASE),
    **dict.fromkeys(_REDIS_FAILS, (*_BY_REDIS, "redis_nearly_full")),
    # An embedded Redis and a SQLite file are on the same disk.
    "disk_full": _BY_DISK,
    **dict.fromkeys(
        ("disk_read_only", "disk_missing", "disk_silent"),
        (*_BY_DISK, "database_silent"),
    ),
    "clock_apart": ("clock_of_database", "clock_of_redis", "overdue"),
    "ledger_ahead": ("overdue",),
    "no_scheduler": ("overdue", "scheduler_failing"),
    "scheduler_failing": ("overdue",),
    "no_worker": ("queue_old",),
    "no_worker_here": ("queue_old",),
}


def _causes(facts: Facts, queue_old_seconds: float) -> Iterator[Cause]:
    for code in (facts.disk, facts.database, facts.redis, facts.scheduler_cause):
        if _is_plain(code):
            yield CAUSES[code]
    if facts.redis_memory >= REDIS_NEARLY_FULL:
        yield CAUSES["redis_nearly_full"]
    yield from _clock_causes(facts)
    if facts.schedulers == 0:
        yield CAUSES["no_scheduler"]
    if facts.workers_here == 0:
        waiting = facts.oldest_waiting or 0.0
        code = "no_worker_here" if facts.workers else "no_worker"
        yield _with_waiting_time(CAUSES[code], waiting)
    if facts.overdue > OVERDUE_SECONDS:
        yield _filled("overdue", seconds=in_words(facts.overdue))
    if 0 < queue_old_seconds < (facts.oldest_waiting or 0.0):
        yield _filled("queue_old", seconds=in_words(facts.oldest_waiting or 0.0))


def _is_plain(code: str) -> bool:
    """Whether it is a cause without numbers; other releases may report unknown codes."""
    return code in CAUSES and "{" not in CAUSES[code].what


def _clock_causes(facts: Facts) -> Iterator[Cause]:
    if facts.ledger_ahead > 0:
        yield _filled("ledger_ahead", seconds=in_words(facts.ledger_ahead))
    apart = {
        "clock_of_database": facts.ahead_of_database,
        "clock_of_redis": facts.ahead_of_redis,
    }
    off = {
        code: ahead
        for code, ahead in apart.items()
        if ahead is not None and abs(ahead) > CLOCK_WARNING_SECONDS
    }
    for code, ahead in off.items():
        yield _clock_cause(code, ahead)
    least = min(off.values(), key=abs, default=0.0)
    same_way = len({ahead > 0 for ahead in off.values()}) == 1
    if len(off) == len(apart) and same_way and abs(least) > CLOCK_ERROR_SECONDS:
        yield _clock_cause("clock_apart", least)


def _clock_cause(code: str, ahead: float) -> Cause:
    direction = phrase("ahead of") if ahead > 0 else phrase("behind")
    return _filled(code, seconds=in_words(abs(ahead)), direction=direction)


def _with_waiting_time(cause: Cause, seconds: float) -> Cause:
    if seconds < 1:
        return cause
    waits = phrase(
        "{what} The oldest run has been waiting for {time}.",
        what=cause.what,
        time=in_words(seconds),
    )
    return _with_text(cause, waits)


def _filled(code: str, **numbers: str) -> Cause:
    return _with_text(CAUSES[code], CAUSES[code].what.fill(**numbers))


def _with_text(cause: Cause, what: Phrase) -> Cause:
    return replace(cause, what=what)
