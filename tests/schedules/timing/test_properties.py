"""What holds for every timing, at every start."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from schedules.timing import (
    CronTiming,
    IntervalTiming,
    TimingError,
    between,
    count,
    cron,
    describe,
    due_at,
    last_upto,
    newest,
    next_after,
    next_occurrences,
)
from schedules.timing.clock_changes import cron_ticks
from schedules.timing.days import matching_days
from schedules.timing.zones import check_timezone, timezone_names
from tests.effort import some
from tests.schedules.timing.sequences import MICROSECOND, at

# A busy machine is no failure, neither of an example nor of making one.
UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
BOUNDED = settings(UNTIMED, max_examples=some(70))
NEVER = datetime.max.replace(tzinfo=UTC)

zones = st.sampled_from(sorted(timezone_names()))
starts = st.timedeltas(timedelta(0), timedelta(days=90 * 365)).map(
    lambda since: at("1971-01-01") + since
)


@cache  # a strategy is checked once, and not for each example
def fields(low, high):
    number = st.integers(low, high)
    pair = st.tuples(number, number).map(sorted)
    item = st.one_of(
        st.just("*"),
        number.map(str),
        pair.map(lambda p: f"{p[0]}-{p[1]}"),
        st.integers(1, 20).map("*/{}".format),
        st.tuples(pair, st.integers(1, 9)).map(lambda p: f"{p[0][0]}-{p[0][1]}/{p[1]}"),
    )
    return st.lists(item, min_size=1, max_size=3).map(",".join)


DAYS = st.one_of(
    st.tuples(fields(1, 31), fields(0, 7)),
    st.sampled_from(
        [("L", "*"), ("15W", "?"), ("?", "fri#2"), ("LW", "*"), ("*", "L1")]
    ),
)
HOURS = fields(0, 23)


def expressions(hours=HOURS):
    parts = st.tuples(fields(0, 59), hours, DAYS, fields(1, 12))
    # One month always has 31 days, so that all of these can run.
    return parts.map(lambda p: f"{p[0]} {p[1]} {p[2][0]} {p[3]},1 {p[2][1]}")


def cron_timings(hours=HOURS):
    return st.builds(CronTiming, expressions(hours), zones)


interval_timings = st.builds(
    IntervalTiming,
    st.integers(1, 10**6),
    starts.map(lambda start: start.replace(microsecond=0)),
)
timings = st.one_of(cron_timings(), cron_timings(), interval_timings)


@BOUNDED
@given(timings, starts)
def test_ticks_are_after_the_start_and_increase(timing, start):
    ticks = between(timing, start, NEVER, 5)
    assert len(ticks) == 5
    assert [start, *ticks] == sorted({start, *ticks})


@BOUNDED
@given(timings, starts, st.floats(0, 1))
def test_a_restart_from_any_point_gives_the_rest(timing, start, share):
    ticks = between(timing, start, NEVER, 5)
    restart = start + (ticks[-1] - start) * share
    assert between(timing, restart, ticks[-1], 5) == [t for t in ticks if t > restart]
    assert newest(timing, restart, ticks[-1], 5) == [t for t in ticks if t > restart]


@BOUNDED
@given(timings, starts)
def test_forward_backward_and_counting_agree(timing, start):
    ticks = between(timing, start, NEVER, 4)
    assert newest(timing, start, ticks[-1], 9) == ticks
    assert count(timing, start, ticks[-1]) == 4
    assert last_upto(timing, ticks[-1] - MICROSECOND, start) == ticks[-2]


@BOUNDED
@given(cron_timings(hours=st.just("*")), starts)
def test_an_every_hour_job_reads_its_minute_at_every_tick(timing, start):
    minute = timing.expression.split()[0]
    in_utc = CronTiming(f"{minute} * * * *", "UTC")
    for tick in between(timing, start, NEVER, 3):
        reading = tick.astimezone(ZoneInfo(timing.timezone)).replace(tzinfo=UTC)
        assert last_upto(in_utc, reading) == reading


@BOUNDED
@given(fields(0, 59), starts, st.integers(-14, 12))
def test_an_every_hour_job_is_the_same_however_far_the_clock_is_off(
    minute, start, hours
):
    here = next_occurrences(f"{minute} * * * *", "UTC", start, 5)
    there = next_occurrences(f"{minute} * * * *", f"Etc/GMT{hours:+}", start, 5)
    assert here == there


@BOUNDED
@given(expressions(), zones, starts)
def test_spaces_case_and_redundancy_change_nothing(expression, zone, start):
    minute, *rest = expression.split()
    spelled = "\t".join([f"{minute},{minute}", *rest]).upper() + " "
    plain = next_occurrences(expression, zone, start, 3)
    assert next_occurrences(spelled, zone, start, 3) == plain


@BOUNDED
@given(timings, starts, st.integers(0, 10**6), st.text(max_size=9))
def test_jitter_keeps_the_order_of_ticks(timing, start, jitter, seed):
    tick = next_after(timing, start)
    due = due_at(timing, tick, seed=seed, jitter_seconds=jitter)
    assert due == due_at(timing, tick, seed=seed, jitter_seconds=jitter)
    assert timedelta(0) <= due - tick < max(timedelta(seconds=jitter), MICROSECOND)
    assert due < next_after(timing, tick)


@settings(UNTIMED, max_examples=some(200))
@given(
    st.one_of(
        st.text(max_size=300),
        st.text("0123456789*/,-LW#?@ monfrijan\t", max_size=210),
        st.lists(
            st.text("0123456789*/,-LW#?", max_size=40), min_size=5, max_size=5
        ).map(" ".join),
        expressions(),
    )
)
@example(",".join(f"{d}#5" for d in range(7)).join(["0 0 * 2 ", ""]))
@example("0 0 " + ",".join(f"{d}W" for d in range(1, 32)) + " 2 *")
@example("0 9 * * " + ",".join(f"{d}#{n}" for d in range(7) for n in range(1, 6)))
@example("0 0 31 " + "2,4,6,9,11," * 30 + "2 *")
@example("* * 29 2 */7")
@example("1" * 10**6)
@example("*," * 99 + "* * * * *")
def test_no_text_takes_long_to_accept_or_refuse(expression):
    def seconds():
        for remembered in (cron._parse, cron_ticks, matching_days):
            remembered.cache_clear()
        begin = time.thread_time()
        with suppress(TimingError):
            timing = CronTiming(expression, "Europe/Berlin")
            next_after(timing, at("2026-03-01"))
            describe(timing)
        return time.thread_time() - begin

    # A busy processor is slower for a while: the best of three counts.
    assert any(seconds() < 0.05 for _ in range(3))


@BOUNDED
@given(
    st.one_of(st.text(), st.sampled_from(["America", ".", "..", "/", "Etc/", "GMT+25"]))
)
def test_any_text_is_a_time_zone_or_is_refused(name):
    if name in timezone_names():
        assert check_timezone(name) == name
    else:
        with pytest.raises(TimingError):
            check_timezone(name)


def test_threads_do_not_disturb_each_other():
    jobs = [
        (expression, zone, at("2026-01-01") + timedelta(days=n))
        for n in range(40)
        for expression in ("*/5 9-17 * * 1-5", "0 0 1 * 1", "30 2 L * *")
        for zone in ("UTC", "America/New_York")
    ]
    alone = [next_occurrences(*job, 5) for job in jobs]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda job: next_occurrences(*job, 5), jobs * 4))
    assert together == alone * 4
