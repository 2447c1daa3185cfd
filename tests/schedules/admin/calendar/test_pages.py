"""The pages of the calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from schedules.models import ScheduledRun, UserProfile
from schedules.services import Actor, pause_schedule
from schedules.timing import zones

ZONE = "Europe/Berlin"
CALENDAR = "/admin/ostinato_schedules/scheduledjob/calendar/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def weekly(make_schedule):
    return make_schedule(
        now=timezone.now() - timedelta(days=30),
        name="weekly <i>report</i>",
        cron_expression="0 4 * * mon",
        timezone="Europe/Berlin",
    )


def ahead():
    """The first of March after next: a month that is not there yet."""
    return date(timezone.now().year + 2, 3, 1)


def clock_change(*, forward):
    """A day to come on which the clocks of Berlin are changed."""
    after = timezone.now() + timedelta(days=365)
    changes = zones.offset_changes(ZONE, after, after + timedelta(days=800))
    return next(c.old.date() for c in changes if (c.new > c.old) == forward)


@pytest.fixture
def in_berlin(boss):
    UserProfile.objects.create(user=boss, timezone="Europe/Berlin")


def test_a_month_has_all_its_days_from_monday_on(site, weekly, in_berlin):
    first = ahead()
    page = site.get(CALENDAR, {"month": f"{first:%Y-%m}"})
    text = page.text
    assert f"<h1>March {first.year}</h1>" in text
    assert (
        text.index(">Mon</div>") < text.index(">Tue</div>") < text.index(">Sun</div>")
    )
    days = text.count('class="o-day ')
    assert days in (35, 42)
    assert text.count("o-day--out") == days - 31
    assert text.count("weekly &lt;i&gt;report&lt;/i&gt;</span>") == days / 7
    assert "<i>report" not in text
    assert f"?month={first.year}-02" in text
    assert f"?month={first.year}-04" in text
    assert len(page.content) < 300_000


def test_this_month_marks_today(site, weekly):
    text = site.get(CALENDAR).text
    assert text.count('aria-current="date"') == 1
    assert text.count("o-day--today") == 1
    assert " left<" in text


def test_what_does_not_run_is_marked(site, weekly, alice):
    pause_schedule(weekly.pk, actor=Actor.person(alice), now=timezone.now(), note="")
    text = site.get(CALENDAR, {"month": f"{ahead():%Y-%m}"}).text
    assert 'o-tick o-tick--paused" href' in text


def test_a_day_of_23_hours(site, make_schedule, in_berlin):
    for number in range(4):
        make_schedule(
            name=f"job {number}", cron_expression="30 2 * * *", timezone="Europe/Berlin"
        )
    day = clock_change(forward=True)
    text = site.get(CALENDAR, {"day": f"{day}"}).text
    assert f"<h1>Sunday {day.day} March {day.year}</h1>" in text
    assert "4 runs, 4 of them moved. This day has 23 hours in Berlin." in text
    assert "02:00 to 03:00 does not exist." in text
    assert "Clocks go from 02:00 CET to 03:00 CEST" in text
    assert "4 schedules, moved from 02:30" in text
    assert text.count("o-hours__cell") == 23


def test_a_day_of_25_hours(site, weekly, in_berlin):
    text = site.get(CALENDAR, {"day": f"{clock_change(forward=False)}"}).text
    assert "This day has 25 hours in Berlin." in text
    assert "02:00 to 03:00 happens twice." in text
    assert "<time>02:00 CEST</time>" in text
    assert "<time>02:00 CET</time>" in text
    assert text.count("o-hours__cell") == 25


def test_schedules_that_begin_together_are_listed_on_their_own(site, make_schedule):
    for number in range(4):
        make_schedule(name=f"job {number}", cron_expression="0 3 * * *", timezone="UTC")
    day = ahead()
    minute = f"from={day:%Y%m%d}T0300&amp;to={day:%Y%m%d}T0301"
    link = f"?day={day}&amp;{minute}#together"
    assert f'href="{CALENDAR}{link}"' in site.get(CALENDAR, {"day": f"{day}"}).text
    text = site.get(CALENDAR + link.replace("&amp;", "&")).text
    assert text.count(">job ") == 4


def test_past_runs_have_their_outcome(site, weekly):
    at = timezone.now() - timedelta(hours=2)
    run = ScheduledRun.objects.create(
        schedule=weekly,
        schedule_name=weekly.name,
        epoch=1,
        origin="schedule",
        scheduled_for=at,
        due_at=at,
        status="failed",
        failure_kind="node",
        created_at=at,
    )
    text = site.get(CALENDAR, {"day": f"{at:%Y-%m-%d}"}).text
    assert f"/scheduledrun/{run.pk}/change/" in text
    assert "#s-failed" in text
    assert "1 run, 1 failed" in text
    assert "1 failed" in site.get(CALENDAR, {"month": f"{at:%Y-%m}"}).text


@pytest.mark.parametrize(
    "query",
    [
        {"month": "2026-13"},
        {"month": "0001-01"},
        {"day": "today"},
        {"day": "9999-12-31"},
        {"day": "2026-02-30"},
        {"day": "2026-02-01", "from": "x"},
        {"day": "2026-02-01", "from": "20260201T0000", "to": "20270201T0000"},
        {"day": "2026-02-01", "from": "20260201T0000", "to": "20260201T0000"},
    ],
)
def test_what_is_no_time_is_not_found(site, query):
    assert site.get(CALENDAR, query).status_code == 404


@pytest.mark.heavy
def test_the_first_and_the_last_year(site):
    for month in ("1970-01", "2199-12"):
        assert site.get(CALENDAR, {"month": month}).status_code == 200
    for day in ("1970-01-01", "2199-12-31"):
        assert site.get(CALENDAR, {"day": day}).status_code == 200


def test_staff_without_permissions_see_only_their_own(make_staff, weekly):
    assert (
        "weekly" not in make_staff().get(CALENDAR, {"month": f"{ahead():%Y-%m}"}).text
    )


@pytest.mark.heavy
def test_a_busy_hour_has_room_for_some_and_says_how_many_more(site, make_schedule):
    for minute in range(0, 60, 2):
        make_schedule(
            name=f"at {minute}", cron_expression=f"{minute} 3 * * *", timezone="UTC"
        )
    text = site.get(CALENDAR, {"day": f"{ahead()}"}).text
    assert "and 10 more" in text
    assert text.count('class="o-slot ') == 21 - 1


@pytest.mark.heavy
def test_the_queries_do_not_grow_with_the_schedules(site, weekly, make_schedule):
    def queries(**query):
        with CaptureQueriesContext(connection) as captured:
            assert site.get(CALENDAR, query).status_code == 200
        return len(captured)

    few = queries(), queries(day=f"{ahead()}")
    for _ in range(10):
        make_schedule(cron_expression="0 3 * * mon", timezone="UTC")
    assert (queries(), queries(day=f"{ahead()}")) == few
    assert max(few) <= 14
