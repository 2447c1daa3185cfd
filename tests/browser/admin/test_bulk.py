"""Many schedules at once, in a real browser: the question, the slices, the account."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import OperationalError
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from schedules import limits
from schedules.models import BulkAction, ScheduledJob
from schedules.services.bulk_actions import carrying_out
from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import OpenPage
from tests.browser.test_admin_schedules import LIST, log_in
from tests.schedules.conftest import MakeSchedule

pytestmark = [pytest.mark.xdist_group("one browser"), pytest.mark.slow]
NOTE = "maintenance of the warehouse"


@pytest.fixture
def nightly(make_schedule: MakeSchedule) -> list[ScheduledJob]:
    """Seven that a search for "export" finds, and one that it does not."""
    now = timezone.now()
    make_schedule(now, name="hourly")
    return [make_schedule(now, name=f"export {number}") for number in range(7)]


@pytest.fixture
def slices_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(carrying_out, "SLICE_ITEMS", 2)
    monkeypatch.setattr(carrying_out, "SLICE_SECONDS", 60)


def choose(page: Page, verb: str) -> None:
    """Tick all that the search finds, and choose the verb."""
    for box in page.locator(".action-select").all():
        box.check()
    bar = page.get_by_role("group", name="With the ticked rows")
    bar.get_by_role("button", name=f"{verb}…").click()


def paused() -> set[str]:
    return {
        *ScheduledJob.objects.filter(status="paused").values_list("name", flat=True)
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_all_that_a_search_finds_are_paused_with_a_note(
    open_page: OpenPage,
    nightly: list[ScheduledJob],
    slices_of_two: None,
    width: int,
    scheme: str,
) -> None:
    page = open_page(width, scheme)
    log_in(page, f"{LIST}?q=export")
    choose(page, "Pause")
    expect(page.get_by_role("heading", name="Pause 7 schedules?")).to_be_visible()
    fits_and_is_accessible(page, width)
    page.get_by_label("Note").fill(NOTE)
    page.get_by_role("button", name="Pause 7 schedules").click()
    account = page.get_by_role("heading", name="Paused 7 of 7 schedules")
    expect(account).to_be_visible()
    expect(page.get_by_text(NOTE)).to_be_visible()
    expect(page.get_by_role("link", name="export 3")).to_be_visible()
    fits_and_is_accessible(page, width)
    assert paused() == {f"export {number}" for number in range(7)}
    page.get_by_role("link", name="Your bulk actions").click()
    expect(page.get_by_role("heading", name="Your bulk actions")).to_be_visible()
    fits_and_is_accessible(page, width)


def fits_and_is_accessible(page: Page, width: int) -> None:
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_it_is_held_left_and_taken_up_again(
    open_page: OpenPage, nightly: list[ScheduledJob], slices_of_two: None
) -> None:
    page = open_page(refusals={"ERR_FAILED"})
    log_in(page, f"{LIST}?q=export")
    choose(page, "Pause")
    # As if the page had been closed before the first slice.
    page.route("**/continue/", lambda route: route.abort())
    page.get_by_role("button", name="Pause 7 schedules").click()
    page.get_by_role("button", name="Hold").click()
    expect(page.get_by_role("button", name="Continue")).to_be_visible()
    page.unroute("**/continue/")
    page.goto(LIST)
    page.get_by_role("link", name="Continue it").click()
    page.get_by_role("link", name="Unfinished, 0 of 7: continue").click()
    assert_accessible(page)
    assert not paused()  # it does not go on by itself
    page.get_by_role("button", name="Continue").click()
    done = page.get_by_role("heading", name="Paused 7 of 7 schedules")
    expect(done).to_be_visible()


def test_a_site_that_does_not_answer_is_told_and_tried_again(
    open_page: OpenPage,
    nightly: list[ScheduledJob],
    slices_of_two: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = open_page(refusals={503})
    log_in(page, f"{LIST}?q=export")
    choose(page, "Pause")

    def busy(call: object) -> None:
        raise OperationalError("database is locked")

    with monkeypatch.context() as patched:
        patched.setattr(carrying_out, "act_on", busy)
        page.get_by_role("button", name="Pause 7 schedules").click()
        stopped = page.get_by_text("the site did not answer")
        expect(stopped).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    done = page.get_by_role("heading", name="Paused 7 of 7 schedules")
    expect(done).to_be_visible()
    action = BulkAction.objects.get()
    assert (action.done_count, action.refused_count) == (7, 0)


@pytest.fixture
def without_scripts(chromium: Browser, live_server: LiveServer) -> Iterator[Page]:
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_without_scripts_each_button_works(
    without_scripts: Page, nightly: list[ScheduledJob], slices_of_two: None
) -> None:
    page = without_scripts
    log_in(page, f"{LIST}?q=export")
    choose(page, "Tag")
    page.get_by_label("Add tags").fill("etl, eu")
    page.get_by_role("button", name="Tag 7 schedules").click()
    for told in ("0 of 7", "2 of 7", "4 of 7", "6 of 7"):
        expect(page.get_by_text(f"{told} schedules")).to_be_visible()
        page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Tagged 7 of 7 schedules")).to_be_visible()
    tagged = ScheduledJob.objects.filter(tags=["etl", "eu"])
    assert tagged.count() == 7
