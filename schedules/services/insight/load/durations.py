"""How long the runs of each schedule usually take, from the newest part of the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Avg, F, FloatField, Func, OuterRef, Subquery
from typing_extensions import override

from schedules.models import RunStatus, ScheduledJob, ScheduledRun

# So many of the newest rows of the ledger are looked at, whatever its size.
SAMPLE = 20_000
RAN = (RunStatus.SUCCEEDED, RunStatus.FAILED)


class SecondsBetween(Func):
    """The seconds from the second time to the first, computed by the database itself."""

    template = "EXTRACT(EPOCH FROM (%(expressions)s))"
    arg_joiner = " - "
    output_field = FloatField()

    @override
    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(
            compiler,
            connection,
            template="((%(expressions)s) * 86400.0)",
            **context,
        )


class JulianDay(Func):
    """A time as a number that SQLite can subtract; elsewhere, the time."""

    template = "%(expressions)s"
    output_field = FloatField()

    @override
    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(
            compiler, connection, template="julianday(%(expressions)s)", **context
        )


def _took() -> SecondsBetween:
    return SecondsBetween(JulianDay(F("finished_at")), JulianDay(F("started_at")))


def usual_seconds(wanted: Iterable[UUID], now: datetime) -> dict[UUID, float]:
    """The average by schedule among the newest runs; for a schedule without any there, its
    last run. Three queries, of which none grows with the ledger."""
    runs = ScheduledRun.objects.order_by("-scheduled_for", "-created_at")
    newest = runs.filter(scheduled_for__lte=now)
    times = newest.values_list("scheduled_for", flat=True)
    since = times[SAMPLE - 1 : SAMPLE].first()
    ran = newest.filter(status__in=RAN)
    if since is not None:
        ran = ran.filter(scheduled_for__gte=since)
    found = ran.order_by().values_list("schedule").annotate(took=Avg(_took()))
    usual = {key: max(0.0, took) for key, took in found if took is not None}
    last = ScheduledRun.objects.filter(schedule=OuterRef("pk"))
    took = last.order_by("-scheduled_for").annotate(took=_took()).values("took")[:1]
    others = ScheduledJob.objects.filter(
        pk__in=[pk for pk in wanted if pk not in usual]
    )
    for key, seconds in others.order_by().values_list("pk", Subquery(took)):
        if seconds is not None:
            usual[key] = max(0.0, seconds)
    return usual
