"""The page of one's own settings in a real browser."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from schedules.models import SavedView, UserProfile
from schedules.services.saved_views import save_view
from tests.browser.admin.test_approvals import check_every_width
from tests.browser.conftest import OpenPage
from tests.browser.test_admin_schedules import LIST, log_in

pytestmark = [
    pytest.mark.xdist_group("one browser"),
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]
SETTINGS = f"{LIST}my-settings/"


def test_zone_and_theme_are_chosen_and_views_renamed_and_deleted(
    open_page: OpenPage,
) -> None:
    page = open_page()
    log_in(page, LIST)
    boss = User.objects.get(username="boss")
    save_view(boss, name="Failing", query="state=failing")
    page.locator("#user-tools summary").filter(has_text="boss").click()
    page.get_by_role("link", name="Your settings").click()
    zone = page.locator("#id_timezone")
    zone.fill("kathm")
    page.get_by_role("option", name="Asia/Kathmandu").click()
    expect(zone).to_have_value("Asia/Kathmandu")
    page.get_by_text("Dark", exact=True).click()
    page.get_by_text("Ask me first").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".messagelist")).to_contain_text("Saved your settings.")
    expect(page.locator("#user-tools")).to_contain_text("Kathmandu")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    profile = UserProfile.objects.get(user=boss)
    assert (profile.theme, profile.agents_wish) == ("dark", "ask")
    page.get_by_label("Rename Failing").click()
    page.get_by_label("Name", exact=True).fill("Broken")
    page.get_by_role("button", name="Rename", exact=True).click()
    page.get_by_role("link", name="Broken").click()
    expect(page).to_have_url(f"{LIST}?state=failing")
    page.go_back()
    page.get_by_label("Delete Broken").click()
    page.get_by_role("button", name="Delete the view").click()
    expect(page.locator(".messagelist")).to_contain_text("Deleted the view “Broken”.")
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_settings_are_accessible_and_fit_every_width(
    open_page: OpenPage, scheme: str
) -> None:
    page = open_page(scheme=scheme)
    log_in(page, SETTINGS)
    boss = User.objects.get(username="boss")
    save_view(boss, name="W" * 60, query="q=" + "x" * 900)
    page.locator("#id_timezone").fill("Nowhere")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".o-fault")).to_be_visible()
    check_every_width(page)
