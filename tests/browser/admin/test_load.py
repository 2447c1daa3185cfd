"""The load map in Chromium: a peak is moved, and the calendar shows where to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from schedules.models import ScheduledJob, ScheduledRun, UserProfile
from schedules.rq.heartbeat import beat
from schedules.services import Actor, pause_schedule
from schedules.services.insight import health
from tests.browser.accessibility import assert_accessible

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("one browser")]
LOAD = "/admin/ostinato_schedules/scheduledjob/load/"
CALENDAR = "/admin/ostinato_schedules/scheduledjob/calendar/"


@pytest.fixture
def signed_in(open_page, live_server):
    """A browser window in which a superuser is signed in, whose zone is Berlin."""
    boss = User.objects.create_superuser("boss")
    UserProfile.objects.create(user=boss, timezone="Europe/Berlin")
    client = Client()
    client.force_login(boss)
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value}

    def open_(address, *args):
        page = open_page(*args)
        page.context.add_cookies([session | {"url": live_server.url}])
        page.goto(address)
        return page

    return open_


@pytest.fixture
def peak(redis, make_schedule):
    """One worker, and six exports at 02:00 UTC, of five minutes each."""
    for kind in ("scheduler", "worker", "worker:workflows"):
        beat(redis, kind, "somebody")
    health.reset()
    begun = timezone.now() - timedelta(days=2)
    jobs = [
        make_schedule(
            begun, name=f"export {n}", cron_expression="0 2 * * *", timezone="UTC"
        )
        for n in range(6)
    ]
    ScheduledRun.objects.bulk_create(
        ScheduledRun(
            schedule=job,
            schedule_name=job.name,
            epoch=1,
            origin="schedule",
            scheduled_for=begun,
            due_at=begun,
            status="failed" if job is jobs[0] else "succeeded",
            failure_kind="node" if job is jobs[0] else "",
            started_at=begun,
            finished_at=begun + timedelta(minutes=5),
            created_at=begun,
        )
        for job in jobs
    )
    return jobs


@pytest.fixture
def rare(make_schedule, alice):
    """A weekly schedule, one that is paused, and one that the clock moves in Berlin."""
    now = timezone.now() - timedelta(days=9)
    make_schedule(now, name="weekly report", cron_expression="0 4 * * mon")
    paused = make_schedule(now, name="digest", cron_expression="0 7 * * *")
    pause_schedule(paused.pk, actor=Actor.person(alice), now=now, note="")
    make_schedule(
        now, name="nightly", cron_expression="30 2 * * *", timezone="Europe/Berlin"
    )


def test_a_peak_is_spread_after_a_review(signed_in, peak):
    page = signed_in(LOAD)
    expect(page.get_by_role("link", name="Every day, ")).to_be_visible()
    page.get_by_role("link", name="Review the 4 changes").click()
    expect(page.get_by_role("checkbox")).to_have_count(4)
    page.get_by_role("checkbox").first.uncheck()
    page.get_by_role("button", name="Move the schedules").click()
    expect(page.get_by_role("heading", name="Moved 3 schedules")).to_be_visible()
    moved = ScheduledJob.objects.exclude(cron_expression="0 2 * * *")
    assert sorted(moved.values_list("cron_expression", flat=True)) == [
        "15 2 * * *",
        "30 2 * * *",
        "45 2 * * *",
    ]
    page.get_by_role("link", name="Back to the load map").click()
    expect(page.get_by_role("heading", name="Peaks")).to_be_visible()


def test_the_calendar_is_walked_by_keyboard(signed_in, rare):
    page = signed_in(CALENDAR)
    page.get_by_role("link", name="Day", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**day=*")
    day = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("group", name="Show").get_by_role("link", name="Month").click()
    page.wait_for_url("**month=*")
    assert day.split()[-1] in page.get_by_role("heading", level=1).inner_text()


@pytest.mark.parametrize(
    ("width", "scheme"),
    [(360, "light"), (360, "dark"), (1280, "light"), (1920, "dark")],
)
def test_the_pages_are_accessible_and_fit(signed_in, peak, rare, width, scheme):
    page = signed_in(LOAD, width, scheme)
    month = f"{timezone.now():%Y-%m}"
    for address in (
        LOAD,
        f"{LOAD}?show=runs",
        f"{LOAD}?review=A",
        CALENDAR,
        f"{CALENDAR}?month={month}",
        f"{CALENDAR}?month=2031-03",
        f"{CALENDAR}?day=2031-03-30",
        f"{CALENDAR}?day={timezone.now() - timedelta(days=2):%Y-%m-%d}",
    ):
        page.goto(address)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_without_scripts_the_pages_work(signed_in, peak):
    page = signed_in(LOAD)
    cookies = page.context.cookies()
    context = page.context.browser.new_context(
        java_script_enabled=False, base_url=page.url.split("/admin")[0]
    )
    context.add_cookies(cookies)
    plain = context.new_page()
    plain.goto(f"{LOAD}?review=A")
    plain.get_by_role("button", name="Move the schedules").click()
    expect(plain.get_by_role("heading", name="Moved 4 schedules")).to_be_visible()
    context.close()
