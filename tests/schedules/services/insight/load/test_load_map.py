"""The load map of schedules in the database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from schedules.models import ScheduledJob, ScheduledRun
from schedules.services import Actor, pause_schedule
from schedules.services.insight.load.durations import usual_seconds
from schedules.services.insight.load.load_map import load_map
from schedules.services.insight.load.suggestion import suggest
from tests.schedules.conftest import NOON
from workflows.run_on import RunOn

NIGHTLY = {"cron_expression": "0 2 * * *", "timezone": "UTC"}


def made(slots=1, owner=None, zone="UTC", now=NOON, **more):
    return load_map(owner=owner, zone=zone, slots=slots, now=now, **more)


def took(schedule, seconds, *, minutes=10, status="succeeded"):
    at = NOON - timedelta(minutes=minutes)
    return ScheduledRun.objects.create(
        schedule=schedule,
        schedule_name=schedule.name,
        epoch=1,
        origin="schedule",
        scheduled_for=at,
        due_at=at,
        status=status,
        started_at=at,
        finished_at=at + timedelta(seconds=seconds),
        failure_kind="node" if status == "failed" else "",
        created_at=at,
    )


def place_of(found, day, column):
    return next(
        place
        for place, cell in enumerate(found.grid)
        if (cell.day, cell.column) == (day, column)
    )


@pytest.mark.both_databases
def test_the_usual_length_is_the_average_of_the_newest_runs(make_schedule, monkeypatch):
    frequent, rare, new = (make_schedule(name=name) for name in "abc")
    for number, seconds in enumerate((10, 20.5, 30)):
        took(frequent, seconds, minutes=number)
    took(frequent, 50, minutes=5, status="failed")
    took(rare, 7, minutes=500)
    ids = [frequent.pk, rare.pk, new.pk]
    usual = usual_seconds(ids, NOON)
    assert usual == {
        frequent.pk: pytest.approx(27.625, abs=0.01),
        rare.pk: pytest.approx(7, abs=0.01),
    }
    monkeypatch.setattr("schedules.services.insight.load.durations.SAMPLE", 2)
    with CaptureQueriesContext(connection) as queries:
        usual = usual_seconds(ids, NOON)
    assert len(queries) == 3
    assert usual[frequent.pk] == pytest.approx(15.25, abs=0.01)
    assert usual[rare.pk] == pytest.approx(7, abs=0.01), "its last run"


def test_a_map_of_seven_days_begins_with_what_is_left_of_today(make_schedule):
    make_schedule(**NIGHTLY)
    found = made()
    assert [day.date.isoformat() for day in found.days][::6] == [
        "2026-11-23",
        "2026-11-29",
    ]
    assert found.load.begins == NOON
    assert found.load.quarters == 6 * 96 + 48
    assert [place for place, runs in enumerate(found.load.runs) if runs] == [
        place_of(found, day, 8) for day in range(1, 7)
    ]
    assert found.begins(place_of(found, 1, 8)) == NOON + timedelta(hours=14)


@pytest.mark.django_db
def test_in_the_last_hour_of_a_day_it_begins_with_the_next():
    assert made(now=NOON.replace(hour=22, minute=59)).days[0].date.day == 23
    assert made(now=NOON.replace(hour=23)).days[0].date.day == 24
    assert made(now=NOON.replace(hour=23), zone="Asia/Tokyo").days[0].date.day == 24


def test_only_active_schedules_and_those_that_one_may_see_count(
    make_schedule, alice, bob
):
    make_schedule(**NIGHTLY)
    paused = make_schedule(**NIGHTLY)
    pause_schedule(paused.pk, actor=Actor.person(alice), now=NOON, note="")
    assert made().schedules == 1
    assert made(owner=alice.pk).schedules == 1
    assert made(owner=bob.pk).schedules == 0


def test_a_zone_that_is_gone_is_left_out(make_schedule):
    make_schedule(**NIGHTLY)
    ScheduledJob.objects.update(timezone="Europe/Atlantis")
    found = made()
    assert (found.schedules, found.left_out) == (0, 1)


def test_what_a_backend_runs_holds_no_worker(make_schedule):
    took(make_schedule(**NIGHTLY), 600)
    ScheduledJob.objects.update(run_on=RunOn.BACKEND)
    found = made()
    assert sum(found.load.runs) == 6
    assert sum(found.load.seconds) == 0


def test_peaks_are_described_by_the_schedules_that_make_them(make_schedule):
    for number in range(4):
        took(make_schedule(name=f"export {number}", **NIGHTLY), 400)
    took(make_schedule(name="steady", cron_expression="*/5 * * * *"), 1)
    weekly = make_schedule(name="report", cron_expression="0 7 * * wed", timezone="UTC")
    took(weekly, 899)
    (first, second) = made().peaks
    assert (first.peak.letter, first.schedules, first.at_once) == ("A", 4, 4)
    assert first.runs == 7
    assert first.busy == pytest.approx(1603 / 900, abs=0.01)
    assert first.seconds == pytest.approx(400, abs=0.1)
    assert first.names == ()
    assert second.names == ("report",)


def test_the_length_in_a_peak_is_that_of_the_schedules_it_names(make_schedule):
    for number in range(3):
        took(make_schedule(name=f"export {number}", **NIGHTLY), 30)
    took(make_schedule(name="index", **NIGHTLY), 890)
    peak = made().peaks[0]
    assert (peak.names, peak.schedules) == (("index",), 4)
    assert peak.seconds == pytest.approx(890, abs=0.1)


def test_without_workers_nothing_is_a_peak(make_schedule):
    took(make_schedule(**NIGHTLY), 800)
    assert made(slots=0).peaks == []


def test_by_runs_each_is_an_average_one(make_schedule):
    for number in range(3):
        took(make_schedule(**NIGHTLY), 100 + 100 * number)
    found = made(by_runs=True)
    assert found.seconds == pytest.approx(200, abs=0.1)
    assert found.limit_runs == pytest.approx(4.5, abs=0.01)
    assert found.values[place_of(found, 1, 8)] == 3
    assert found.load.seconds[place_of(found, 1, 8)] == pytest.approx(600, abs=0.1)


def test_a_change_makes_another_map_at_once(make_schedule, alice):
    make_schedule(**NIGHTLY)
    first = made()
    assert made() is first
    assert made(now=NOON + timedelta(minutes=1)) is not first
    make_schedule(now=NOON + timedelta(seconds=1), **NIGHTLY)
    assert made().schedules == 2


def test_moves_are_suggested_for_what_the_person_may_change(make_schedule):
    nightly = [make_schedule(name=f"export {n}", **NIGHTLY) for n in range(4)]
    for schedule in nightly:
        took(schedule, 400)
    found = made()
    mine = nightly[1].pk
    suggestion = suggest(
        found, found.peaks[0], may_change=lambda s: s.pk == mine, now=NOON
    )
    (suggested,) = suggestion.moves
    assert suggested.schedule.pk == mine
    assert suggested.move.minutes == 15
    assert suggested.at == NOON + timedelta(hours=14)
    assert suggested.then == suggested.next_then == NOON + timedelta(hours=14.25)
    assert (suggestion.movable, suggestion.staying) == (1, 3)
    everybody = suggest(found, found.peaks[0], may_change=lambda s: True, now=NOON)
    assert len(everybody.moves) == 3
    assert max(everybody.after.seconds) <= 900


def test_the_queries_are_the_same_for_any_number_of_schedules(make_schedule):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            found = made()
            suggest(found, found.peaks[0], may_change=lambda s: True, now=NOON)
        return len(captured)

    make_schedule(name="has not run yet", **NIGHTLY)
    for _ in range(3):
        took(make_schedule(**NIGHTLY), 800)
    few = queries()
    for _ in range(10):
        took(make_schedule(**NIGHTLY), 700)
    assert queries() == few == 6
