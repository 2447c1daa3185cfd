"""What the policies mean for one schedule: whether its runs can overlap, and how many runs an
outage can leave to be made up. Numbers only; the pages put them in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from schedules import timing
from schedules.models import ScheduledJob
from schedules.policy.decide import retry_at
from schedules.policy.late import CATCHUP_TICKS
from schedules.timing import ManualTiming, OnceTiming, zones


@dataclass(frozen=True, slots=True)
class Overlaps:
    """`shortest`: the minimum time between two runs. `longest`: how long one may be open, with
    its retries. None of both for a schedule that has at most one run."""

    shortest: timedelta | None
    longest: timedelta

    @property
    def can_happen(self) -> bool:
        return self.shortest is not None and self.shortest < self.longest


@dataclass(frozen=True, slots=True)
class Missed:
    """How many runs become due within the catch-up window, and how many of them are made up
    at most with each policy."""

    window: timedelta
    due: int

    @property
    def all(self) -> int:
        return min(self.due, CATCHUP_TICKS["all"])


def overlaps_of(draft: ScheduledJob, *, now: datetime) -> Overlaps:
    """Raises `TimingError` if the timing of the draft is not valid."""
    running = (draft.max_retries + 1) * timedelta(seconds=draft.timeout_seconds)
    longest = sum(retry_waits(draft), running)
    shortest = timing.minimum_interval(draft.timing, now)
    return Overlaps(shortest, longest)


def retry_waits(draft: ScheduledJob) -> list[timedelta]:
    """The wait before each of the retries."""
    failed = zones.EARLIEST
    found = (
        retry_at(
            attempt=attempt,
            max_retries=draft.max_retries,
            backoff_seconds=draft.retry_backoff_seconds,
            now=failed,
        )
        for attempt in range(1, draft.max_retries + 1)
    )
    return [at - failed for at in found if at]


def missed_of(draft: ScheduledJob, *, now: datetime) -> Missed | None:
    """None for a schedule that has no run or only one. Raises `TimingError` if the timing of
    the draft is not valid."""
    rule = draft.timing
    if isinstance(rule, ManualTiming | OnceTiming):
        return None
    window = timedelta(seconds=draft.catchup_window_seconds)
    first = timing.next_after(rule, now)
    if first is None:
        return Missed(window, 0)
    upto = min(first + window, zones.LATEST)
    return Missed(window, 1 + timing.count(rule, first, upto))
