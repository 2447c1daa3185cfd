"""Runs by the million, with their executions and nodes, written by the database itself."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection
from django.db.models import QuerySet

from schedules.models import ScheduledJob

Schedules = QuerySet[ScheduledJob]
# So many runs of each schedule; one in 17 has failed. Half a minute a million.
_NUMBERS = {
    "sqlite": "(WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < %d)"
    " SELECT n FROM c)",
    "postgresql": "(SELECT n FROM generate_series(0, %d) AS series(n))",
}
_NEW_ID = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "gen_random_uuid()"}
_AT = {
    "sqlite": "datetime('{newest}', '-' || (n * {apart} - {plus}) || ' seconds')",
    "postgresql": "TIMESTAMPTZ '{newest}+00' - (n * {apart} - {plus}) * INTERVAL '1 second'",
}
# In the order in which a site writes them. An id is chosen once: a run that has an execution
# gives it its own.
_RUNS = """
    WITH made AS MATERIALIZED (
        SELECT {id} AS id, s.id AS schedule, s.name, n, {at} AS begins, {end} AS ends,
            CASE WHEN n % 17 = 3 THEN 'failed' WHEN n % 23 = 4 THEN 'skipped'
                ELSE 'succeeded' END AS status
        FROM ostinato_schedules_scheduledjob s CROSS JOIN {numbers} numbers
        WHERE s.id IN ({which})
        ORDER BY n DESC
    )
    INSERT INTO ostinato_schedules_scheduledrun
        (id, schedule_id, schedule_name, epoch, origin, scheduled_for, tick_count, due_at,
         status, reason, attempt, send_count, failure_kind, error, started_at, finished_at,
         created_at, execution_id)
    SELECT id, schedule, name, 1, 'schedule', begins, 1, begins, status,
        CASE WHEN status = 'skipped' THEN 'overlap' ELSE '' END, 1, 1,
        CASE WHEN status = 'failed' THEN 'node' ELSE '' END, '', begins, ends, begins,
        CASE WHEN {executed} AND status <> 'skipped' THEN id END
    FROM made
"""
_EXECUTIONS = """
    INSERT INTO ostinato_workflows_workflowexecution
        (id, workflow_id, workflow_name, owner_id, trigger_type, trigger_node_id, event,
         status, failure_kind, error, failed_node, created_at, send_count, started_at,
         finished_at)
    SELECT r.id, w.id, w.name, w.owner_id, 'schedule', 'start', '{"scheduled": true}',
        r.status, r.failure_kind, '', '', r.created_at, 0, r.started_at, r.finished_at
    FROM ostinato_schedules_scheduledrun r
    JOIN ostinato_schedules_scheduledjob s ON s.id = r.schedule_id
    JOIN ostinato_workflows_workflow w ON w.id = s.workflow_id
    WHERE r.execution_id IS NOT NULL
    ORDER BY r.due_at
"""
_NODE_RUNS = """
    INSERT INTO ostinato_workflows_noderun
        (execution_id, sequence, node_id, component_type, label, status, output, error,
         port, started_at, finished_at)
    SELECT e.id, place.n + 1, 'node ' || place.n, 'template', '', 'succeeded',
        '{"text": "The report of the night is done."}', '', 'out', e.started_at,
        e.finished_at
    FROM ostinato_workflows_workflowexecution e CROSS JOIN %s place
    ORDER BY e.created_at
"""


def write_runs(
    schedules: Schedules,
    each: int,
    *,
    newest: datetime,
    apart: int,
    executed: bool = False,
) -> None:
    """So many runs of each schedule, the newest at that time, the others so many seconds
    before one another. `executed`: they name executions, which are still to be written."""
    vendor = connection.vendor
    times = {"newest": f"{newest.astimezone(UTC):%Y-%m-%d %H:%M:%S}", "apart": apart}
    which, values = schedules.order_by().values("pk").query.sql_with_params()
    statement = _RUNS.replace("%", "%%").format(
        id=_NEW_ID[vendor],
        at=_AT[vendor].format(plus=0, **times),
        end=_AT[vendor].format(plus="(2 + n %% 37)", **times),
        numbers=_NUMBERS[vendor] % (max(1, each) - 1),
        which=which,
        executed="TRUE" if executed else "FALSE",
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def write_executions(nodes: int) -> None:
    """The executions that the runs name, each with so many nodes."""
    numbers = _NUMBERS[connection.vendor] % (nodes - 1)
    with connection.cursor() as cursor:
        cursor.execute(_EXECUTIONS)
        cursor.execute(_NODE_RUNS % numbers)


def just(schedule: ScheduledJob) -> Schedules:
    return ScheduledJob.objects.filter(pk=schedule.pk)


def analyze() -> None:
    """What autovacuum does on PostgreSQL, and nobody on SQLite."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
