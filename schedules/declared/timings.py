"""`cron`, `every` and `once`: when a declared schedule is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from schedules.timing.errors import TimingError


@dataclass(frozen=True, kw_only=True, slots=True)
class When:
    """A timing, as `cron`, `every` and `once` return it. None: not given.

    It is checked when it is upserted, together with all other fields.
    """

    cron_expression: str | None = None
    interval_seconds: int | None = None
    run_at: datetime | None = None
    timezone: str | None = None
    anchor_at: datetime | None = None
    start_at: datetime | None = None
    end_at: datetime | None = None
    jitter_seconds: int | None = None


def cron(
    expression: str,
    *,
    timezone: str | None = None,
    start_at: datetime | None = None,
    end_at: datetime | None = None,
    jitter_seconds: int | None = None,
) -> When:
    """At the clock times of a cron expression with five fields, such as `"0 9 * * mon-fri"`.

    They are read in the time zone `timezone`, an IANA name; by default in the site's
    `TIME_ZONE`, as it is when the schedule is made. No run is due before `start_at` or after
    `end_at`, both inclusive; without an offset these are read in the same zone, and fractions
    of a second are dropped. Each tick is delayed by a random time shorter than
    `jitter_seconds`, always the same for the same tick.

    >>> cron("0 9 * * mon-fri", timezone="Europe/Berlin").cron_expression
    '0 9 * * mon-fri'
    """
    return When(
        cron_expression=expression,
        timezone=timezone,
        start_at=start_at,
        end_at=end_at,
        jitter_seconds=jitter_seconds,
    )


def every(
    *,
    weeks: float = 0,
    days: float = 0,
    hours: float = 0,
    minutes: float = 0,
    seconds: float = 0,
    anchor_at: datetime | None = None,
    timezone: str | None = None,
    start_at: datetime | None = None,
    end_at: datetime | None = None,
    jitter_seconds: int | None = None,
) -> When:
    """Again and again after a fixed time: elapsed time, which clock changes do not affect.
    For "daily at nine" use `cron`.

    The sum of the arguments is a whole number of seconds from 1 second to ten years. One tick
    is at `anchor_at`, the others whole intervals after it; by default that is `start_at`, or
    else the time at which the schedule is made, so that it is first due one interval later.
    A later upsert without `anchor_at` never moves it. The other arguments are those of
    `cron`. Raises `TimingError` for a fraction of a second.

    >>> every(hours=1, minutes=30).interval_seconds
    5400
    """
    try:
        interval = timedelta(
            weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds
        )
    except OverflowError:
        raise TimingError("interval_seconds", "Give at most ten years.") from None
    if interval.microseconds:
        why = "An interval is a whole number of seconds: leave the fraction out."
        raise TimingError("interval_seconds", why)
    return When(
        interval_seconds=interval.days * 86_400 + interval.seconds,
        anchor_at=anchor_at,
        timezone=timezone,
        start_at=start_at,
        end_at=end_at,
        jitter_seconds=jitter_seconds,
    )


def once(
    run_at: datetime,
    *,
    timezone: str | None = None,
    jitter_seconds: int | None = None,
) -> When:
    """A single time. A schedule that has run then is stopped, and stays until it is
    cancelled. Without an offset, `run_at` is read in the time zone `timezone`.

    >>> from datetime import datetime
    >>> once(datetime(2027, 1, 1, 9), timezone="Europe/Berlin").run_at
    datetime.datetime(2027, 1, 1, 9, 0)
    """
    return When(run_at=run_at, timezone=timezone, jitter_seconds=jitter_seconds)
