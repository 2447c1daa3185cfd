"""Under `catchup_policy: all` a backlog drains in order and loses no tick, come what may."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schedules.policy.decide import decide
from schedules.policy.overlap import (
    MOST_WAITING,
    keeps_order,
    released,
    waits_behind_backlog,
)
from schedules.policy.types import OpenRuns, Rules
from schedules.timing import next_after
from tests.effort import some
from tests.schedules.policies import MINUTE, NOON, SECOND, every_minute, rules

BOUNDED = settings(
    max_examples=some(150), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@dataclass
class Run:
    tick: datetime
    origin: str
    status: str
    retries: bool = False  # it waits for its next attempt
    attempt: int = 1
    asked_to_end: bool = False


@dataclass
class Site:
    """One schedule and its ledger, carried on by the pure rules alone."""

    rules: Rules
    now: datetime = NOON
    frontier: datetime = NOON + MINUTE
    ledger: list[Run] = field(default_factory=list)
    started: list[datetime] = field(default_factory=list)

    @property
    def runs(self) -> OpenRuns:
        def count(*states: str, origins: str = "schedule catch_up") -> int:
            return sum(
                self._state(run) in states and run.origin in origins
                for run in self.ledger
            )

        return OpenRuns(
            pending=count("pending"),
            running=count("running"),
            retrying=count("retrying"),
            catching_up=count("pending", "running", "retrying", origins="catch_up"),
            waiting_live=count("waiting", origins="schedule"),
            waiting_late=count("waiting", origins="catch_up"),
        )

    @staticmethod
    def _state(run: Run) -> str:
        return "retrying" if run.retries else run.status

    def fire(self) -> None:
        before = self.runs
        decision = decide(self.rules, self.frontier, before, now=self.now)
        if decision.replaces:
            assert not waits_behind_backlog(self.rules, before, late=False)
            self._replace()
        for row in decision.rows:
            if row.reason == "overlap":
                assert row.overlapped
                full = row.overlapped.waiting >= MOST_WAITING
                assert full is (row.overlapped.rule == "max_waiting")
                # A tick is lost to overlap only where no backlog drains, or the line is full.
                assert full or not waits_behind_backlog(self.rules, before, late=False)
            self.ledger.append(Run(row.scheduled_for, row.origin, row.status))
        self.frontier = decision.frontier or self.frontier

    def _replace(self) -> None:
        for run in self.ledger:
            if run.status == "running":
                run.asked_to_end = True
            elif run.status in {"pending", "waiting"} and not (
                run.origin == "catch_up" and self._state(run) == "waiting"
            ):
                run.status, run.retries = "cancelled", False

    def start(self) -> None:
        for run in self.ledger:
            if run.status == "pending":
                run.status = "running"
                if run.attempt == 1:
                    self.started.append(run.tick)

    def end(self, status: str) -> None:
        for run in self.ledger:
            if run.status == "running":
                run.status = status
                if status == "failed" and run.attempt < 3 and not run.asked_to_end:
                    run.status, run.retries = "waiting", True
                    run.attempt += 1
        self._release()

    def retry(self) -> None:
        for run in self.ledger:
            if run.retries:
                run.status, run.retries = "pending", False

    def _release(self) -> None:
        may = released(self.rules.overlap, self.rules.max_open_runs, self.runs)
        line = [run for run in self.ledger if self._state(run) == "waiting"]
        in_order = keeps_order(self.rules.catchup, self.rules.overlap)
        line.sort(key=lambda run: (not in_order and run.origin != "schedule", run.tick))
        for run in line[: may.ticks]:
            run.status = "pending"

    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    def edit(self, overlap: str) -> None:
        self.rules = replace(self.rules, overlap=overlap)

    def check(self) -> None:
        ticks = [run.tick for run in self.ledger]
        assert len(ticks) == len(set(ticks))
        assert self.started == sorted(self.started)
        assert self.runs.open <= 1
        assert self.runs.waiting <= MOST_WAITING
        assert not [
            run
            for run in self.ledger
            if run.origin == "catch_up" and run.status == "cancelled"
            if not run.asked_to_end and run.tick not in self.started
        ]

    def finish(self) -> None:
        while self.runs.open or self.runs.waiting:
            self.retry()
            self.start()
            self.end("succeeded")


overlaps = st.sampled_from(["skip", "queue", "replace"])
steps = st.one_of(
    st.tuples(st.just("wait"), st.integers(1, 900)),
    st.tuples(st.just("wait"), st.integers(5_000, 9_000)),
    st.tuples(st.just("fire")),
    st.tuples(st.just("start")),
    st.tuples(st.just("end"), st.sampled_from(["succeeded", "failed", "cancelled"])),
    st.tuples(st.just("retry")),
)


@BOUNDED
@given(
    overlap=overlaps,
    jitter=st.sampled_from([0, 45]),
    taken=st.lists(steps | st.tuples(st.just("edit"), overlaps), max_size=60),
)
def test_whatever_happens_ticks_start_in_order_and_one_at_a_time(
    overlap: str, jitter: int, taken: list[tuple[object, ...]]
) -> None:
    site = Site(
        rules(
            overlap=overlap,
            catchup="all",
            jitter_seconds=jitter,
            catchup_window=timedelta(days=9),
        )
    )
    for name, *arguments in taken:
        getattr(site, str(name))(*arguments)
        site.check()
    caught_up = [run for run in site.ledger if run.origin == "catch_up"]
    site.finish()
    site.check()
    assert not [run for run in caught_up if run.tick not in site.started]


@BOUNDED
@given(
    overlap=overlaps,
    behind=st.integers(2, 20),
    work=st.lists(st.integers(1, 50), min_size=1, max_size=20),
    jitter=st.sampled_from([0, 45]),
)
def test_an_outage_costs_no_tick_where_the_work_keeps_up(
    overlap: str, behind: int, work: list[int], jitter: int
) -> None:
    """The scheduler is on time again, and the work takes less than the way to the next tick."""
    site = Site(rules(overlap=overlap, catchup="all", jitter_seconds=jitter))
    site.wait(60 * behind)
    ends_at, done = site.now, 0  # of the run under way
    while not _caught_up_with(site):
        site.fire()
        if site.runs.running and site.now >= ends_at:
            site.end("succeeded")
        if site.runs.pending:
            site.start()
            ends_at = site.now + work[done % len(work)] * SECOND
            done += 1
        site.now = min(site.rules.due_at(site.frontier), ends_at)
    site.check()
    first, last = site.started[0], site.started[-1]
    every = [tick for tick in _ticks_from(NOON + MINUTE, site.frontier) if tick <= last]
    assert first == every[0]
    assert site.started == every
    assert not [run for run in site.ledger if run.status == "skipped"]


def _caught_up_with(site: Site) -> bool:
    return bool(site.ledger) and not (site.runs.open or site.runs.waiting)


def _ticks_from(first: datetime, end: datetime) -> list[datetime]:
    ticks, tick = [], first
    while tick < end:
        ticks.append(tick)
        following = next_after(every_minute(), tick)
        assert following is not None
        tick = following
    return ticks
