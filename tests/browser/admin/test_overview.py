"""The overview in a real browser: on a new site, on a busy one, and at every width."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import OpenPage
from tests.browser.test_admin_schedules import log_in
from tests.sample_site.filling import fill_sample_site

pytestmark = [pytest.mark.xdist_group("one browser"), pytest.mark.slow]
OVERVIEW = "/admin/ostinato_schedules/scheduledjob/overview/"


@pytest.fixture
def busy(transactional_db: None) -> None:
    fill_sample_site(timezone.now())


def test_a_new_site_leads_to_its_first_schedule(
    open_page: OpenPage, transactional_db: None
) -> None:
    page = open_page()
    log_in(page, OVERVIEW)
    expect(page.get_by_role("heading", name="No schedules yet")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="New schedule").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("New schedule")


def test_a_number_leads_to_what_it_counts_and_charts_to_tables(
    open_page: OpenPage, busy: None
) -> None:
    page = open_page()
    log_in(page, OVERVIEW)
    states = page.get_by_role("region", name="Schedules", exact=True)
    failing = states.get_by_role("link", name="Failing")
    number = (failing.inner_text()).split()[0]
    hours = page.get_by_role("region", name="Runs per hour, last 24 hours")
    hours.get_by_text("As a table").click()
    expect(hours.get_by_role("row")).to_have_count(25)
    failing.click()
    expect(page.locator("#result_list tbody tr")).to_have_count(int(number))
    page.go_back()
    hours.get_by_role("link", name="failed").click()
    rows = page.locator("#result_list tbody tr")
    expect(rows.first).to_contain_text("Failed")
    expect(rows.get_by_text("Succeeded", exact=True)).to_have_count(0)


@pytest.mark.parametrize("width", [360, 1280, 1920])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_overview_fits_every_screen_and_is_accessible(
    open_page: OpenPage, busy: None, width: int, scheme: str
) -> None:
    page = open_page(width, scheme)
    log_in(page, OVERVIEW)
    for summary in page.get_by_text("As a table").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert_accessible(page)


def test_the_overview_reads_without_scripts(open_page: OpenPage, busy: None) -> None:
    page = open_page()
    log_in(page, OVERVIEW)
    complaints: set[int | str] = {"ERR_FAILED"}
    other = open_page(refusals=complaints)
    other.context.add_cookies(page.context.cookies())
    other.route("**/*.js", lambda route: route.abort())
    other.goto(OVERVIEW)
    expect(other.get_by_role("heading", name="Next hour")).to_be_visible()
    other.get_by_text("As a table").first.click()
    expect(other.get_by_role("columnheader", name="Minute")).to_be_visible()
