"""Whatever happens to a schedule, each of its ticks is in the ledger exactly once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schedules.policy.decide import decide, passed_over, resume
from schedules.policy.types import Decision, LedgerRow, OpenRuns, Rules
from schedules.timing import (
    CronTiming,
    IntervalTiming,
    OnceTiming,
    Timing,
    between,
    next_after,
)
from tests.effort import some
from tests.schedules.timing.sequences import MICROSECOND, at

# The night before the clocks of Berlin go forward.
START = at("2026-03-28")
BOUNDED = settings(
    max_examples=some(150), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)

instants = st.integers(0, 4 * 1440).map(lambda n: START + timedelta(minutes=n))
timings: st.SearchStrategy[Timing] = st.one_of(
    st.builds(IntervalTiming, st.sampled_from([60, 97, 600, 86_400]), instants),
    st.builds(OnceTiming, instants),
    st.builds(
        CronTiming,
        st.sampled_from(["*/7 * * * *", "30 2 * * *", "0 * * * *", "@daily"]),
        st.sampled_from(["Europe/Berlin", "Australia/Lord_Howe", "UTC"]),
        start_at=st.none() | instants,
        end_at=st.none() | st.just(START + timedelta(days=5)),
    ),
)
open_runs = st.sampled_from(
    [
        OpenRuns(),
        OpenRuns(waiting_live=1),
        OpenRuns(pending=1),
        OpenRuns(running=1),
        OpenRuns(running=1, waiting_live=1),
        OpenRuns(retrying=1, catching_up=1, waiting_late=99),
        OpenRuns(running=1, waiting_live=1, waiting_late=99),
        OpenRuns(pending=3, running=2),
    ]
)
catch_ups = st.sampled_from(["latest", "all", "none"])
policies_of_all_kinds = st.fixed_dictionaries(
    {
        "jitter": st.sampled_from([0, 45, 4_000]),
        "overlap": st.sampled_from(["skip", "queue", "allow", "replace"]),
        "catchup": catch_ups,
        "window": st.sampled_from([0, 300, 3_600, 10**7]),
        "max_runs": st.none() | st.integers(1, 200),
        "max_open_runs": st.sampled_from([0, 1, 6, 100]),
    }
)
steps = st.one_of(
    # A clock set back is a negative wait.
    st.tuples(st.just("wait"), st.integers(-7_200, 130_000)),
    st.tuples(st.just("fire"), open_runs),
    st.tuples(st.just("pause"), st.none()),
    st.tuples(st.just("resume"), catch_ups),
    st.tuples(st.just("edit"), timings),
)


@dataclass
class Epoch:
    timing: Timing
    from_at: datetime
    to_at: datetime | None = None
    rows: list[LedgerRow] = field(default_factory=list)


class Schedule:
    """A schedule without a database: the verbs as the services carry them out."""

    def __init__(self, timing: Timing, **policies: object) -> None:
        self.policies = policies
        self.epochs = [Epoch(timing, START)]
        self.frontier = next_after(timing, START)
        self.fired = 0
        self.now = START
        self.status = "active" if self.frontier else "stopped"

    @property
    def rules(self) -> Rules:
        limit = self.policies["max_runs"]
        return Rules(
            timing=self.epochs[-1].timing,
            seed="seed",
            jitter_seconds=self.policies["jitter"],
            overlap=self.policies["overlap"],
            max_open_runs=self.policies["max_open_runs"],
            catchup=self.policies["catchup"],
            catchup_window=timedelta(seconds=self.policies["window"]),
            runs_left=None if limit is None else limit - self.fired,
            live_for=timedelta(seconds=30),
        )

    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds, microseconds=1)

    def fire(self, runs: OpenRuns) -> None:
        if self.status == "active":
            self._apply(decide(self.rules, self.frontier, runs, now=self.now))

    def pause(self, _: None) -> None:
        if self.status == "active":
            self.status = "paused"

    def resume(self, catch_up: str) -> None:
        if self.status == "paused":
            self.status = "active"
            decision = resume(
                self.rules, self.frontier, OpenRuns(), catch_up, now=self.now
            )
            self._apply(decision)

    def edit(self, timing: Timing) -> None:
        if self.status == "stopped":
            return
        old = self.epochs[-1]
        row = passed_over(self.rules, self.frontier, now=self.now, reason="edited")
        recorded = self.rows() + ([row] if row else [])
        closed = max([self.now, old.from_at, *map(_last_tick, recorded)])
        first = next_after(timing, closed)
        if first is None:
            return  # refused
        old.rows += [row] if row else []
        old.to_at, self.frontier = closed, first
        self.epochs.append(Epoch(timing, closed))

    def rows(self) -> list[LedgerRow]:
        return [row for epoch in self.epochs for row in epoch.rows]

    def _apply(self, decision: Decision) -> None:
        self.epochs[-1].rows += decision.rows
        self.frontier = decision.frontier
        self.fired += decision.fired
        if decision.ended:
            self.status = "stopped"
        else:
            assert decision.next_run_at >= decision.frontier > START


def _last_tick(row: LedgerRow) -> datetime:
    return row.range_end or row.scheduled_for


def _ticks_of(row: LedgerRow, timing: Timing) -> list[datetime]:
    """The ticks that a row stands for; its count must be theirs."""
    first = row.scheduled_for
    ticks = between(timing, first - MICROSECOND, _last_tick(row), row.tick_count + 1)
    assert (ticks[0], ticks[-1], len(ticks)) == (
        first,
        _last_tick(row),
        row.tick_count,
    )
    return ticks


def _assert_conserved(schedule: Schedule) -> None:
    for epoch in schedule.epochs:
        upto = epoch.to_at or (
            schedule.frontier - MICROSECOND if schedule.frontier else at("2027-01-01")
        )
        held = [tick for row in epoch.rows for tick in _ticks_of(row, epoch.timing)]
        assert sorted(held) == between(epoch.timing, epoch.from_at, upto, 100_000)
    named = [row.scheduled_for for row in schedule.rows()]
    assert len(named) == len(set(named))


@BOUNDED
@given(
    timing=timings,
    policies=policies_of_all_kinds,
    taken=st.lists(steps, max_size=14),
)
def test_every_tick_is_in_the_ledger_exactly_once(
    timing: Timing, policies: dict[str, object], taken: list[tuple[str, object]]
) -> None:
    schedule = Schedule(timing, **policies)
    for name, argument in taken:
        getattr(schedule, name)(argument)
        if schedule.status != "stopped":
            assert schedule.frontier is not None
    _assert_conserved(schedule)
    limit = policies["max_runs"]
    fired = [row for row in schedule.rows() if row.status in {"pending", "waiting"}]
    assert len(fired) == schedule.fired
    assert limit is None or schedule.fired <= limit


@BOUNDED
@given(timing=timings, seconds=st.integers(0, 400_000), catchup=catch_ups)
def test_firing_often_or_seldom_leaves_the_same_ticks_and_nothing_twice(
    timing: Timing, seconds: int, catchup: str
) -> None:
    """Whoever asks again, at any time up to now, gets nothing more."""
    policies = {"jitter": 0, "overlap": "skip", "window": 3_600, "max_runs": None}
    policies |= {"max_open_runs": 100}
    schedule = Schedule(timing, catchup=catchup, **policies)
    schedule.wait(seconds)
    schedule.fire(OpenRuns())
    before = schedule.rows()
    schedule.fire(OpenRuns())
    schedule.wait(-min(seconds, 3_600))
    schedule.fire(OpenRuns())
    assert schedule.rows() == before


@BOUNDED
@given(
    timing=timings,
    policies=policies_of_all_kinds,
    runs=open_runs,
    seconds=st.integers(0, 40),
    share=st.floats(0, 1),
)
def test_a_decision_is_the_same_at_any_time_at_which_it_is_said_to_hold(
    timing: Timing,
    policies: dict[str, object],
    runs: OpenRuns,
    seconds: int,
    share: float,
) -> None:
    schedule = Schedule(timing, **policies)
    if schedule.frontier is None:
        return
    due = schedule.rules.due_at(schedule.frontier)
    now = due + timedelta(seconds=seconds)
    decision = decide(schedule.rules, schedule.frontier, runs, now=now)
    if decision.holds_until is None:
        return
    later = now + share * (decision.holds_until - now)
    for moment in (due, later, decision.holds_until):
        assert decide(schedule.rules, schedule.frontier, runs, now=moment) == decision


def test_a_decision_holds_until_its_tick_is_late_or_the_next_is_due() -> None:
    rare, frequent = (
        Schedule(
            IntervalTiming(seconds, START),
            jitter=0,
            overlap="skip",
            catchup="latest",
            window=3_600,
            max_runs=None,
            max_open_runs=100,
        )
        for seconds in (86_400, 10)
    )
    held = [
        decide(each.rules, each.frontier, OpenRuns(), now=each.frontier).holds_until
        - each.frontier
        for each in (rare, frequent)
    ]
    assert held == [timedelta(seconds=30), timedelta(seconds=10) - MICROSECOND]
