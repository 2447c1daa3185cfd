from __future__ import annotations

from datetime import timedelta

from schedules.timing import CronTiming, IntervalTiming, OnceTiming, due_at, next_after
from tests.schedules.timing.sequences import at

TICK = at("2026-11-23T10:00")
HOURLY = IntervalTiming(3600, TICK)


def delay(timing=HOURLY, tick=TICK, *, seed="a", jitter_seconds):
    return due_at(timing, tick, seed=seed, jitter_seconds=jitter_seconds) - tick


def test_without_jitter_a_tick_is_due_at_its_own_time():
    assert delay(jitter_seconds=0) == timedelta(0)


def test_the_delay_is_the_same_each_time_and_in_each_process():
    assert delay(jitter_seconds=60) == timedelta(seconds=45.471328)


def test_the_same_instant_in_another_zone_has_the_same_delay():
    elsewhere = TICK.astimezone(at("2026-01-01T00:00+05:45").tzinfo)
    assert delay(tick=elsewhere, jitter_seconds=60) == delay(jitter_seconds=60)


def test_schedules_and_ticks_are_spread_evenly():
    delays = [delay(seed=str(n), jitter_seconds=60).total_seconds() for n in range(900)]
    assert all(0 <= d < 60 for d in delays)
    assert len(set(delays)) == len(delays)
    assert all(
        60 < sum(low <= d < low + 6 for d in delays) < 130 for low in range(0, 60, 6)
    )
    assert delay(jitter_seconds=60) != delay(
        tick=TICK + timedelta(hours=1), jitter_seconds=60
    )


def test_the_delay_ends_before_the_next_tick():
    for minute in range(300):
        every_minute = CronTiming("* * * * *", "Europe/Berlin")
        tick = TICK + timedelta(minutes=minute)
        due = due_at(every_minute, tick, seed="a", jitter_seconds=86400)
        assert tick <= due < next_after(every_minute, tick)


def test_the_last_tick_has_the_whole_jitter():
    delays = [
        delay(OnceTiming(TICK), seed=str(n), jitter_seconds=86400) for n in range(50)
    ]
    assert timedelta(hours=20) < max(delays) < timedelta(days=1)
