"""The calendar of schedules and runs in the database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from schedules.models import ScheduledJob, ScheduledRun
from schedules.services import Actor, pause_schedule
from schedules.services.insight.calendar import ledger
from schedules.services.insight.calendar.day import day_of, in_short
from schedules.services.insight.calendar.month import weeks
from tests.schedules.conftest import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
MONDAY = date(2026, 11, 23)  # that of NOON
BEGUN = NOON - timedelta(days=40)
_seconds = count()


def ran(schedule, at, status="succeeded", *, ticks=1):
    ScheduledRun.objects.create(
        schedule_id=schedule.pk,
        schedule_name=schedule.name,
        epoch=1,
        origin="schedule",
        scheduled_for=at,
        due_at=at,
        status=status,
        failure_kind="node" if status == "failed" else "",
        tick_count=ticks,
        range_end=at + timedelta(hours=1) if ticks > 1 else None,
        created_at=at,
    )


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def calendar(first=MONDAY, days=7, owner=None, zone="UTC"):
    return weeks(owner=owner, zone=zone, first=first, days=days, now=NOON).days


def told(day):
    return [f"{day.day.wall(e.at):%H:%M} {e.name} {e.kind}" for e in day.entries]


@pytest.fixture
def weekly(make_schedule):
    return make_schedule(
        now=BEGUN, name="weekly", cron_expression="0 4 * * mon,sun", timezone="UTC"
    )


@pytest.fixture
def daily(make_schedule):
    return make_schedule(
        now=BEGUN, name="daily", cron_expression="30 5 * * *", timezone="UTC"
    )


def test_what_is_rare_is_named_in_the_past_and_to_come(weekly, daily):
    ran(weekly, at("2026-11-23 04:00"), "failed")
    ran(daily, at("2026-11-23 05:30"))
    monday, *_, sunday = calendar()
    assert told(monday) == ["04:00 weekly failed"]
    assert monday.entries[0].is_run
    assert told(sunday) == ["04:00 weekly active"]
    assert (sum(monday.ran), sum(monday.failed), sum(monday.coming)) == (2, 1, 0)
    assert (sunday.coming[4], sunday.coming[5], sum(sunday.coming)) == (1, 1, 2)
    assert (monday.ran[4], monday.failed[4], monday.ran[5]) == (1, 1, 1)


def test_today_has_what_ran_and_what_is_left(make_schedule):
    hourly = make_schedule(now=BEGUN, cron_expression="10 * * * *", timezone="UTC")
    for hour in range(12):
        ran(hourly, at(f"2026-11-23 {hour:02}:10"))
    today = calendar()[0]
    assert sum(today.ran) == 12
    assert sum(today.coming) == 12
    assert today.coming[11:14] == [0, 1, 1]


def test_what_never_ran_is_not_counted_and_rare_ones_are_named(weekly):
    ran(weekly, at("2026-11-23 04:00"), "missed", ticks=3)
    today = calendar()[0]
    assert sum(today.ran) == 0
    assert told(today) == ["04:00 weekly missed"]


@pytest.mark.parametrize(
    ("zone", "day", "hour"),
    [
        ("UTC", 0, 20),
        ("Asia/Tokyo", 1, 5),
        ("Asia/Kathmandu", 1, 2),
        ("Australia/Lord_Howe", 1, 7),
        ("America/Los_Angeles", 0, 12),
    ],
)
def test_runs_are_on_the_day_and_in_the_hour_of_the_person(weekly, zone, day, hour):
    ran(weekly, at("2026-11-09 20:50"))
    found = calendar(first=date(2026, 11, 9), days=7, zone=zone)
    assert found[day].ran[hour] == 1
    assert [day for day, each in enumerate(found) if each.entries] == [day, 6] or zone


def test_a_schedule_that_has_ended_is_named_where_it_ran(make_schedule):
    once = make_schedule(now=BEGUN, name="once", run_at=at("2026-11-22 09:00"))
    ran(once, at("2026-11-22 09:00"))
    ScheduledJob.objects.update(
        status="stopped", reason_code="completed", last_run_at=at("2026-11-22 09:00")
    )
    found = calendar(first=date(2026, 11, 16))
    assert told(found[6]) == ["09:00 once succeeded"]


def test_only_what_the_person_may_see(weekly, alice, bob):
    ran(weekly, at("2026-11-23 04:00"))
    assert calendar(owner=alice.pk)[0].entries
    assert not any(day.entries or sum(day.ran) for day in calendar(owner=bob.pk))


def test_a_ledger_beyond_the_bound_is_counted_from_its_newest_rows_on(
    weekly, daily, monkeypatch
):
    monkeypatch.setattr(ledger, "MOST_COUNTED", 3)
    for day in range(16, 23):
        ran(daily, at(f"2026-11-{day} 05:30"))
    found = calendar(first=date(2026, 11, 16))
    assert [day.is_counted for day in found] == [False] * 4 + [True] * 3
    assert [sum(day.ran) for day in found] == [0, 0, 0, 0, 1, 1, 1]
    day = day_of(owner=None, zone="UTC", date_=date(2026, 11, 16), now=NOON)
    assert day.ran == 1


def test_a_change_of_a_schedule_is_seen_at_once(weekly, alice):
    assert told(calendar()[6]) == ["04:00 weekly active"]
    pause_schedule(weekly.pk, actor=Actor.person(alice), now=NOON, note="")
    assert told(calendar()[6]) == ["04:00 weekly paused"]
    assert sum(calendar()[6].coming) == 0


def test_a_day_lists_runs_by_time_and_frequent_ones_by_number(
    weekly, make_schedule, bob
):
    feed = make_schedule(
        now=BEGUN, name="feed", interval_seconds=900, anchor_at=at("2026-11-01 00:00")
    )
    for minute in range(0, 12 * 60, 15):
        when = at("2026-11-23 00:00") + timedelta(minutes=minute)
        ran(feed, when, "failed" if minute == 30 else "succeeded")
    ran(weekly, at("2026-11-23 04:00"))
    found = day_of(owner=None, zone="UTC", date_=MONDAY, now=NOON)
    assert [(e.name, e.kind) for e in found.entries] == [("weekly", "succeeded")]
    (frequent,) = found.frequent
    assert (frequent.name, frequent.ran, frequent.failed, frequent.coming) == (
        "feed",
        48,
        1,
        47,
    )
    assert (found.ran, found.failed, found.coming) == (49, 1, 47)
    nothing = day_of(owner=bob.pk, zone="UTC", date_=MONDAY, now=NOON)
    assert (nothing.entries, nothing.frequent, nothing.ran) == ([], [], 0)


def test_a_deleted_schedule_is_in_the_day_by_the_name_it_had(weekly):
    ran(weekly, at("2026-11-22 04:00"))
    weekly.delete()
    found = day_of(owner=None, zone="UTC", date_=date(2026, 11, 22), now=NOON)
    assert [entry.name for entry in found.entries] == ["weekly"]


def test_what_runs_together(weekly, make_schedule):
    make_schedule(now=BEGUN, name="other", cron_expression="0 4 * * *", timezone="UTC")
    ran(weekly, at("2026-11-22 04:00"))
    begins = at("2026-11-29 04:00")
    minute = timedelta(minutes=1)
    coming = in_short(owner=None, begins=begins, ends=begins + minute, now=NOON)
    assert [name for _, name, _ in coming.schedules] == ["other", "weekly"]
    begins = at("2026-11-22 04:00")
    past = in_short(owner=None, begins=begins, ends=begins + minute, now=NOON)
    assert [(name, runs) for _, name, runs in past.schedules] == [("weekly", 1)]


def test_the_queries_do_not_grow(weekly, make_schedule):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            calendar()
            day_of(owner=None, zone="UTC", date_=MONDAY, now=NOON)
        return len(captured)

    ran(weekly, at("2026-11-23 04:00"))
    few = queries()
    for number in range(10):
        other = make_schedule(
            now=BEGUN + timedelta(seconds=number), cron_expression="0 3 * * mon"
        )
        ran(other, at("2026-11-23 03:00") + timedelta(seconds=number))
    assert queries() == few == 10
