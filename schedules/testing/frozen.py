"""`FrozenSchedules`: a clock that a test moves, and what was due by it, run in the test."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Self
from uuid import UUID

from django.utils import timezone

from schedules.jobs import outcome_of
from schedules.models import ScheduledRun
from schedules.services import fire_due
from schedules.services.runs.claims import claim_run
from schedules.services.runs.firing import PASSES_BEFORE_PAUSE
from schedules.services.runs.handed_over import poll_handed_over
from schedules.services.runs.outcomes import record_outcome
from schedules.services.runs.sweep import release_retries
from schedules.testing.clock import Moment, moment, shown, travelling
from schedules.testing.due import at_backends, first_pending, next_instant
from schedules.testing.edges import kept_usable, without_redis
from schedules.testing.ran import Ran, read
from schedules.testing.report import report

MOST_RUNS = 10_000


class FrozenSchedules:
    """A context in which the clock of Django stands still, and Redis is not needed.

    It begins at the present time. The code that fires, runs and records is that of the
    scheduler and the worker; only the deadlines of runs do not apply.
    """

    def __init__(
        self,
        at: Moment | None = None,
        timezone: str = "",
        *,
        tell: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._begin = (at, timezone)
        self._tell = tell
        self._now = datetime.max.replace(tzinfo=UTC)
        self._replaced = ExitStack()
        self._suspects: Counter[UUID] = Counter()
        self._done: dict[UUID, BaseException | None] = {}

    def __enter__(self) -> Self:
        self._now = timezone.now().replace(microsecond=0)  # noqa: TID251 an entry point
        at, zone = self._begin
        if at is not None:
            self.travel(at, zone)
        self._replaced.enter_context(travelling(lambda: self._now))
        self._replaced.enter_context(without_redis())
        return self

    def __exit__(self, *error: object) -> None:
        self._replaced.close()

    @property
    def now(self) -> datetime:
        """The time, as `timezone.now()` returns it."""
        return self._now

    def travel(self, to: Moment, timezone: str = "") -> datetime:
        """Set the clock: to a datetime, a date, its text, or on by a timedelta.

        Without an offset it is a local time of `timezone`, or of the current zone of Django.
        Nothing runs until `run_due`.
        """
        self._now = moment(to, timezone, self._now)
        return self._now

    def run_due(self, *, outage: bool = False) -> list[Ran]:
        """Run what was due up to now, and return it in that order.

        Each tick runs at its own time, as if a scheduler and a worker had been there all
        along; so do retries. `outage`: as if the scheduler had started only now; what is
        late is then caught up with or missed, as the schedules say.
        """
        until, self._done = self._now, {}
        idle = 0
        try:
            while instant := next_instant(until):
                self._now = until if outage else instant
                idle = 0 if self._look() else idle + 1
                self._stop_if_endless(idle)
        finally:
            self._now = until
        self._ask_backends()
        ran = read(self._done)
        self._tell(report(ran, until))
        return ran

    def _look(self) -> bool:
        """One look of the scheduler, and the work of the worker until nothing is left.
        False if there was nothing to do."""
        released = release_retries(self._now)
        fired = fire_due(self._now, suspects=self._suspects)
        self._done |= {row.id: None for row in fired.rows}
        worked = False
        while run := first_pending():
            self._run(run)
            worked = True
        return bool(released or fired.schedules or worked)

    def _run(self, run: ScheduledRun) -> None:
        self._done[run.pk] = None
        claim = claim_run(run.pk, run.attempt, token=uuid.uuid4(), now=self._now)
        if claim is None:
            return
        around = partial(self._noting_errors, run.pk)
        outcome = outcome_of(claim, around_node=around)
        if outcome is not None:
            record_outcome(run.pk, token=claim.token, outcome=outcome, now=self._now)
        error = self._done[run.pk]
        if isinstance(error, KeyboardInterrupt):
            raise error

    def _ask_backends(self) -> None:
        """What has become of runs that a Task's own backend has."""
        asked = at_backends()
        poll_handed_over(self._now)
        self._done |= dict.fromkeys(asked - at_backends())

    @contextmanager
    def _noting_errors(self, run_id: UUID) -> Iterator[None]:
        try:
            with kept_usable():
                yield
        except BaseException as error:
            self._done[run_id] = error
            raise

    def _stop_if_endless(self, idle: int) -> None:
        if idle > PASSES_BEFORE_PAUSE:
            raise RuntimeError(
                "A schedule is due and cannot be fired: another transaction has locked its "
                "row. Let that transaction end before run_due()."
            )
        if len(self._done) > MOST_RUNS:
            raise RuntimeError(
                f"More than {MOST_RUNS:,} runs were due up to {shown(self._now)}. Travel in "
                "smaller steps, or call run_due(outage=True)."
            )
