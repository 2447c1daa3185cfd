"""The connection pool of a web process for PostgreSQL, shared by its requests."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import connections

# Connections besides those of requests: for the readiness checks.
SPARE = 4
# `request_limit` admits no more requests than the pool has connections, so a request waits only
# while the database is away or has reached its own limit.
WAIT_SECONDS = 3.0


def pool_connections(requests: int) -> None:
    """Let at most `requests` concurrent requests of this process share connections.

    Does nothing unless the database is PostgreSQL. Only `manage.py web` calls it: a scheduler or
    a worker has one connection, and a forked work process must not inherit a pool.
    """
    database = connections.settings["default"]
    if database["ENGINE"] != "django.db.backends.postgresql":
        return
    database["CONN_HEALTH_CHECKS"] = True  # one closed by the server is replaced
    database["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": requests + SPARE,
        "timeout": WAIT_SECONDS,
        "max_idle": 60.0,
        # Not minutes of ever longer pauses: the next request simply tries again.
        "reconnect_timeout": WAIT_SECONDS,
        "name": "web",
    }
    pool = connections["default"].pool  # type: ignore[attr-defined]
    pool._check = partial(_check, pool)


def _check(pool: Any, connection: Any) -> None:
    """Raises for a connection that the server has closed, before it is handed out.

    psycopg then pauses for a second, and longer each time. A restarted server has closed all
    connections, which would delay every request: therefore all idle ones are replaced at once.
    """
    try:
        pool.check_connection(connection)
    except Exception:
        pool.check()
        raise
