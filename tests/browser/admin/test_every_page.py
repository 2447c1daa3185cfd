"""Every kind of page of the admin: accessible, of its width, and light, in both themes."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Response

from schedules.models import ScheduledJob, ScheduledRun, ScheduleEvent
from tests.browser.accessibility import assert_accessible
from tests.browser.admin.site_pages import sample_pages
from tests.browser.conftest import OpenPage
from tests.browser.test_admin_schedules import log_in

pytestmark = [pytest.mark.xdist_group("one browser"), pytest.mark.slow]
LONG_NAME = "W" * 200
MOST_HTML, MOST_SCRIPT = 300_000, 60_000
# The page of a user is Django's form, with its own scripts.
OF_DJANGO = {"nobody"}
SCRIPTS = """() => performance.getEntriesByType("resource")
  .filter((entry) => entry.initiatorType === "script" || entry.name.endsWith(".js"))
  .map((entry) => entry.name)"""


@pytest.mark.parametrize(
    ("width", "scheme"),
    [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")],
)
def test_every_page_is_accessible_and_fits_its_screen(
    open_page: OpenPage, width: int, scheme: str
) -> None:
    page = open_page(width=width, scheme=scheme)
    pages = sample_pages(timezone.now())
    log_in(page, "/admin/")
    faults = []
    for what, address in pages.items():
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, what
        wide = page.evaluate("document.documentElement.scrollWidth")
        faults += [f"{what}: {wide} px wide"] if wide > width else []
        faults += _findings(page, what)
    assert faults == []


@pytest.mark.parametrize("width", [1280, 360])
def test_a_name_of_one_long_word_widens_no_page(
    open_page: OpenPage, width: int
) -> None:
    page = open_page(width=width)
    pages = sample_pages(timezone.now())
    ScheduledJob.objects.update(name=LONG_NAME)
    ScheduledRun.objects.update(schedule_name=LONG_NAME)
    ScheduleEvent.objects.update(schedule_name=LONG_NAME)
    log_in(page, "/admin/")
    for what, address in pages.items():
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, what


def _findings(page: Page, what: str) -> list[str]:
    try:
        assert_accessible(page)
    except AssertionError as error:
        return [f"{what}: {line}" for line in str(error).splitlines()]
    return []


def test_every_page_is_light(open_page: OpenPage) -> None:
    page = open_page()
    pages = sample_pages(timezone.now())
    log_in(page, "/admin/")
    sizes: dict[str, int] = {}
    heavy: dict[str, dict[str, int]] = {}

    def weigh(answer: Response) -> None:
        if answer.request.resource_type == "script":
            sizes[answer.url] = len(answer.body())

    page.on("response", weigh)
    for what, address in pages.items():
        answer = page.goto(address, wait_until="networkidle")
        assert answer is not None
        scripts = sum(sizes[url] for url in set(page.evaluate(SCRIPTS)) & sizes.keys())
        weights = {"HTML": len(answer.body()), "scripts": scripts}
        if weights["HTML"] >= MOST_HTML or scripts >= MOST_SCRIPT:
            heavy[what] = weights
    assert heavy.keys() == OF_DJANGO
