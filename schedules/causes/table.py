"""Every cause for which nothing fires or runs, each with its text and its remedy.

The texts contain numbers, but never an address or a secret, because `/readyz` shows them to
anyone. `{redis}` in a remedy is the setting that says where Redis is. `docs/operating.md` lists them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from workflows.kit.phrases import Phrase, phrase

WORKER = phrase("Run `manage.py rqworker`.")
SCHEDULER = phrase("Run `manage.py rqscheduler`.")


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
    what: Phrase
    remedy: Phrase
    severity: Severity = Severity.ERROR


def _table(*rows: Cause) -> dict[str, Cause]:
    return {row.code: row for row in rows}


_WARNING = Severity.WARNING
# Root causes first: a cause may explain those that follow it.
CAUSES = _table(
    Cause(
        "disk_full",
        "disk",
        phrase("The disk of the data folder is full."),
        phrase("Free space on it. Work then continues by itself."),
    ),
    Cause(
        "disk_read_only",
        "disk",
        phrase("The data folder cannot be written to."),
        phrase("Mount it read-write and make the user of the site its owner."),
    ),
    Cause(
        "disk_missing",
        "disk",
        phrase("The data folder is missing."),
        phrase("Restore the folder or correct DATA_DIR, then restart the site."),
    ),
    Cause(
        "disk_silent",
        "disk",
        phrase("The disk of the data folder does not answer."),
        phrase("Check the disk, or the network through which it is mounted."),
    ),
    Cause(
        "database_silent",
        "database",
        phrase("The database does not answer."),
        phrase("Start it, and check DATABASE_URL."),
    ),
    Cause(
        "database_refused",
        "database",
        phrase("The database refuses the connection."),
        phrase(
            "Check the user, password and database name in DATABASE_URL, and the connection limit."
        ),
    ),
    Cause(
        "database_full",
        "database",
        phrase("The disk of the database is full."),
        phrase("Free space on it. Work then continues by itself."),
    ),
    Cause(
        "database_damaged",
        "database",
        phrase("The database reports a damaged file or a failing disk."),
        phrase(
            "Check its disk and its limits, then its log; restore a backup if it is damaged."
        ),
    ),
    Cause(
        "redis_silent",
        "redis",
        phrase("Redis does not answer."),
        phrase("Start it, and check {redis}."),
    ),
    Cause(
        "redis_clients",
        "redis",
        phrase("Redis accepts no more clients."),
        phrase("Raise its maxclients, or run fewer processes."),
    ),
    Cause(
        "redis_loading",
        "redis",
        phrase("Redis is loading its data."),
        phrase("Wait until it has finished. Nothing is lost."),
    ),
    Cause(
        "redis_login",
        "redis",
        phrase("Redis refuses the login."),
        phrase("Correct the user and the password in {redis}."),
    ),
    Cause(
        "redis_permission",
        "redis",
        phrase("Redis denies its user a command that the site needs."),
        phrase(
            "Grant the user of {redis} all commands, keys and channels (ACL SETUSER)."
        ),
    ),
    Cause(
        "redis_memory",
        "redis",
        phrase("Redis refuses to write: out of memory (maxmemory)."),
        phrase(
            "Raise maxmemory, or remove other data from it. Work then continues by itself."
        ),
    ),
    Cause(
        "redis_replica",
        "redis",
        phrase("Redis refuses to write: it is a read-only replica."),
        phrase(
            "Point {redis} at the primary, or promote this replica (REPLICAOF NO ONE)."
        ),
    ),
    Cause(
        "redis_disk",
        "redis",
        phrase("Redis refuses to write: it cannot save to its disk (MISCONF)."),
        phrase(
            "Free space on its disk and make sure that Redis may write to it. Work then continues by itself."
        ),
    ),
    Cause(
        "redis_replicas",
        "redis",
        phrase("Redis refuses to write: too few replicas are connected."),
        phrase("Start its replicas, or lower min-replicas-to-write."),
    ),
    Cause(
        "redis_busy",
        "redis",
        phrase("Redis is busy with a script."),
        phrase("Wait for the script, or end it with SCRIPT KILL."),
    ),
    Cause(
        "redis_refuses",
        "redis",
        phrase("Redis refuses to write."),
        phrase("See the answer to `redis-cli SET a b`, and the log of Redis."),
    ),
    Cause(
        "clock_apart",
        "clock",
        phrase(
            "The clock of this host is {seconds} {direction} the clocks of the database and Redis."
        ),
        phrase(
            "Correct the clock of this host, and keep it synchronized with an NTP client."
        ),
    ),
    Cause(
        "clock_of_database",
        "clock",
        phrase("The clock of this host is {seconds} {direction} that of the database."),
        phrase("Run an NTP client on both hosts."),
        _WARNING,
    ),
    Cause(
        "clock_of_redis",
        "clock",
        phrase("The clock of this host is {seconds} {direction} that of Redis."),
        phrase("Run an NTP client on both hosts."),
        _WARNING,
    ),
    Cause(
        "ledger_ahead",
        "clock",
        phrase("The ledger is {seconds} ahead of the clock: nothing fires until then."),
        phrase(
            "Correct the clock and restart the scheduler: it withdraws the ticks that never ran."
        ),
    ),
    Cause(
        "database_read_only",
        "database",
        phrase("The database is read-only."),
        phrase(
            "PostgreSQL: connect to the primary, or turn off default_transaction_read_only. "
            "SQLite: let the site write to the file and its folder."
        ),
    ),
    Cause(
        "database_tables",
        "database",
        phrase("The tables of the database are not those of this release."),
        phrase("Run `manage.py migrate`."),
    ),
    Cause(
        "database_locked",
        "database",
        phrase("The database is locked by another program."),
        phrase(
            "End the program that locks it: a shell, a backup, or another copy of the site."
        ),
    ),
    Cause(
        "database_busy",
        "database",
        phrase("All connections to the database are in use."),
        phrase(
            "Wait. If it persists, allow more connections, or find out which programs keep them open."
        ),
    ),
    Cause(
        "database_failing",
        "database",
        phrase("The database answers with an error."),
        phrase("See `round_failed` in the log of the scheduler."),
    ),
    Cause(
        "no_scheduler",
        "scheduler",
        phrase("No scheduler is alive: nothing fires."),
        SCHEDULER,
    ),
    Cause(
        "scheduler_failing",
        "scheduler",
        phrase("A scheduler is alive, but its rounds fail."),
        phrase("See `round_failed` in the log of the scheduler."),
    ),
    Cause("no_worker", "worker", phrase("No worker is alive: nothing runs."), WORKER),
    Cause(
        "no_worker_here",
        "worker",
        phrase(
            "No worker serves the queue of the schedules; those that are alive serve other queues."
        ),
        WORKER,
    ),
    Cause(
        "overdue",
        "firing",
        phrase("A schedule has been overdue for {seconds}."),
        phrase(
            "See `round_failed` and `schedule_set_aside` in the log of the scheduler."
        ),
    ),
    Cause(
        "queue_old",
        "queue",
        phrase("The oldest queued run has been in the queue for {seconds}."),
        phrase("Start more workers, or see which schedule fills the queue."),
        _WARNING,
    ),
    Cause(
        "redis_nearly_full",
        "redis",
        phrase("Redis is nearly out of memory (maxmemory)."),
        phrase("Raise maxmemory, or remove other data from it."),
        _WARNING,
    ),
    Cause(
        "disk_nearly_full",
        "disk",
        phrase("The disk of the data folder is nearly full."),
        phrase("Free space on it."),
        _WARNING,
    ),
)
# In the order in which they are shown.
SUBJECTS = tuple(dict.fromkeys(cause.subject for cause in CAUSES.values()))
