"""The database: whether it answers and can be written to, and what is overdue in it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import DatabaseError, InterfaceError, connection, connections
from django.db.backends.utils import CursorWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.models import Min, QuerySet

from schedules.causes.diagnosis import OVERDUE_SECONDS
from schedules.models import RunStatus, ScheduledJob, ScheduledRun
from schedules.services.ledger.ahead import ledger_ahead
from workflows.kit.service_errors import DatabaseFailure, database_failure
from workflows.models import WorkflowExecution

# SQLite has one lock. If another connection has it, the file can be written to: no need to wait.
LOCK_WAIT_MILLISECONDS = 20


def probe(now: datetime) -> dict[str, Any]:
    """The facts about the database and the work, by a connection of this thread alone."""
    began = time.monotonic()
    facts: dict[str, Any] = {}
    _bypass_pool()
    try:
        with connection.cursor() as cursor:
            facts |= _server_facts(
                cursor, lambda: now.timestamp() + time.monotonic() - began
            )
            if _is_behind(cursor):
                return facts | {"database": DatabaseFailure.TABLES}
        return facts | _work_facts(now)
    except (DatabaseError, InterfaceError) as error:
        return facts | {"database": database_failure(error)}
    finally:
        connection.close()


def _bypass_pool() -> None:
    """Connect without the pool: requests may have exhausted it while the database is well."""
    shared = connections["default"].settings_dict
    options = {key: value for key, value in shared["OPTIONS"].items() if key != "pool"}
    kind = type(connections["default"])
    connections["default"] = kind({**shared, "OPTIONS": options}, "default")


def _server_facts(cursor: CursorWrapper, clock: Callable[[], float]) -> dict[str, Any]:
    if connection.vendor == "sqlite":
        return {"database": _sqlite_failure(cursor)}
    cursor.execute(
        "SELECT current_setting('transaction_read_only'),"
        " extract(epoch FROM clock_timestamp())"
    )
    read_only, seconds = cursor.fetchone()
    return {
        "database": DatabaseFailure.READ_ONLY if read_only == "on" else "",
        "ahead_of_database": clock() - float(seconds),
    }


def _sqlite_failure(cursor: CursorWrapper) -> str:
    """Why SQLite cannot write, found by creating a table that is rolled back at once."""
    cursor.execute(f"PRAGMA busy_timeout = {LOCK_WAIT_MILLISECONDS}")
    try:
        cursor.execute("BEGIN IMMEDIATE")
        cursor.execute("CREATE TABLE ostinato_trial (page)")
    except DatabaseError as error:
        failure = database_failure(error)
        return "" if failure == DatabaseFailure.LOCKED else failure
    finally:
        with suppress(DatabaseError):  # SQLite may have rolled back already
            cursor.execute("ROLLBACK")
    return ""


def _is_behind(cursor: CursorWrapper) -> bool:
    cursor.execute("SELECT app, name FROM django_migrations")
    return not _latest_migrations() <= {tuple(row) for row in cursor.fetchall()}


@lru_cache(maxsize=1)
def _latest_migrations() -> frozenset[tuple[str, str]]:
    """The last migration of each app of this release."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return frozenset(loader.graph.leaf_nodes())


def _work_facts(now: datetime) -> dict[str, Any]:
    late = ScheduledJob.objects.due(now - timedelta(seconds=OVERDUE_SECONDS))
    due_at = late.values_list("next_run_at", flat=True).first()
    waiting_since = oldest_waiting_since()
    ahead = ledger_ahead(now)
    return {
        "overdue": _seconds(due_at, now),
        "oldest_waiting": _seconds(waiting_since, now),
        "ledger_ahead": ahead.total_seconds() if ahead else 0.0,
    }


def oldest_waiting_since() -> datetime | None:
    """The time since which the oldest run that may start has been waiting for a worker.

    Executions by hand and by webhooks wait in the same queue.
    """
    runs = ScheduledRun.objects.filter(status=RunStatus.PENDING)
    executions = WorkflowExecution.objects.filter(
        status=WorkflowExecution.Status.PENDING
    )
    times = [time for rows in (runs, executions) for time in _oldest(rows)]
    return min(filter(None, times), default=None)


def _oldest(rows: QuerySet[Any]) -> tuple[datetime | None, datetime | None]:
    """The oldest of the rows in the queue (by index) and of those that were not sent."""
    sent = rows.filter(enqueued_at__isnull=False).order_by("enqueued_at")
    unsent = rows.filter(enqueued_at=None).aggregate(at=Min("created_at"))["at"]
    return sent.values_list("enqueued_at", flat=True).first(), unsent


def _seconds(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0
