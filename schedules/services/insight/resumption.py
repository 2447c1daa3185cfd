"""What resuming a schedule does with the ticks that passed: decided for the verb, and told
before it for each choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from schedules import timing
from schedules.exceptions import InvalidSchedule
from schedules.models import CatchupPolicy, ScheduledJob
from schedules.policy import decide
from schedules.policy.early import passing_over
from schedules.policy.types import MICROSECOND, Decision, OpenRuns, Rules
from schedules.services.due import rules_of
from schedules.services.ledger import ledger
from schedules.services.ledger.early import EarlyTicks, early_ticks
from schedules.timing import TimingError

MOST_NAMED = 3  # so many of the ticks that passed are named


@dataclass(frozen=True, slots=True)
class Resumption:
    """The decision, and the rules and early ticks that it is based on."""

    decision: Decision
    rules: Rules
    early: EarlyTicks


@dataclass(frozen=True, slots=True)
class Choice:
    """What one choice would do: the ticks that run (the first and last of them), the next run
    after them, and whether the schedule ends."""

    runs: int
    first: datetime | None
    last: datetime | None
    next_run_at: datetime | None
    ends: bool


@dataclass(frozen=True, slots=True)
class Passed:
    """The ticks that passed meanwhile: how many, the newest of them, and each choice."""

    count: int
    newest: list[datetime]
    choices: Mapping[CatchupPolicy, Choice]


def foreseen(
    schedule: ScheduledJob,
    catch_up: str,
    *,
    now: datetime,
    open_runs: OpenRuns | None = None,
) -> Resumption:
    """What resuming at `now` with this choice decides. Writes nothing.

    Raises `InvalidSchedule` if the timing is no longer valid.
    """
    if open_runs is None:
        open_runs = _open_runs(schedule)
    try:
        rules = rules_of(schedule)
    except TimingError as error:
        raise InvalidSchedule(errors={error.field: [str(error)]}) from error
    decision = decide.resume(rules, schedule.next_tick_at, open_runs, catch_up, now=now)
    early = early_ticks(schedule)
    return Resumption(passing_over(rules, decision, early), rules, early)


def passed_meanwhile(schedule: ScheduledJob, *, now: datetime) -> Passed:
    """What each choice would do if the schedule were resumed at `now`.

    Raises `InvalidSchedule` if its timing is no longer valid.
    """
    open_runs = _open_runs(schedule)
    found = {
        choice: foreseen(schedule, choice, now=now, open_runs=open_runs)
        for choice in CatchupPolicy
    }
    of_none = found[CatchupPolicy.NONE]
    count = sum(row.tick_count for row in of_none.decision.rows)
    newest: list[datetime] = []
    if count and schedule.next_tick_at is not None:
        row = of_none.decision.rows[-1]
        newest = timing.newest(
            of_none.rules.timing,
            schedule.next_tick_at - MICROSECOND,
            row.range_end or row.scheduled_for,
            MOST_NAMED,
        )
    choices = {choice: _told(each.decision) for choice, each in found.items()}
    return Passed(count, newest, choices)


def _open_runs(schedule: ScheduledJob) -> OpenRuns:
    return ledger.open_runs([schedule.id]).get(schedule.id, ledger.NOTHING_OPEN)


def _told(decision: Decision) -> Choice:
    run = [row.scheduled_for for row in decision.rows if row.status in decide.FIRED]
    return Choice(
        runs=len(run),
        first=min(run, default=None),
        last=max(run, default=None),
        next_run_at=None if decision.ended else decision.next_run_at,
        ends=bool(decision.ended),
    )
