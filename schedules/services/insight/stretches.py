"""The rows of the ledger, counted for each of many stretches of time beside each other.

A stretch is a range of the index `run_newest`, which is counted without reading a row; to
group the rows would cost ten times as much.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from schedules.models import ScheduledRun

_STRETCHES = {
    "sqlite": """
        WITH RECURSIVE stretch(begins, ends) AS (
            SELECT %(begins)s, datetime(%(begins)s, %(length)s)
            UNION ALL
            SELECT ends, datetime(ends, %(length)s) FROM stretch LIMIT %(number)s
        )""",
    "postgresql": """
        WITH stretch(begins, ends) AS (
            SELECT begins, begins + %(length)s::interval FROM (
                SELECT %(begins)s::timestamptz + place * %(length)s::interval AS begins
                FROM generate_series(0, %(number)s - 1) AS place
            ) AS each
        )""",
}
_COUNT = f"""
    SELECT (SELECT COUNT(*) FROM {ScheduledRun._meta.db_table} AS run
            WHERE run.scheduled_for >= stretch.begins AND run.scheduled_for < stretch.ends
            AND run.scheduled_for < %(upto)s)
    FROM stretch ORDER BY stretch.begins"""  # noqa: S608 - a name of ours


def rows_in(begins: datetime, ends: datetime, seconds: int) -> list[int]:
    """How many rows are due in each stretch of so many seconds from `begins`, a whole second,
    to before `ends`."""
    number = -(-(ends - begins) // timedelta(seconds=seconds))
    if number <= 0:
        return []
    values = {
        "begins": connection.ops.adapt_datetimefield_value(begins),
        "upto": connection.ops.adapt_datetimefield_value(ends),
        "length": f"{seconds} seconds",
        "number": number,
    }
    with connection.cursor() as cursor:
        cursor.execute(_STRETCHES[connection.vendor] + _COUNT, values)
        return [rows for (rows,) in cursor]
