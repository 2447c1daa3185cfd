"""The runs of the schedules with a name: that of today, or of a deleted one its last.

A ledger has a hundred times as many runs as schedules, and no index of names. So the schedules
are found first, those that only the ledger knows as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_
from uuid import UUID

from django.db import connection
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from schedules.models import ScheduledJob, ScheduledRun
from workflows.models.lookups import has_text

# So many schedules, with so many runs together, are few: their runs are read by schedule and
# sorted. The newest runs of more are soon found among the newest of all.
FEW_SCHEDULES = 500
FEW_RUNS = 5_000
_RUNS, _SCHEDULES = ScheduledRun._meta.db_table, ScheduledJob._meta.db_table
# From each schedule in the index `run_of_schedule` to the next, past all its runs.
_GONE = f"""
    WITH RECURSIVE known(id) AS (
        SELECT * FROM (
            SELECT schedule_id FROM {_RUNS} ORDER BY schedule_id LIMIT 1
        ) AS first
        UNION ALL
        SELECT (
            SELECT schedule_id FROM {_RUNS} WHERE schedule_id > known.id
            ORDER BY schedule_id LIMIT 1
        ) FROM known WHERE known.id IS NOT NULL
    )
    SELECT id, (
        SELECT schedule_name FROM {_RUNS} AS run WHERE run.schedule_id = known.id
        ORDER BY run.scheduled_for DESC LIMIT 1
    ) FROM known WHERE id IS NOT NULL AND id NOT IN (SELECT id FROM {_SCHEDULES})
"""  # noqa: S608 - names of ours


def runs_named(
    runs: QuerySet[ScheduledRun], words: Sequence[str]
) -> QuerySet[ScheduledRun]:
    """Those of the runs whose schedule has all these words in its name."""
    found = _schedules_named(words)
    if not found:
        return runs.none()
    if _are_few(found):
        return runs.filter(schedule__in=found)
    living = ScheduledJob.objects.filter(pk=OuterRef("schedule_id")).values("name")
    named = runs.annotate(of_name=Coalesce(Subquery(living), F("schedule_name")))
    return named.filter(_all_of("of_name", words))


def _schedules_named(words: Sequence[str]) -> list[UUID]:
    """The schedules; of many, one more than are few."""
    living = ScheduledJob.objects.order_by().filter(_all_of("name", words))
    found = list(living.values_list("pk", flat=True)[: FEW_SCHEDULES + 1])
    if len(found) > FEW_SCHEDULES:
        return found
    with connection.cursor() as cursor:
        cursor.execute(_GONE)
        found += [
            key if isinstance(key, UUID) else UUID(key)
            for key, name in cursor
            if all(has_text(name, word) for word in words)
        ]
    return found


def _are_few(schedules: Sequence[UUID]) -> bool:
    if len(schedules) > FEW_SCHEDULES:
        return False
    runs = ScheduledRun.objects.order_by().filter(schedule__in=schedules)
    return len(schedules) == 1 or runs[: FEW_RUNS + 1].count() <= FEW_RUNS


def _all_of(column: str, words: Sequence[str]) -> Q:
    return reduce(and_, (Q(**{f"{column}__has_text": word}) for word in words), Q())
