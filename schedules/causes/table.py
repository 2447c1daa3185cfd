"""Every cause for which nothing fires or runs, each with its text and its remedy.

The texts contain numbers, but never an address or a secret, because `/readyz` shows them to
anyone. `{redis}` in a remedy is the setting that says where Redis is. `docs/operating.md` lists them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

WORKER = "Run `manage.py rqworker`."
SCHEDULER = "Run `manage.py rqscheduler`."


class Severity(IntEnum):
    """How grave a cause is. The gravest found is the exit status of the doctor."""

    OK = 0
    WARNING = 1
    ERROR = 2


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that keeps schedules from firing or runs from starting.

    `code` is stable, for programs; `what` and `remedy` are for people.
    """

    code: str
    subject: str
    what: str
    remedy: str
    severity: Severity = Severity.ERROR


def _table(*rows: Cause) -> dict[str, Cause]:
    return {row.code: row for row in rows}


_WARNING = Severity.WARNING
# Root causes first: a cause may explain those that follow it.
CAUSES = _table(
    Cause(
        "disk_full",
        "disk",
        "The disk of the data folder is full.",
        "Free space on it. Work then continues by itself.",
    ),
    Cause(
        "disk_read_only",
        "disk",
        "The data folder cannot be written to.",
        "Mount it read-write and make the user of the site its owner.",
    ),
    Cause(
        "disk_missing",
        "disk",
        "The data folder is missing.",
        "Restore the folder or correct DATA_DIR, then restart the site.",
    ),
    Cause(
        "disk_silent",
        "disk",
        "The disk of the data folder does not answer.",
        "Check the disk, or the network through which it is mounted.",
    ),
    Cause(
        "database_silent",
        "database",
        "The database does not answer.",
        "Start it, and check DATABASE_URL.",
    ),
    Cause(
        "database_refused",
        "database",
        "The database refuses the connection.",
        "Check the user, password and database name in DATABASE_URL, and the connection limit.",
    ),
    Cause(
        "database_full",
        "database",
        "The disk of the database is full.",
        "Free space on it. Work then continues by itself.",
    ),
    Cause(
        "database_damaged",
        "database",
        "The database reports a damaged file or a failing disk.",
        "Check its disk and its limits, then its log; restore a backup if it is damaged.",
    ),
    Cause(
        "redis_silent",
        "redis",
        "Redis does not answer.",
        "Start it, and check {redis}.",
    ),
    Cause(
        "redis_clients",
        "redis",
        "Redis accepts no more clients.",
        "Raise its maxclients, or run fewer processes.",
    ),
    Cause(
        "redis_loading",
        "redis",
        "Redis is loading its data.",
        "Wait until it has finished. Nothing is lost.",
    ),
    Cause(
        "redis_login",
        "redis",
        "Redis refuses the login.",
        "Correct the user and the password in {redis}.",
    ),
    Cause(
        "redis_permission",
        "redis",
        "Redis denies its user a command that the site needs.",
        "Grant the user of {redis} all commands, keys and channels (ACL SETUSER).",
    ),
    Cause(
        "redis_memory",
        "redis",
        "Redis refuses to write: out of memory (maxmemory).",
        "Raise maxmemory, or remove other data from it. Work then continues by itself.",
    ),
    Cause(
        "redis_replica",
        "redis",
        "Redis refuses to write: it is a read-only replica.",
        "Point {redis} at the primary, or promote this replica (REPLICAOF NO ONE).",
    ),
    Cause(
        "redis_disk",
        "redis",
        "Redis refuses to write: it cannot save to its disk (MISCONF).",
        "Free space on its disk and make sure that Redis may write to it. Work then continues by itself.",
    ),
    Cause(
        "redis_replicas",
        "redis",
        "Redis refuses to write: too few replicas are connected.",
        "Start its replicas, or lower min-replicas-to-write.",
    ),
    Cause(
        "redis_busy",
        "redis",
        "Redis is busy with a script.",
        "Wait for the script, or end it with SCRIPT KILL.",
    ),
    Cause(
        "redis_refuses",
        "redis",
        "Redis refuses to write.",
        "See the answer to `redis-cli SET a b`, and the log of Redis.",
    ),
    Cause(
        "clock_apart",
        "clock",
        "The clock of this host is {seconds} {direction} the clocks of the database and Redis.",
        "Correct the clock of this host, and keep it synchronized with an NTP client.",
    ),
    Cause(
        "clock_of_database",
        "clock",
        "The clock of this host is {seconds} {direction} that of the database.",
        "Run an NTP client on both hosts.",
        _WARNING,
    ),
    Cause(
        "clock_of_redis",
        "clock",
        "The clock of this host is {seconds} {direction} that of Redis.",
        "Run an NTP client on both hosts.",
        _WARNING,
    ),
    Cause(
        "ledger_ahead",
        "clock",
        "The ledger is {seconds} ahead of the clock: nothing fires until then.",
        "Correct the clock and restart the scheduler: it withdraws the ticks that never ran.",
    ),
    Cause(
        "database_read_only",
        "database",
        "The database is read-only.",
        "PostgreSQL: connect to the primary, or turn off default_transaction_read_only. "
        "SQLite: let the site write to the file and its folder.",
    ),
    Cause(
        "database_tables",
        "database",
        "The tables of the database are not those of this release.",
        "Run `manage.py migrate`.",
    ),
    Cause(
        "database_locked",
        "database",
        "The database is locked by another program.",
        "End the program that locks it: a shell, a backup, or another copy of the site.",
    ),
    Cause(
        "database_busy",
        "database",
        "All connections to the database are in use.",
        "Wait. If it persists, allow more connections, or find out which programs keep them open.",
    ),
    Cause(
        "database_failing",
        "database",
        "The database answers with an error.",
        "See `round_failed` in the log of the scheduler.",
    ),
    Cause(
        "no_scheduler", "scheduler", "No scheduler is alive: nothing fires.", SCHEDULER
    ),
    Cause(
        "scheduler_failing",
        "scheduler",
        "A scheduler is alive, but its rounds fail.",
        "See `round_failed` in the log of the scheduler.",
    ),
    Cause("no_worker", "worker", "No worker is alive: nothing runs.", WORKER),
    Cause(
        "no_worker_here",
        "worker",
        "No worker serves the queue of the schedules; those that are alive serve other queues.",
        WORKER,
    ),
    Cause(
        "overdue",
        "firing",
        "A schedule has been overdue for {seconds}.",
        "See `round_failed` and `schedule_set_aside` in the log of the scheduler.",
    ),
    Cause(
        "queue_old",
        "queue",
        "The oldest queued run has been in the queue for {seconds}.",
        "Start more workers, or see which schedule fills the queue.",
        _WARNING,
    ),
    Cause(
        "redis_nearly_full",
        "redis",
        "Redis is nearly out of memory (maxmemory).",
        "Raise maxmemory, or remove other data from it.",
        _WARNING,
    ),
    Cause(
        "disk_nearly_full",
        "disk",
        "The disk of the data folder is nearly full.",
        "Free space on it.",
        _WARNING,
    ),
)
# In the order in which they are shown.
SUBJECTS = tuple(dict.fromkeys(cause.subject for cause in CAUSES.values()))
