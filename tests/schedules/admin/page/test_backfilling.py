"""Backfill on the page of a schedule: counted first, then started."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from schedules.models import ScheduledJob, ScheduledRun
from tests.schedules.admin.conftest import MakeStaff, page
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.runs import fire

LONG_AGO = NOON - timedelta(days=3650)
SPAN = {"from": "2026-11-23T12:00:00", "to": "2026-11-23T12:05:00"}


@pytest.fixture
def gappy(make_schedule: MakeSchedule) -> ScheduledJob:
    """Minutes 1 to 9 were missed, the tenth was caught up."""
    schedule = make_schedule(timezone="UTC")
    fire(10.75)
    return schedule


def counted(site: Client, schedule: ScheduledJob, **asked: str) -> str:
    answer = site.get(page(schedule), {**SPAN, **asked})
    assert answer.status_code == 200
    return answer.text.partition('id="backfill"')[2].partition("</section>")[0]


def press(site: Client, schedule: ScheduledJob, **sent: str) -> str:
    address = page(schedule, "backfill")
    answer = site.post(address, {**SPAN, **sent}, follow=True)
    assert answer.status_code == 200
    return " ".join(map(str, answer.context["messages"]))


def backfilled() -> int:
    return ScheduledRun.objects.filter(origin="backfill").count()


def test_the_runs_are_counted_before_anything_starts(
    site: Client, gappy: ScheduledJob
) -> None:
    text = counted(site, gappy)
    # Depending on the clock of the site, the year is told as well.
    for words in ("5 runs, Mon 23 Nov", ", 12:01 to Mon 23 Nov", ", 12:05, one after"):
        assert words in text
    assert "Start 5 runs" in text
    assert backfilled() == 0


@pytest.mark.heavy
def test_what_was_counted_is_started_once_with_the_note(
    site: Client, gappy: ScheduledJob
) -> None:
    assert press(site, gappy, note="gap") == "Backfilled 5 past runs."
    assert backfilled() == 5
    assert gappy.events.get(verb="backfill").note == "gap"
    assert "No past tick" in press(site, gappy)
    assert backfilled() == 5


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"from": "soon"}, "no valid time"),
        ({"to": ""}, "no valid time"),
        ({"to": "2026-02-30T10:00:00"}, "no valid time"),
        ({"to": "2020-01-01T10:00:00"}, "give a later one"),
        ({"from": "2026-11-23T12:10:00", "to": "2026-11-23T12:20:00"}, "No past tick"),
        ({"from": "0001-01-01T00:00:00"}, "outside the calendar"),
    ],
)
def test_a_span_without_runs_is_refused_with_the_reason(
    site: Client, gappy: ScheduledJob, asked: dict[str, str], problem: str
) -> None:
    text = counted(site, gappy, **asked)
    assert problem in text
    assert "Start" not in text.replace("Starts the runs", "")
    assert problem in press(site, gappy, **asked)
    assert backfilled() == 0


def test_times_are_read_by_the_clock_of_the_schedule(
    site: Client, gappy: ScheduledJob
) -> None:
    ScheduledJob.objects.filter(pk=gappy.pk).update(timezone="Asia/Tokyo")
    assert "No past tick" in counted(site, gappy, to="2026-11-23T20:00:00")
    span = {"from": "2026-11-23T21:00:00", "to": "2026-11-23T21:05:00"}
    assert ", 21:01 to" in counted(site, gappy, **span)


def test_it_is_for_those_who_may_and_where_there_are_ticks(
    make_staff: MakeStaff,
    site: Client,
    gappy: ScheduledJob,
    make_schedule: MakeSchedule,
) -> None:
    staff = make_staff("view", "run")
    assert counted(staff, gappy) == ""
    assert staff.post(page(gappy, "backfill"), SPAN).status_code == 403
    assert site.get(page(gappy, "backfill")).status_code == 405
    assert counted(site, make_schedule(schedule_type="manual")) == ""
    assert backfilled() == 0
