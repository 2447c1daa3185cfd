"""The list of schedules in a real browser: filters, ticks, saved views, strips, every width."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from schedules.models import ScheduledJob
from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import OpenPage
from tests.browser.test_admin_schedules import LIST, log_in
from tests.sample_site.filling import fill_sample_site

pytestmark = [pytest.mark.xdist_group("one browser"), pytest.mark.slow]


@pytest.fixture
def sample_site(transactional_db: None) -> None:
    fill_sample_site(timezone.now())


def names(page: Page) -> Locator:
    return page.locator("#result_list .o-name")


@pytest.mark.usefixtures("sample_site")
def test_filters_are_set_by_menus_and_taken_off_one_by_one(
    open_page: OpenPage,
) -> None:
    page = open_page()
    log_in(page, LIST)
    page.locator(".o-filter summary", has_text="State").click()
    page.get_by_role("group", name="Filters").get_by_role("link", name="Paused").click()
    expect(page.get_by_text("State: Paused")).to_be_visible()
    expect(names(page)).to_have_text(["Customer digest", "Sandbox clean-up"])
    page.locator(".o-filter summary", has_text="Owner").click()
    page.keyboard.press("Escape")
    expect(page.locator(".o-filter[open]")).to_have_count(0)
    page.locator(".o-filter summary", has_text="Owner").click()
    page.locator(".o-filter__list a:visible").nth(1).click()
    expect(page.get_by_text("of 19 match")).to_be_visible()
    expect(names(page)).to_have_count(1)
    page.get_by_role("link", name="Remove the filter State").click()
    expect(page.locator(".o-filter--on")).to_have_count(1)
    page.get_by_role("link", name="Clear all").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(19)


@pytest.mark.usefixtures("sample_site")
def test_ticked_rows_are_counted_and_their_bar_stays_in_view(
    open_page: OpenPage,
) -> None:
    page = open_page()
    log_in(page, LIST)
    bar = page.locator(".o-bulk")
    expect(bar).to_be_hidden()
    boxes = page.locator(".action-select")
    boxes.nth(2).check()
    expect(bar).to_be_in_viewport()
    boxes.nth(5).click(modifiers=["Shift"])
    expect(bar).to_contain_text("4 selected")
    page.locator("#action-toggle").check()
    expect(bar).to_contain_text("All 19 that match selected")
    bar.get_by_role("button", name="Clear the selection").click()
    expect(bar).to_be_hidden()


@pytest.mark.usefixtures("sample_site")
def test_filters_are_saved_as_a_view(open_page: OpenPage) -> None:
    page = open_page()
    log_in(page, LIST)
    page.goto(f"{LIST}?type=cron&q=export")
    page.locator('summary[aria-label="Save this view"]').click()
    page.get_by_label("Save these filters as a view").fill("Exports")
    page.get_by_role("button", name="Save view").click()
    expect(page.get_by_text("Saved the view “Exports”.")).to_be_visible()
    link = page.get_by_role("navigation", name="Views").get_by_role(
        "link", name=re.compile("^Exports")
    )
    expect(link).to_have_attribute("aria-current", "true")
    page.goto(LIST)
    link.click()
    expect(names(page)).to_have_text(["Nightly invoice export"])


@pytest.mark.usefixtures("sample_site")
def test_a_bar_of_the_strip_leads_to_its_run(open_page: OpenPage) -> None:
    page = open_page()
    log_in(page, LIST)
    row = page.get_by_role("row", name="Warehouse stock sync")
    row.locator(".o-strip a").last.click()
    page.wait_for_url("**/scheduledrun/*/change/")
    expect(page.locator("#content")).to_contain_text("Warehouse stock sync")


@pytest.mark.usefixtures("sample_site")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_and_fits_every_screen(
    open_page: OpenPage, scheme: str
) -> None:
    page = open_page(scheme=scheme)
    log_in(page, LIST)
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        for query in ("", "?state=paused&owner=me", "?type=cron#filters"):
            page.goto(f"{LIST}{query}")
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width
            assert_accessible(page)


@pytest.mark.usefixtures("sample_site")
def test_a_row_has_a_menu_which_the_keyboard_reaches(open_page: OpenPage) -> None:
    page = open_page()
    log_in(page, LIST)
    row = page.get_by_role("row", name="Uptime probe")
    row.get_by_role("button", name="Run Uptime probe now").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(row.get_by_role("link", name="Edit")).to_be_focused()
    page.keyboard.press("Escape")
    expect(row.get_by_role("link", name="Edit")).to_be_hidden()
    expect(row.locator("summary")).to_be_focused()


@pytest.fixture
def without_scripts(chromium, live_server: LiveServer) -> Iterator[Page]:
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.mark.usefixtures("sample_site")
def test_without_a_script_rows_are_ticked_and_buttons_work(
    without_scripts: Page,
) -> None:
    page = without_scripts
    log_in(page, LIST)
    page.locator(".action-select").first.check()
    bar = page.locator(".o-bulk")
    expect(bar).to_be_visible()
    bar.get_by_role("button", name="Pause").click()
    expect(page.locator("h1")).to_contain_text("Pause")
    page.goto(LIST)
    page.get_by_role("button", name="Pause Uptime probe").click()
    expect(page.get_by_text("Paused “Uptime probe”.")).to_be_visible()
    assert ScheduledJob.objects.get(name="Uptime probe").status == "paused"
