"""The four kinds of timing, validated when they are created."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from schedules.limits import INTERVAL_SECONDS
from schedules.timing import dialects, zones
from schedules.timing.clock_changes import CronTicks, cron_ticks
from schedules.timing.cron import parse
from schedules.timing.errors import TimingError, quoted


@dataclass(frozen=True, slots=True)
class CronTiming:
    """Ticks at the wall times of `expression` in `timezone`."""

    expression: str
    timezone: str
    start_at: datetime | None = None
    end_at: datetime | None = None
    ticks: CronTicks = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            parse(self.expression)
        except TimingError as refusal:
            raise dialects.advised(refusal, self.expression) from None
        zones.check_timezone(self.timezone)
        _check_bounds(self)
        object.__setattr__(self, "ticks", cron_ticks(self.expression, self.timezone))

    def next(self, after: datetime) -> datetime | None:
        return self.ticks.next(after)

    def last(self, upto: datetime) -> datetime | None:
        return self.ticks.last(upto)

    def count(self, after: datetime, upto: datetime) -> int:
        return self.ticks.count(after, upto)


@dataclass(frozen=True, slots=True)
class IntervalTiming:
    """Ticks at `anchor_at` and every `every_seconds` of elapsed time after it."""

    every_seconds: int
    anchor_at: datetime
    start_at: datetime | None = None
    end_at: datetime | None = None

    def __post_init__(self) -> None:
        _check_interval(self.every_seconds)
        _set_instant(self, "anchor_at")
        _check_bounds(self)

    def next(self, after: datetime) -> datetime | None:
        return self._tick(self._index(after) + 1)

    def last(self, upto: datetime) -> datetime | None:
        return self._tick(self._index(upto))

    def count(self, after: datetime, upto: datetime) -> int:
        return self._index(upto) - self._index(after)

    def _index(self, instant: datetime) -> int:
        """The number of the last tick up to `instant`, from 0; -1 before the first."""
        every = timedelta(seconds=self.every_seconds)
        return max(-1, (instant - self.anchor_at) // every)

    def _tick(self, index: int) -> datetime | None:
        every = timedelta(seconds=self.every_seconds)
        if not 0 <= index <= (zones.LATEST - self.anchor_at) // every:
            return None
        return self.anchor_at + index * every


@dataclass(frozen=True, slots=True)
class OnceTiming:
    """A single tick."""

    run_at: datetime
    start_at: datetime | None = None
    end_at: datetime | None = None

    def __post_init__(self) -> None:
        _set_instant(self, "run_at")
        _check_bounds(self)

    def next(self, after: datetime) -> datetime | None:
        return self.run_at if self.run_at > after else None

    def last(self, upto: datetime) -> datetime | None:
        return self.run_at if self.run_at <= upto else None

    def count(self, after: datetime, upto: datetime) -> int:
        return 1 if after < self.run_at <= upto else 0


@dataclass(frozen=True, slots=True)
class ManualTiming:
    """No ticks: such a schedule runs on request only."""

    start_at: None = None
    end_at: None = None

    def next(self, after: datetime) -> None:
        return None

    def last(self, upto: datetime) -> None:
        return None

    def count(self, after: datetime, upto: datetime) -> int:
        return 0


# Their methods ignore `start_at` and `end_at`; the functions of `timing.ticks` apply them.
Timing = CronTiming | IntervalTiming | OnceTiming | ManualTiming


def checked_instant(field: str, value: object) -> datetime:
    """`value` in UTC. Raises `TimingError` unless it is an aware datetime."""
    if isinstance(value, datetime) and value.tzinfo is UTC:
        return value
    if not isinstance(value, datetime) or value.utcoffset() is None:
        raise TimingError(
            field,
            f"{field} must be a date and time with an offset, not {quoted(value)}; "
            "write it as 2026-01-31T09:00:00+01:00.",
        )
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise TimingError(field, f"{field} {value} is outside the calendar.") from None


def _check_interval(seconds: object) -> None:
    shortest, longest = INTERVAL_SECONDS
    if type(seconds) is not int or not shortest <= seconds <= longest:
        raise TimingError(
            "interval_seconds",
            f"An interval must be a whole number of seconds from {shortest} to {longest} "
            "(ten years).",
        )


def _check_bounds(timing: Timing) -> None:
    for name in ("start_at", "end_at"):
        if getattr(timing, name) is not None:
            _set_instant(timing, name)
    if timing.start_at and timing.end_at and timing.end_at < timing.start_at:
        raise TimingError(
            "end_at", "end_at is before start_at; give a later one, or none."
        )


def _set_instant(timing: Timing, field: str) -> None:
    instant = checked_instant(field, getattr(timing, field))
    if instant.microsecond:
        raise TimingError(
            field, f"{field} has a fraction of a second; give whole seconds."
        )
    object.__setattr__(timing, field, instant)
