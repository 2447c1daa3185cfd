from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from schedules.models import ScheduledJob, ScheduledRun
from schedules.services import Actor, fire_due, pause_schedule, run_now
from tests.browser.conftest import OpenPage
from tests.browser.sign_in import sign_in
from tests.schedules.conftest import MakeSchedule

pytestmark = [pytest.mark.xdist_group("one browser"), pytest.mark.slow]
LIST = "/admin/ostinato_schedules/scheduledjob/"


@pytest.fixture
def schedule(make_schedule: MakeSchedule) -> ScheduledJob:
    # Made just now, as the pages see it: no tick of it has passed.
    now = timezone.now()
    make_schedule(now, name="other")
    return make_schedule(
        now, name="invoices", cron_expression="0 3 * * *", timezone="Asia/Kathmandu"
    )


def log_in(page: Page, address: str) -> None:
    User.objects.create_superuser("boss", password="boss-password")
    sign_in(page, address)


def test_the_buttons_of_a_row(open_page: OpenPage, schedule: ScheduledJob) -> None:
    page = open_page()
    log_in(page, LIST)
    row = page.get_by_role("row", name="invoices")
    press_all_three(page, row, "Active", "Paused")
    assert page.url.endswith(LIST)
    expect(row.get_by_role("link", name="Queued")).to_be_visible()
    assert ScheduledRun.objects.get().schedule_id == schedule.pk


def press_all_three(page: Page, place, active: str, paused: str) -> None:
    messages = page.locator(".messagelist")
    place.get_by_role("button", name="Pause").click()
    expect(messages).to_contain_text("Paused “invoices”.")
    expect(place).to_contain_text(paused)
    expect(place.get_by_role("button", name="Pause")).to_have_count(0)
    place.get_by_role("button", name="Resume").click()
    expect(messages).to_contain_text("Resumed “invoices”. Next run")
    expect(place).to_contain_text(active)
    place.get_by_title("Run now").click()
    expect(messages).to_contain_text("Started a run of “invoices”.")


def test_a_problem_is_shown_at_its_field(
    open_page: OpenPage, schedule: ScheduledJob
) -> None:
    page = open_page()
    log_in(page, f"{LIST}{schedule.pk}/change/")
    page.locator("#settings-when > summary").click()
    page.get_by_label("Cron expression").fill("0 0 30 2 *")
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator("#told-cron_expression .o-fault")).to_be_visible()
    page.get_by_label("Cron expression").fill("0 4 * * *")
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator(".messagelist")).to_contain_text("Saved invoices. Next run ")
    page.goto(LIST)
    expect(page.get_by_role("row", name="invoices")).to_contain_text("At 04:00")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_every_screen(
    open_page: OpenPage, schedule: ScheduledJob, alice: User, scheme: str
) -> None:
    actor = Actor.person(alice)
    run = run_now(schedule.pk, actor=actor, now=timezone.now())
    pause_schedule(schedule.pk, actor=actor, now=timezone.now(), note="until Monday")
    page = open_page(scheme=scheme)
    log_in(page, LIST)
    for address in (
        f"{LIST}add/",
        f"{LIST}{schedule.pk}/change/",
        f"{LIST}{schedule.pk}/delete/",
        "/admin/ostinato_schedules/scheduledrun/",
        f"/admin/ostinato_schedules/scheduledrun/{run.pk}/change/",
        "/admin/ostinato_schedules/scheduleevent/",
        "/admin/ostinato_schedules/scheduleepoch/",
        LIST,
    ):
        assert page.goto(address).status == 200
        for width in (360, 1280, 2560):
            page.set_viewport_size({"width": width, "height": 900})
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, address


def test_the_buttons_of_a_row_fit_the_screen_of_a_phone(
    open_page: OpenPage, schedule: ScheduledJob
) -> None:
    page = open_page(width=360)
    log_in(page, LIST)
    buttons = page.locator("#result_list button")
    expect(buttons).to_have_count(4)
    for button in buttons.all():
        box = button.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
        assert box["height"] >= 40  # for a thumb


def test_a_schedule_that_ended_is_copied_and_revived(
    open_page: OpenPage, make_schedule: MakeSchedule
) -> None:
    now = timezone.now()
    ended = make_schedule(now - timedelta(days=2), name="report", max_runs=1)
    fire_due(now)
    page = open_page()
    address = f"{LIST}{ended.pk}/change/"
    log_in(page, address)
    expect(page.get_by_text("This schedule has ended.")).to_be_visible()
    page.locator("#settings").get_by_role("button", name="Save as new").click()
    expect(page.get_by_text("Created report (copy).")).to_be_visible()
    expect(page.locator("h1")).to_have_text("report (copy)")
    page.goto(address)
    page.locator("#settings-limits > summary").click()
    page.get_by_label("Ends after").fill("5")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Saved report.")).to_be_visible()
    page.goto(LIST)
    row = page.get_by_role("row", name="report").filter(has_not_text="copy")
    expect(row).to_contain_text("Active")
    expect(row.get_by_role("button", name="Pause")).to_be_visible()
