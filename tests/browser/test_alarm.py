"""The strip above the pages of the admin, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from redis import Redis

from tests.browser.conftest import OpenPage
from tests.browser.test_admin_schedules import LIST, log_in

pytestmark = pytest.mark.xdist_group("one browser")


@pytest.mark.parametrize(
    ("width", "scheme"),
    [(360, "dark"), pytest.param(1280, "light", marks=pytest.mark.slow)],
)
def test_the_strip_shows_the_remedy_on_every_screen(
    open_page: OpenPage, redis: Redis, width: int, scheme: str
) -> None:
    page = open_page(width, scheme)
    log_in(page, LIST)
    strip = page.get_by_role("alert", name="State of the site")
    expect(strip).to_contain_text("No scheduler is alive: nothing fires.")
    expect(strip.get_by_text("manage.py rqscheduler")).to_be_visible()
    box = strip.bounding_box()
    assert box
    assert box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width
