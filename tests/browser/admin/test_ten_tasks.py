"""Ten tasks of an operator's day, each from the overview, and what they cost in clicks and pages.

`docs/ten-tasks.md` compares them with Django's stock admin; here the clicks and pages of ours
are held to what it says.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Locator, expect
from redis import Redis

from schedules.models import ScheduledJob, ScheduledRun, ScheduleEvent
from schedules.rq.heartbeat import beat
from schedules.services import Actor, create_schedule
from schedules.services.insight import health
from tests.browser.admin.hand import Hand
from tests.browser.conftest import OpenPage
from tests.browser.test_admin_schedules import log_in
from tests.graphs import startable
from tests.sample_site.filling import fill_sample_site
from tests.schedules.runs import succeeded

pytestmark = [pytest.mark.xdist_group("one browser"), pytest.mark.slow]
TABLE = Path(__file__).parents[3] / "docs" / "ten-tasks.md"
EXPORT, SYNC = "Nightly invoice export", "Warehouse stock sync"
DAY = timedelta(days=1)


def fill(now: datetime) -> None:
    """The sample site, on which the export did not run last night; six reports run at 02:00
    with one worker; and the failing schedules have an error."""
    fill_sample_site(now)
    missed = ScheduledRun.objects.filter(schedule__name=EXPORT).latest("scheduled_for")
    row = ScheduledRun.objects.filter(pk=missed.pk)
    row.update(status="missed", reason="window", started_at=None, finished_at=None)
    failing = ScheduledJob.objects.filter(consecutive_failures__gte=2)
    failing.update(last_error="HTTP 503 from stock.example.com")
    owner = User.objects.get(username="mara")
    begun = now - 2 * DAY
    for number in range(6):
        fields = {
            "name": f"report {number}",
            "workflow": startable(f"Report {number}", owner),
            "cron_expression": "0 2 * * *",
            "timezone": "UTC",
        }
        job = create_schedule(fields, actor=Actor.person(owner), now=begun)
        succeeded(job, begun, minutes=5).save()
    for event in ScheduleEvent.objects.all()[:3]:
        last_month = now.replace(day=1) - 9 * DAY
        ScheduleEvent.objects.filter(pk=event.pk).update(created_at=last_month)


def nav(hand: Hand, name: str) -> None:
    bar = hand.page.get_by_role("navigation", name="Main")
    hand.click(bar.get_by_role("link", name=re.compile(f"^{name}")))


def menu(hand: Hand, name: str) -> Locator:
    return hand.page.locator(".o-filter > summary", has_text=name)


def find_why_last_nights_export_did_not_run(hand: Hand) -> None:
    nav(hand, "Schedules")
    hand.type(hand.page.locator("#searchbar"), "invoice export", enter=True)
    hand.click(hand.page.get_by_role("link", name="Missed"))
    expect(hand.page.locator("main")).to_contain_text(
        "It did not run: later than the catch-up window"
    )


def pause_all_of_a_tag(hand: Hand) -> None:
    nav(hand, "Schedules")
    hand.click(menu(hand, "Tag"))
    hand.click(hand.page.locator(".o-filter__list a:visible", has_text="finance"))
    hand.click(hand.page.locator("#action-toggle"))
    hand.click(hand.page.locator(".o-bulk").get_by_role("button", name="Pause…"))
    hand.type(hand.page.get_by_label("Note"), "until tomorrow")
    hand.click(hand.page.get_by_role("button", name=re.compile("^Pause ")))
    expect(hand.page.locator("h1")).to_contain_text(re.compile(r"Paused (\d+) of \1"))


def move_a_peak(hand: Hand) -> None:
    nav(hand, "Load map")
    hand.click(hand.page.get_by_role("link", name=re.compile("^Review the")).first)
    hand.click(hand.page.get_by_role("button", name="Move the schedules"))
    expect(hand.page.locator("h1")).to_contain_text("Moved ")


def decline_what_an_agent_proposed(hand: Hand) -> None:
    nav(hand, "Approvals")
    expect(hand.page.get_by_text("First runs")).to_be_visible()
    hand.click(hand.page.get_by_text("Decline…"))
    hand.type(hand.page.locator("#decline-note"), "not needed")
    hand.click(hand.page.get_by_role("button", name="Decline and delete"))
    expect(hand.page.locator(".messagelist")).to_contain_text("Declined")


def run_one_again_with_the_same_payload(hand: Hand) -> None:
    nav(hand, "Schedules")
    row = hand.page.get_by_role("row", name=SYNC)
    hand.click(row.get_by_role("link", name="Failed"))
    hand.click(hand.page.get_by_role("button", name=re.compile("^Run again")))
    expect(hand.page.locator(".messagelist")).to_contain_text("Started a run")


def find_all_failing_with_their_last_error(hand: Hand) -> None:
    hand.page.reload()  # the overview, from which all others begin
    failing = hand.page.get_by_role("region", name=re.compile("^Failing"))
    expect(failing.get_by_text("HTTP 503 from stock.example.com")).to_have_count(2)


def change_a_time_and_see_what_moves(hand: Hand) -> None:
    nav(hand, "Schedules")
    hand.click(hand.page.get_by_role("link", name="Search index rebuild", exact=True))
    hand.click(hand.page.locator("#settings-when > summary"))
    hand.type(hand.page.get_by_label("Cron expression"), "0 5 * * sun")
    expect(hand.page.locator("#form-moves")).to_contain_text("moves the next runs")
    hand.click(hand.page.get_by_role("button", name="Save changes"))
    expect(hand.page.locator(".messagelist")).to_contain_text("Next run")


def find_who_paused_it_and_why(hand: Hand) -> None:
    nav(hand, "Schedules")
    row = hand.page.get_by_role("row", name="Customer digest")
    expect(row).to_contain_text("Jonas Weber: waiting for the new template")


def export_last_months_trail(hand: Hand) -> None:
    nav(hand, "Audit trail")
    hand.click(menu(hand, "When"))
    hand.click(hand.page.locator(".o-filter__list a:visible", has_text="last month"))
    with hand.page.expect_download() as download:
        hand.click(hand.page.get_by_role("link", name="Export as CSV"))
    text = Path(download.value.path()).read_text()
    assert len(text.splitlines()) == 1 + 3


def see_what_runs_tonight(hand: Hand) -> None:
    nav(hand, "Calendar")
    hand.click(hand.page.get_by_role("link", name="Day", exact=True))
    expect(hand.page.locator("main")).to_contain_text("Month-end archive")
    # Until the morning, which is on the next day's page.
    hand.click(hand.page.locator("main .o-btns a").nth(2))
    expect(hand.page.locator("main")).to_contain_text("report 5")


TASKS: list[Callable[[Hand], None]] = [
    find_why_last_nights_export_did_not_run,
    pause_all_of_a_tag,
    move_a_peak,
    decline_what_an_agent_proposed,
    run_one_again_with_the_same_payload,
    find_all_failing_with_their_last_error,
    change_a_time_and_see_what_moves,
    find_who_paused_it_and_why,
    export_last_months_trail,
    see_what_runs_tonight,
]


def test_ten_tasks_take_as_many_clicks_and_pages_as_the_document_says(
    open_page: OpenPage, redis: Redis
) -> None:
    fill(timezone.now())
    page = open_page()
    log_in(page, "/admin/")
    counted = []
    for task in TASKS:
        for kind in ("scheduler", "worker", "worker:workflows"):
            beat(redis, kind, "somebody")
        health.reset()
        page.goto("/admin/")
        hand = Hand(page)
        task(hand)
        page.wait_for_load_state()
        page.remove_listener("load", hand._loaded)
        counted.append((hand.clicks, hand.pages))
    assert counted == documented()


def documented() -> list[tuple[int, int]]:
    """Clicks and pages of ours, in the order of the table."""
    rows = re.findall(
        r"^\| \d+ \|[^|]*\| (\d+) \|[^|]*\| (\d+) \|", TABLE.read_text(), re.MULTILINE
    )
    return [(int(clicks), int(pages)) for clicks, pages in rows]
