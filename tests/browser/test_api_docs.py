"""The pages to browse the API render in a real browser, under the site's own policy."""

from __future__ import annotations

import pytest

from tests.browser.conftest import OpenPage

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("one browser"),
]


@pytest.mark.parametrize(
    "width",
    [360, *(pytest.param(width, marks=pytest.mark.slow) for width in (1280, 2560))],
)
def test_every_address_is_shown(open_page: OpenPage, width: int) -> None:
    page = open_page(width)
    page.goto("/api/docs/")
    page.wait_for_selector(".opblock")
    shown = page.locator(".opblock-summary-path").all_inner_texts()
    flat = [path.replace("\u200b", "") for path in shown]
    assert "/api/v1/schedules/{id}/pause/" in flat
    assert "/api/v1/workflows/{id}/graph/" in flat


PAPER = {"light": "rgb(250, 250, 250)", "dark": "rgb(28, 32, 34)"}


@pytest.mark.parametrize(
    "scheme", [pytest.param("light", marks=pytest.mark.slow), "dark"]
)
def test_the_api_pages_follow_the_dark_mode_of_the_browser(
    open_page: OpenPage, scheme: str
) -> None:
    page = open_page(scheme=scheme)
    page.goto("/api/docs/")
    page.wait_for_selector(".opblock")
    colour = page.locator("body").evaluate("body => getComputedStyle(body).background")
    assert colour.startswith(PAPER[scheme])
