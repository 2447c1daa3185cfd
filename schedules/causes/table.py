"""Every cause for which nothing fires or runs, in words, with its remedy.

The words are fixed: they hold numbers, and never a name, an address or a secret, since
`/readyz` shows them to anyone. `docs/operating.md` lists them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

WORKER = "Run `manage.py rqworker workflows`."
SCHEDULER = "Run `manage.py rqscheduler`."


class Severity(IntEnum):
    """Also the exit status of the doctor: the gravest of what it found."""

    OK = 0
    WARNING = 1
    ERROR = 2


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that is wrong. `code` is stable and for programs."""

    code: str
    subject: str
    what: str
    remedy: str
    severity: Severity = Severity.ERROR


def _table(*rows: Cause) -> dict[str, Cause]:
    return {row.code: row for row in rows}


_WARNING = Severity.WARNING
# In the order of truth: what comes first may explain what comes later.
CAUSES = _table(
    Cause(
        "disk_full",
        "disk",
        "The disk of the data folder is full.",
        "Free space on it. Work goes on by itself.",
    ),
    Cause(
        "disk_read_only",
        "disk",
        "The data folder cannot be written to.",
        "Mount it for writing, and let it belong to the user of the site.",
    ),
    Cause(
        "disk_missing",
        "disk",
        "The data folder is missing.",
        "Put it back, or correct DATA_DIR, and restart the site.",
    ),
    Cause(
        "disk_silent",
        "disk",
        "The disk of the data folder does not answer.",
        "Check the disk, or the network that it is mounted over.",
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
        "Check user, password and name in DATABASE_URL, and its limit of connections.",
    ),
    Cause(
        "database_full",
        "database",
        "The disk of the database is full.",
        "Free space on it. Work goes on by itself.",
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
        "Start it, and check REDIS_URL.",
    ),
    Cause(
        "redis_clients",
        "redis",
        "Redis accepts no further client.",
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
        "Correct user and password in REDIS_URL.",
    ),
    Cause(
        "redis_permission",
        "redis",
        "Redis does not permit its user a command that is needed.",
        "Grant the user of REDIS_URL all commands, keys and channels (ACL SETUSER).",
    ),
    Cause(
        "redis_memory",
        "redis",
        "Redis refuses to write: out of memory (maxmemory).",
        "Raise maxmemory, or remove what else is kept in it. Work goes on by itself.",
    ),
    Cause(
        "redis_replica",
        "redis",
        "Redis refuses to write: it is a read-only replica.",
        "Let REDIS_URL name the primary, or promote this one (REPLICAOF NO ONE).",
    ),
    Cause(
        "redis_disk",
        "redis",
        "Redis refuses to write: it cannot save to its disk (MISCONF).",
        "Free space on its disk and let it write there. Work goes on by itself.",
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
        "See what `redis-cli SET a b` answers, and the log of Redis.",
    ),
    Cause(
        "clock_apart",
        "clock",
        "The clock of this host is {seconds} {direction} the clocks of database and Redis.",
        "Set this host's clock right, and keep it right with an NTP client.",
    ),
    Cause(
        "clock_of_database",
        "clock",
        "The clock of this host is {seconds} {direction} that of the database.",
        "Run an NTP client on both.",
        _WARNING,
    ),
    Cause(
        "clock_of_redis",
        "clock",
        "The clock of this host is {seconds} {direction} that of Redis.",
        "Run an NTP client on both.",
        _WARNING,
    ),
    Cause(
        "ledger_ahead",
        "clock",
        "The ledger is {seconds} ahead of the clock: nothing fires until then.",
        "Set the clock right and restart the scheduler: it withdraws what never ran.",
    ),
    Cause(
        "database_read_only",
        "database",
        "The database is read-only.",
        "PostgreSQL: connect to the primary, or turn default_transaction_read_only off. "
        "SQLite: let the site write the file and its folder.",
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
        "End the program that holds its lock: a shell, a backup, a copy of the site.",
    ),
    Cause(
        "database_busy",
        "database",
        "All connections to the database are in use.",
        "Wait. If it lasts, allow more connections, or find what holds them.",
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
        "See `round_failed` in its log.",
    ),
    Cause("no_worker", "worker", "No worker is alive: nothing runs.", WORKER),
    Cause(
        "no_worker_here",
        "worker",
        "No worker serves the queue of the schedules: those alive serve others.",
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
        "The oldest waiting run has been in the queue for {seconds}.",
        "Start more workers, or see which schedule fills the queue.",
        _WARNING,
    ),
    Cause(
        "redis_nearly_full",
        "redis",
        "Redis is nearly out of memory (maxmemory).",
        "Raise maxmemory, or remove what else is kept in it.",
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
# The subjects, in the order in which they are shown.
SUBJECTS = tuple(dict.fromkeys(cause.subject for cause in CAUSES.values()))
