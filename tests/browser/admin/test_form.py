"""A person makes and changes a schedule by its form, in a real browser."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from schedules.models import ScheduledJob
from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import OpenPage
from tests.browser.sign_in import sign_in
from tests.browser.test_admin_schedules import LIST
from tests.schedules.conftest import MakeSchedule
from workflows.models import Workflow

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("one browser")]
ADD = f"{LIST}add/"


@pytest.fixture
def boss(transactional_db: None, workflow: Workflow) -> User:
    return User.objects.create_superuser("boss", password="boss-password")


@pytest.fixture
def schedule(boss: User, make_schedule: MakeSchedule) -> ScheduledJob:
    now: datetime = timezone.now()
    return make_schedule(
        now, name="invoices", cron_expression="0 3 * * *", timezone="Asia/Kathmandu"
    )


def preview(page: Page):
    return page.locator("#form-preview")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_schedule_is_made_by_keyboard_alone(open_page: OpenPage, boss: User) -> None:
    page = open_page()
    sign_in(page, ADD)
    page.locator("#id_name").focus()
    page.keyboard.type("mornings")
    press(page, "Tab", "Tab")
    expect(page.locator("#id_workflow")).to_be_focused()
    page.keyboard.type("nightly")
    press(page, "Tab", "Tab", "Tab", "Tab", "Tab")
    expect(page.locator("[name=schedule_type]:checked")).to_be_focused()
    press(page, "Tab", "Tab", "Tab")
    expect(page.get_by_role("button", name="Every weekday")).to_be_focused()
    press(page, "Enter")
    expect(page.locator("#id_cron_expression")).to_have_value("0 9 * * mon-fri")
    expect(preview(page)).to_contain_text("At 09:00, Monday to Friday")
    expect(page.get_by_role("button", name="Every weekday")).to_be_focused()
    # Saturday, too: past the four other patterns and five days.
    press(page, *["Tab"] * 10, "Space")
    expect(page.locator("#id_cron_expression")).to_have_value("0 9 * * mon-sat")
    page.locator("#id_timezone").focus()
    page.locator("#id_timezone").select_text()
    page.keyboard.type("kathm")
    expect(page.get_by_role("option", name="Asia/Kathmandu")).to_be_visible()
    press(page, "Enter")
    expect(preview(page)).to_contain_text("Asia/Kathmandu")
    press(page, "Enter")
    expect(page.locator(".messagelist")).to_contain_text("Created mornings. Next run ")
    made = ScheduledJob.objects.get()
    assert (made.name, made.cron_expression) == ("mornings", "0 9 * * mon-sat")
    assert made.timezone == "Asia/Kathmandu"


def test_the_preview_follows_what_is_typed(open_page: OpenPage, boss: User) -> None:
    page = open_page()
    sign_in(page, ADD)
    page.get_by_label("Cron expression").fill("30 2 * * *")
    expect(preview(page)).to_contain_text("At 02:30 every day")
    expect(preview(page).locator("li")).to_have_count(5)
    expect(page.locator("#pattern-at")).to_have_value("02:30")
    page.get_by_label("Cron expression").fill("61 * * * *")
    expect(page.locator("#told-cron_expression .o-fault")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("1 field needs attention")
    page.get_by_label("Cron expression").fill("CRON_TZ=America/New_York 0 9 * * 1-5")
    page.get_by_role("button", name="Use 0 9 * * 1-5, America/New_York").click()
    expect(page.locator("#id_timezone")).to_have_value("America/New_York")
    expect(preview(page)).to_contain_text("At 09:00, Monday to Friday")
    page.get_by_text("At an interval").click()
    expect(page.get_by_label("Cron expression")).to_be_hidden()
    page.get_by_label("Every", exact=True).fill("90")
    page.locator("[name=interval_seconds-unit]").select_option("minutes")
    expect(preview(page)).to_contain_text("Every 90 minutes")
    page.get_by_text("Only on request").click()
    expect(page.get_by_label("Ends after")).to_be_hidden()
    expect(preview(page)).to_contain_text("Only on request")


def test_a_new_timing_tells_how_the_runs_move_and_leaving_warns(
    open_page: OpenPage, schedule: ScheduledJob
) -> None:
    page = open_page()
    address = f"{LIST}{schedule.pk}/change/"
    sign_in(page, address)
    page.locator("#settings-when > summary").click()
    page.get_by_label("Cron expression").fill("30 3 * * *")
    expect(page.locator("#form-moves")).to_contain_text("This moves the next runs")
    expect(page.locator("#said-when")).to_have_text(
        "At 03:30 every day, Asia/Kathmandu"
    )
    expect(page.locator("#form-note")).to_have_text("1 change not saved")
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Discard").click()
    expect(page.locator("#form-note")).to_have_text("1 change not saved")
    assert asked == ["beforeunload"]
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator(".messagelist")).to_contain_text("Saved invoices. Next run ")
    schedule.refresh_from_db()
    assert schedule.cron_expression == "30 3 * * *"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_form_is_accessible_and_fits(
    open_page: OpenPage, schedule: ScheduledJob, width: int, scheme: str
) -> None:
    page = open_page(width=width, scheme=scheme)
    sign_in(page, ADD)
    page.get_by_label("Cron expression").fill("30 2 * * mon-fri")
    page.get_by_label("Pause after failures").fill("-5")
    expect(page.locator("#told-pause_after_failures .o-fault")).to_be_visible()
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.once("dialog", lambda dialog: dialog.accept())
    page.goto(f"{LIST}{schedule.pk}/change/")
    for summary in page.locator(".o-group > summary").all():
        summary.click()
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_javascript_buttons_do_the_same(
    open_page: OpenPage, boss: User, chromium, live_server
) -> None:
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, ADD)
    page.get_by_label("Name").fill("mornings")
    page.get_by_role("button", name="Every weekday").click()
    expect(page.get_by_label("Name")).to_have_value("mornings")
    expect(page.get_by_label("Cron expression")).to_have_value("0 9 * * mon-fri")
    page.get_by_label("Cron expression").fill("0 10 * * *")
    page.get_by_role("button", name="Preview").click()
    expect(preview(page)).to_contain_text("At 10:00 every day")
    context.close()
    assert not ScheduledJob.objects.exists()


def test_a_refused_save_leads_to_the_first_field_that_is_to_be_mended(
    open_page: OpenPage, schedule: ScheduledJob
) -> None:
    page = open_page()
    sign_in(page, f"{LIST}{schedule.pk}/change/")
    page.locator("#settings-failures > summary").click()
    page.locator("#id_max_retries").fill("-1")
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator("#id_max_retries")).to_be_focused()
    expect(page.locator("#id_max_retries")).to_be_in_viewport()
    page.locator("#form-faults a").click()
    expect(page).to_have_url(re.compile("#id_max_retries$"))
    assert_accessible(page)
