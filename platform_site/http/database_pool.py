"""PostgreSQL connections of a web process: kept, shared by its requests, and bounded."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import connections

# Besides those of requests: what looks whether the site is ready.
SPARE = 4
# A turn (`request_limit`) has a connection waiting for it, so that only a database that is
# away, or that has no more to give, is waited for.
WAIT_SECONDS = 3.0


def pool_connections(requests: int) -> None:
    """Let the requests of this process share connections, where there is PostgreSQL.

    Called by `manage.py web` and by nothing else: a scheduler or a worker has one connection,
    and a work horse that is forked must not inherit a pool.
    """
    database = connections.settings["default"]
    if database["ENGINE"] != "django.db.backends.postgresql":
        return
    database["CONN_HEALTH_CHECKS"] = True  # one that the server has closed is replaced
    database["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": requests + SPARE,
        "timeout": WAIT_SECONDS,
        "max_idle": 60.0,
        # Not minutes of ever longer pauses: the next request tries again.
        "reconnect_timeout": WAIT_SECONDS,
        "name": "web",
    }
    pool = connections["default"].pool  # type: ignore[attr-defined]
    pool._check = partial(_check, pool)


def _check(pool: Any, connection: Any) -> None:
    """Raises for a connection that the server has closed, before anybody gets it.

    psycopg then pauses for a second, and longer each time. As a server that was restarted has
    closed them all, so would be every request: so all that are idle are replaced at once.
    """
    try:
        pool.check_connection(connection)
    except Exception:
        pool.check()
        raise
