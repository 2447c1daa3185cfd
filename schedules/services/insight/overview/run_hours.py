"""The runs of the last 24 hours, by the hour and by what became of them.

No row of the many runs that succeeded is read: they are counted by an index, and the others
by an index of their own. How punctual runs are is told by the newest few thousand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from schedules.models import (
    ENDED_OTHERWISE,
    OPEN_STATUSES,
    TICK_ORIGINS,
    RunStatus,
    ScheduledRun,
    of_index,
)
from schedules.models.spans import Seconds, WholeSeconds, stretches_since
from schedules.policy.types import MICROSECOND
from schedules.services.insight.stretches import rows_in

HOURS = 24
HOUR = timedelta(hours=1)
HOUR_SECONDS = 3_600
# A run that started so soon after it was due was on time.
ON_TIME_SECONDS = 1.0
MOST_MEASURED = 5_000


@dataclass(slots=True)
class RunHour:
    """What became of the runs of an hour: ticks and runs by hand, by status."""

    begins: datetime
    of_status: dict[str, int] = field(default_factory=dict)

    def number(self, status: str) -> int:
        return self.of_status.get(status, 0)

    @property
    def gone_wrong(self) -> int:
        return self.number(RunStatus.FAILED) + self.number(RunStatus.MISSED)


@dataclass(frozen=True, slots=True)
class LastDay:
    hours: list[RunHour]  # the last is that of now

    def total(self, status: str) -> int:
        return sum(hour.number(status) for hour in self.hours)

    @property
    def runs(self) -> int:
        return sum(sum(hour.of_status.values()) for hour in self.hours)

    @property
    def worst(self) -> RunHour | None:
        """The hour in which most failed or were missed; None if none was."""
        found = max(self.hours, key=lambda hour: hour.gone_wrong)
        return found if found.gone_wrong else None


@dataclass(frozen=True, slots=True)
class Punctuality:
    """Of the newest `due` ticks, `on_time` started within a second."""

    due: int
    on_time: int

    @property
    def is_whole(self) -> bool:
        """Whether these are all ticks of the time."""
        return self.due < MOST_MEASURED

    @property
    def percent(self) -> float:
        return 100 * self.on_time / self.due if self.due else 100.0


def last_day(*, now: datetime, begins: datetime) -> LastDay:
    """The 24 hours from `begins` on, a whole hour of the reader's clock, in three queries."""
    hours = [RunHour(begins + place * HOUR) for place in range(HOURS)]
    of_day = ScheduledRun.objects.order_by().filter(
        scheduled_for__gte=begins, scheduled_for__lte=now
    )
    otherwise = of_day.filter(of_index(ENDED_OTHERWISE))
    # As numbers, so that SQLite takes the index of open runs, not that of all times.
    open_runs = (
        ScheduledRun.objects.order_by()
        .filter(of_index(OPEN_STATUSES))
        .annotate(second=WholeSeconds("scheduled_for"))
        .filter(second__gte=int(begins.timestamp()), second__lte=int(now.timestamp()))
    )
    rows = dict.fromkeys(range(HOURS), 0)
    for row in [*_by_hour(otherwise, begins), *_by_hour(open_runs, begins)]:
        hours[row["hour"]].of_status[row["status"]] = row["ticks"]
        rows[row["hour"]] += row["rows"]
    for place, all_rows in enumerate(
        rows_in(begins, now + MICROSECOND, HOUR_SECONDS)[:HOURS]
    ):
        succeeded = all_rows - rows[place]
        if succeeded > 0:
            hours[place].of_status[RunStatus.SUCCEEDED] = succeeded
    return LastDay(hours)


def _by_hour(runs: QuerySet[ScheduledRun], begins: datetime) -> Iterable[Any]:
    return (
        runs.annotate(hour=stretches_since(begins, "scheduled_for", HOUR_SECONDS))
        .values("hour", "status")
        .annotate(ticks=Sum("tick_count"), rows=Count("*"))
    )


def punctuality(*, now: datetime, since: datetime) -> Punctuality:
    """Of the newest ticks after `since`: those that started, and those that were missed.

    Retries do not count, as only their last start is recorded.
    """
    ticks = ScheduledRun.objects.filter(
        Q(started_at__isnull=False) | Q(status=RunStatus.MISSED),
        scheduled_for__gte=since,
        scheduled_for__lte=now,
        origin__in=TICK_ORIGINS,
        attempt=1,
    )
    newest = ticks.annotate(late=Seconds("started_at") - Seconds("due_at"))[
        :MOST_MEASURED
    ]
    found = newest.aggregate(
        due=Count("pk"), on_time=Count("pk", filter=Q(late__lte=ON_TIME_SECONDS))
    )
    return Punctuality(found["due"], found["on_time"])
